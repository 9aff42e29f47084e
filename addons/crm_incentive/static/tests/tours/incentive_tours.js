import { registry } from "@web/core/registry";
import { choose, patient, seeTitle } from "@crm_stage_pipeline/../tests/tours/steps";

const tours = registry.category("web_tour.tours");

tours.add("crm_incentive_run", {
    steps: () =>
        patient([
            seeTitle("Runs"),
            { trigger: ".o_list_button_add", run: "click" },
            ...choose("period_id", "2026-01"),
            { trigger: ".o_statusbar_buttons button:contains('Preview')", run: "click" },
            { trigger: ".o_arrow_button_current:contains('Previewed')" },
            {
                content: "what the run would change",
                trigger:
                    "[name=line_ids] .o_data_row:contains('incentive_rep'):contains('820.00'):count(1)",
            },
            {
                trigger: ".o_statusbar_buttons button:text('Run')",
                run: "click",
            },
            { trigger: ".o_arrow_button_current:contains('Done')" },
            { trigger: ".o_field_widget[name=credits_added]:contains('2')" },
            { trigger: ".oe_stat_button:contains('Statements')", run: "click" },
            seeTitle("Statements"),
            { trigger: ".o_data_row:count(2)" },
            { trigger: ".o_data_row:contains('incentive_rep'):contains('820.00')" },
        ]),
});

tours.add("crm_incentive_statement", {
    steps: () =>
        patient([
            seeTitle("Statements"),
            {
                content: "only my own",
                trigger: ".o_data_row:count(1):contains('820.00') td[name=period_id]",
                run: "click",
            },
            { trigger: ".o_form_view [name=participant_id]:contains('incentive_rep')" },
            { trigger: ".o_field_widget[name=earned]:contains('820.00')" },
            { trigger: ".o_field_widget[name=payable]:contains('820.00')" },
            { trigger: ".o_notebook .nav-link:contains('Calculation')", run: "click" },
            { trigger: "[name=entry_ids] .o_data_row:count(2)" },
            {
                content: "the first document, all at the first rate",
                trigger: "[name=slices_text]:contains('6,000.00 at 5 % = $ 300.00')",
            },
            {
                content: "the second one, up to 10,000",
                trigger: "[name=slices_text]:contains('4,000.00 at 5 % = $ 200.00')",
            },
            {
                content: "and above",
                trigger: "[name=slices_text]:contains('4,000.00 at 8 % = $ 320.00')",
            },
            { trigger: ".o_statusbar_buttons:contains('Print'):not(:has(button:contains('Approve')))" },
        ]),
});

const TEXT = ".o_field_widget[name=expression] textarea";
tours.add("crm_incentive_formula", {
    steps: () =>
        patient([
            seeTitle("Formulas"),
            { trigger: ".o_list_button_add", run: "click" },
            { trigger: ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea", run: "edit Story" },
            { trigger: ".o_field_widget[name=code] input", run: "edit story" },
            { trigger: ".o_form_button_save", run: "click" },
            { trigger: ".o_form_saved" },
            { trigger: "[name=version_ids] .o_field_x2many_list_row_add a", run: "click" },
            { trigger: ".modal .o_field_widget[name=date_from] input", run: "edit 01/01/2026" },
            { trigger: `.modal ${TEXT}`, run: "edit sold ** 2" },
            {
                content: "what is wrong is said at once, and where",
                trigger: ".modal .o_crm_formula_fault:contains('no operator') mark:contains('** 2')",
            },
            { trigger: `.modal ${TEXT}`, run: "edit sold * ra" },
            {
                content: "names are completed",
                trigger: ".modal .o_crm_formula li:contains('Rate')",
                run() {
                    this.anchor.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
                },
            },
            { trigger: ".modal .o_crm_formula:not(:has(.o_crm_formula_fault))" },
            { trigger: ".modal .o_form_button_save", run: "click" },
            { trigger: "body:not(:has(.modal)) [name=version_ids] .o_data_row:contains('sold * rate')" },
            { trigger: ".o_form_button_save", run: "click" },
            { trigger: ".o_form_saved" },
            { trigger: "[name=version_ids] .o_data_row td[name=date_from]", run: "click" },
            { trigger: ".modal button[name=action_approve]", run: "click" },
            { trigger: ".modal:contains('read-only') .modal-footer .btn-primary:contains('Ok')", run: "click" },
            { trigger: ".modal .o_arrow_button_current:contains('Approved')" },
        ]),
});
