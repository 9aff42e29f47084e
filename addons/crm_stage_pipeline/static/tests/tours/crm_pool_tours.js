import { registry } from "@web/core/registry";
import {
    choose,
    dropFilter,
    openMenu,
    patient,
    seeMessage,
    seeTitle,
} from "@crm_stage_pipeline/../tests/tours/steps";

const tours = registry.category("web_tour.tours");

tours.add("crm_pool_claim", {
    steps: () =>
        patient([
            seeTitle("Reserve Customers"),
            ...openMenu("Customers", "Target", "Target Customers"),
            ...dropFilter("My Customers"),
            { trigger: ".o_data_row:count(3):contains('Shared')" },
            {
                content: "from the search by its head into the first row, and choose it",
                trigger: "body:not(:has(.o-dropdown--menu)) .o_searchview_input",
                async run({ press }) {
                    this.anchor.focus();
                    await press("ArrowDown");
                    await press("ArrowDown");
                    await press("Space");
                },
            },
            {
                content: "and the two below",
                trigger: ".o_data_row_selected:count(1)",
                run: "press Shift+ArrowDown && press Shift+ArrowDown",
            },
            { trigger: ".o_data_row_selected:count(3)" },
            { trigger: ".o_selection_box:contains('3'), .o_list_selection_box:contains('3')" },
            {
                content: "the key of the button Claim",
                trigger: ".o_control_panel button:contains('Claim')",
                run: "press Alt+t",
            },
            { trigger: ".modal .modal-title:contains('Claim')" },
            { trigger: ".modal .badge:contains('Done: 2')" },
            { trigger: ".modal .badge:contains('Refused: 1')" },
            { trigger: ".modal .o_data_row:count(3)" },
            {
                content: "the refusal stands first and says why",
                trigger:
                    ".modal .o_data_row:first:contains('your quota of 2 a day for this stage is used up')",
            },
            { trigger: ".modal .o_data_row:contains('is yours now.'):count(2)" },
            {
                content: "close by key",
                trigger: ".modal footer button:contains('Close')",
                run: "press Alt+x",
            },
            {
                content: "the list behind shows the new owner",
                trigger: "body:not(:has(.modal)) .o_data_row:contains('Personal'):count(2)",
            },
            { trigger: ".o_data_row:contains('Shared'):count(1)" },
        ]),
});

tours.add("crm_pool_draw", {
    steps: () =>
        patient([
            seeTitle("Reserve Customers"),
            { trigger: ".o_data_row:count(3)" },
            ...openMenu("Customers", "Draw Customers"),
            { trigger: ".modal .modal-title:contains('Draw Customers')" },
            { trigger: ".modal .o_field_widget[name=count] input", run: "edit 5" },
            { trigger: ".modal footer button:contains('Do It')", run: "press Alt+q" },
            { trigger: ".modal .badge:contains('Done: 3')" },
            { trigger: ".modal .badge:contains('Refused: 1')" },
            {
                trigger:
                    ".modal .o_data_row:first:contains('There are no more customers to draw: 3 of 5.')",
            },
            { trigger: ".modal footer button:contains('Close')", run: "press Alt+x" },
            ...openMenu("Customers", "Target", "Target Customers"),
            {
                content: "what was drawn from the reserve is mine, as target customers",
                trigger: ".o_facet_value:contains('My Customers')",
            },
            { trigger: ".o_data_row:contains('Personal'):count(3)" },
        ]),
});

tours.add("crm_pool_work", {
    steps: () =>
        patient([
            seeTitle("Target Customers"),
            { trigger: ".o_data_row:count(1) td[name=name]", run: "click" },
            { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Target')" },
            {
                content: "promote by key",
                trigger: ".o_statusbar_buttons button:contains('Promote')",
                run: "press Alt+o",
            },
            { trigger: ".modal .modal-title:contains('Promote')" },
            { trigger: ".modal footer button:contains('Do It')", run: "press Alt+q" },
            seeMessage("moved from Target to Potential."),
            { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Potential')" },
            {
                content: "write down what was said",
                trigger: ".o_notebook .nav-link:contains('Contact Records')",
                run: "click",
            },
            { trigger: "button:contains('New Contact Record')", run: "click" },
            { trigger: ".modal .modal-title:contains('New Contact Record')" },
            ...choose("outcome_id", "Interested"),
            {
                trigger: ".modal .o_field_widget[name=next_visit_date] input",
                run: "edit 2031-03-04 12:00:00 && press Enter",
            },
            {
                trigger: ".modal .o_field_widget[name=note] textarea",
                run: "edit Wants a quotation for 20 chairs.",
            },
            { trigger: ".modal .o_form_button_save", run: "click" },
            {
                trigger:
                    "body:not(:has(.modal)) [name=contact_record_ids] .o_data_row:count(1):contains('Wants a quotation for 20 chairs.')",
            },
            { trigger: "[name=contact_record_ids] .o_data_row:contains('Interested')" },
            {
                trigger: ".o-form-buttonbox .oe_stat_button:contains('Contact Records'):contains('1')",
            },
        ]),
});

tours.add("crm_pool_assign", {
    steps: () =>
        patient([
            seeTitle("Target Customers"),
            ...dropFilter("My Customers"),
            { trigger: ".o_data_row:count(1) .o_list_record_selector input", run: "click" },
            {
                trigger: ".o_control_panel button:contains('Assign')",
                run: "press Alt+y",
            },
            { trigger: ".modal .modal-title:contains('Assign')" },
            { trigger: ".modal:contains('Customers selected: 1')" },
            ...choose("user_id", "agent_2"),
            {
                content: "without a reason nothing happens",
                trigger: ".modal footer button:contains('Do It')",
                run: "click",
            },
            { trigger: ".modal .o_field_widget[name=reason].o_field_invalid" },
            {
                trigger: ".modal .o_field_widget[name=reason] input",
                run: "edit The south is hers",
            },
            { trigger: ".modal footer button:contains('Do It')", run: "press Alt+q" },
            seeMessage("now belongs to agent_2."),
            {
                trigger: "body:not(:has(.modal)) .o_data_row:contains('agent_2'):contains('Personal')",
            },
        ]),
});

const CSV = [
    "客户名称,电话,所在城市",
    "Tour Lantern Works,0592-5550191,厦门",
    "Tour Kite Works,0592-5550192,泉州",
    ",0592-5550193,福州",
    "Tour Kite Works,0592-5550192,泉州",
    "",
].join("\n");

tours.add("crm_pool_import", {
    steps: () =>
        patient([
            seeTitle("Customer Imports"),
            { trigger: ".o_list_button_add", run: "click" },
            {
                content: "give the file",
                trigger: ".o_field_widget[name=file] .o_select_file_button",
                run() {
                    const input = document.querySelector(
                        ".o_field_widget[name=file] input[type=file]"
                    );
                    const data = new DataTransfer();
                    data.items.add(new File([CSV], "customers.csv", { type: "text/csv" }));
                    input.files = data.files;
                    input.dispatchEvent(new Event("change", { bubbles: true }));
                },
            },
            { trigger: "button:contains('Read the File')", run: "click" },
            { trigger: ".o_arrow_button_current:contains('Columns')" },
            { trigger: "[name=column_ids] .o_data_row:count(3)" },
            { trigger: "[name=column_ids] .o_data_row:contains('客户名称'):contains('Customer Name')" },
            { trigger: "[name=column_ids] .o_data_row:contains('电话'):contains('Phone')" },
            { trigger: "[name=column_ids] .o_data_row:contains('所在城市'):contains('City')" },
            { trigger: ".o_statusbar_buttons button:contains('Run')", run: "click" },
            { trigger: ".o_arrow_button_current:contains('Done')" },
            { trigger: ".o_field_widget[name=row_count]:contains('4')" },
            { trigger: ".o_field_widget[name=done_count]:contains('2')" },
            { trigger: ".o_field_widget[name=rejected_count]:contains('2')" },
            { trigger: ".o_notebook .nav-link:contains('Refused Rows')", run: "click" },
            { trigger: "[name=rejected_row_ids] .o_data_row:count(2)" },
            { trigger: "[name=rejected_row_ids] .o_data_row:contains('Name is missing')" },
            { trigger: "[name=rejected_row_ids] .o_data_row:contains('Stands in the file already')" },
            { trigger: ".o_statusbar_buttons button:contains('Download Refused Rows')" },
            {
                trigger: ".o_statusbar_buttons button:contains('Imported Customers')",
                run: "click",
            },
            { trigger: ".o_list_view .o_data_row:count(2)" },
            { trigger: ".o_data_row:contains('Tour Kite Works')" },
        ]),
});

// the same hands, in Chinese
tours.add("crm_pool_screen_zh", {
    steps: () =>
        patient([
            seeTitle("储备客户"),
            { trigger: ".o_facet_value:contains('共享')" },
            { trigger: "thead th:contains('客户名称')" },
            { trigger: "thead .o_list_record_selector input", run: "click" },
            {
                trigger: ".o_control_panel button:contains('筛选')",
                run: "press Alt+e",
            },
            { trigger: ".modal .modal-title:contains('筛选')" },
            { trigger: ".modal:contains('已选客户'):contains('3')" },
            { trigger: ".modal footer button:contains('执行')", run: "press Alt+q" },
            { trigger: ".modal .badge:contains('完成'):contains('2')" },
            { trigger: ".modal .badge:contains('拒绝'):contains('1')" },
            { trigger: ".modal .o_data_row:first:contains('每天 2 个的额度已用完')" },
            { trigger: ".modal footer button:contains('关闭')", run: "press Alt+x" },
            ...openMenu("客户", "目标客户", "目标客户"),
            { trigger: ".o_data_row:contains('个人'):count(2)" },
        ]),
});
