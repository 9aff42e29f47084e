import { registry } from "@web/core/registry";
import { patient, seeMessage } from "@crm_stage_pipeline/../tests/tours/steps";

registry.category("web_tour.tours").add("crm_telesales_call_desk", {
    steps: () =>
        patient([
            {
                content: "nothing in hand: N takes the next",
                trigger: ".o_call_desk_empty button:contains('Next')",
                run: "press n",
            },
            { trigger: ".o_call_desk .text-muted:contains('Autumn calls')" },
            { trigger: ".o_call_desk_name:contains('Tour Callee')" },
            { trigger: ".o_call_desk_number:contains('571 8888')" },
            {
                content: "the script names the customer",
                trigger: ".o_call_desk_script:contains('Am I speaking with Tour Callee')",
            },
            {
                content: "an answer leads on",
                trigger: ".o_call_desk button:contains('Yes, I buy')",
                run: "click",
            },
            { trigger: ".o_call_desk_script:contains('May I send you a quotation?')" },
            {
                content: "saving without an outcome is refused",
                trigger: "button:contains('Save and next')",
                run: "press Control+Enter",
            },
            seeMessage("Choose what came of the call."),
            {
                content: "1 is the first outcome",
                trigger: ".o_call_desk_outcomes button:first:contains('Interested')",
                run: "press 1",
            },
            { trigger: ".o_call_desk_outcomes [aria-pressed='true']:count(1):contains('Interested')" },
            { trigger: "#o_call_desk_note", run: "edit Wants the paper catalogue." },
            {
                content: "Ctrl+Enter saves and brings the next one",
                trigger: "#o_call_desk_note",
                run: "press Control+Enter",
            },
            {
                content: "a new callee: nothing is chosen, the note is empty",
                trigger: ".o_call_desk:not(:has([aria-pressed='true'])) #o_call_desk_note",
                run() {
                    if (this.anchor.value) {
                        throw new Error(`the old note is still there: ${this.anchor.value}`);
                    }
                },
            },
            { trigger: ".o_call_desk dd:contains('0')" },
            {
                trigger: ".o_call_desk_outcomes button:eq(3):contains('No Answer')",
                run: "press 4",
            },
            { trigger: ".o_call_desk_outcomes [aria-pressed='true']:contains('No Answer')" },
            { trigger: "button:contains('Save'):last", run: "press s" },
            {
                content: "the desk is empty; no more to call now, and why",
                trigger: ".o_call_desk_empty button:contains('Next')",
                run: "press n",
            },
            { trigger: ".o_call_desk_waiting h4:contains('Why is nothing handed out?')" },
            { trigger: ".o_call_desk_waiting .list-group-item:count(1):contains('Waiting, the first until'):contains('2')" },
        ]),
});
