import { registry } from "@web/core/registry";
import { choose, patient, seeMessage, seeTitle } from "./steps";

const tours = registry.category("web_tour.tours");

/** What stands in a tile of the main line. */
function seeTile(tile, text) {
    return { trigger: `.o_crm_main_line [data-tile="${tile}"]:text("${text}")` };
}

/** Writes down a contact on the tracking screen, with the keyboard alone. */
function record(outcome, note) {
    return [
        {
            content: "new record by key",
            trigger: ".o_statusbar_buttons button:contains('New Contact Record')",
            run: "press Alt+w",
        },
        { trigger: ".modal .modal-title:contains('New Contact Record')" },
        ...choose("outcome_id", outcome),
        { trigger: ".modal .o_field_widget[name=note] textarea", run: `edit ${note}` },
        { trigger: ".modal .o_form_button_save", run: "press Alt+s" },
        { trigger: `body:not(:has(.modal)) [name=record_ids] .o_data_row:contains('${note}')` },
    ];
}

tours.add("crm_work_day", {
    steps: () =>
        patient([
            seeTitle("Main Line"),
            seeTile("deal.today", "1"),
            seeTile("potential.overdue", "1"),
            seeTile("potential.today", "2"),
            seeTile("target.new", "1"),
            {
                content: "the tile opens what it counted",
                trigger: '.o_crm_main_line [data-tile="potential.overdue"]',
                run({ anchor }) {
                    anchor.focus();
                    anchor.click();
                },
            },
            seeTitle("Potential: Overdue"),
            { trigger: ".o_data_row:count(1)" },
            { trigger: ".o_breadcrumb a:contains('Main Line'), .o_back_button", run: "click" },
            seeTitle("Main Line"),
            {
                content: "the arrow keys walk over the tiles",
                trigger: '.o_crm_main_line [data-tile="deal.today"]',
                async run({ anchor, press }) {
                    anchor.focus();
                    await press("ArrowRight");
                },
            },
            { trigger: '.o_crm_main_line [data-tile="deal.tomorrow"]:focus' },
            {
                content: "first the deal customer",
                trigger: ".o_control_panel button:contains('Next Customer')",
                run: "press Alt+l",
            },
            { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Deal')" },
            ...record("Interested", "Asked how the desks are"),
            {
                trigger: ".o_statusbar_buttons button:contains('Next Customer')",
                run: "press Alt+l",
            },
            { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Potential')" },
            ...record("No Answer", "Nobody there"),
            {
                content: "set aside",
                trigger: ".o_statusbar_buttons button:contains('Pause')",
                run: "press Alt+g",
            },
            { trigger: ".o_statusbar_buttons button:contains('Resume')" },
            {
                trigger: ".o_statusbar_buttons button:contains('Next Customer')",
                run: "press Alt+l",
            },
            {
                trigger: ".o_statusbar_buttons button:contains('Pause')",
            },
            {
                content: "moved up",
                trigger: ".o_statusbar_buttons button:contains('Promote')",
                run: "press Alt+o",
            },
            { trigger: ".modal .modal-title:contains('Promote')" },
            { trigger: ".modal footer button:contains('Do It')", run: "press Alt+q" },
            seeMessage("moved from Potential to Opportunity."),
            {
                trigger: ".o_statusbar_buttons button:contains('Next Customer')",
                run: "press Alt+l",
            },
            { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Target')" },
            {
                content: "given back",
                trigger: ".o_statusbar_buttons button:contains('Release')",
                run: "press Alt+r",
            },
            seeMessage("is shared again."),
            {
                trigger: ".o_statusbar_buttons button:contains('Next Customer')",
                run: "press Alt+l",
            },
            {
                content: "nothing is left: screening is offered",
                trigger: ".o_notification:contains('Nothing is due any more')",
            },
            { trigger: ".o_notification button:contains('Screen Customers')", run: "click" },
            seeTitle("Reserve Customers"),
            { trigger: ".o_data_row:count(1)" },
        ]),
});
