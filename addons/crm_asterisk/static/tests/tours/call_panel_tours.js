import { registry } from "@web/core/registry";
import { patient, seeMessage, seeTitle } from "@crm_stage_pipeline/../tests/tours/steps";

const tours = registry.category("web_tour.tours");

tours.add("crm_asterisk_dial", {
    steps: () =>
        patient([
            seeTitle("Customer Archive"),
            {
                content: "call by my telephone",
                trigger: ".o_data_row:contains('River Paper') .o_crm_asterisk_dial_button",
                run: "click",
            },
            seeMessage("Calling 138 0000 0010: pick up your telephone."),
            {
                content: "the exchange tells: they talk; the panel opens by itself",
                trigger: ".o_crm_asterisk_panel .o_crm_asterisk_state:contains('Talking')",
            },
            { trigger: ".o_crm_asterisk_panel header:contains('PJSIP/101')" },
            { trigger: ".o_crm_asterisk_call:count(1) .o_crm_asterisk_name:contains('River Paper')" },
            { trigger: ".o_crm_asterisk_call .o_crm_asterisk_number:contains('+8613800000010')" },
            { trigger: ".o_crm_asterisk_systray .badge:contains('1')" },
            { content: "muted, and heard again", trigger: ".o_crm_asterisk_mute", run: "click" },
            { trigger: ".o_crm_asterisk_mute.btn-warning", run: "click" },
            { trigger: ".o_crm_asterisk_mute.btn-secondary" },
            { content: "on hold, and back", trigger: ".o_crm_asterisk_hold:enabled", run: "click" },
            { trigger: ".o_crm_asterisk_state:contains('On hold')" },
            { trigger: ".o_crm_asterisk_resume", run: "click" },
            { trigger: ".o_crm_asterisk_state:contains('Talking')" },
            { content: "to a colleague, with a note", trigger: ".o_crm_asterisk_give", run: "click" },
            { trigger: ".o_crm_asterisk_target select:has(option:contains('call_other'))", run: "selectByIndex 1" },
            { trigger: ".o_crm_asterisk_target input[type=text]", run: "edit Asks for a sample." },
            { trigger: ".o_crm_asterisk_consult", run: "click" },
            { trigger: ".o_crm_asterisk_complete:contains('Hand over')" },
            { trigger: ".o_crm_asterisk_take_back", run: "click" },
            { trigger: ".o_crm_asterisk_controls:not(:has(.o_crm_asterisk_take_back))" },
            { trigger: ".o_crm_asterisk_call button:contains('Hang up')", run: "click" },
            { trigger: ".o_crm_asterisk_call .o_crm_asterisk_state:contains('Ended')" },
            { trigger: ".o_crm_asterisk_outcome label:contains('How did it go?')" },
            { trigger: ".o_crm_asterisk_outcome textarea", run: "edit Asks for a sample." },
            { trigger: ".o_crm_asterisk_outcome button:contains('Interested')", run: "click" },
            {
                content: "told: the call leaves the panel",
                trigger: ".o_crm_asterisk_panel:not(:has(.o_crm_asterisk_call))",
            },
        ]),
});

tours.add("crm_asterisk_incoming", {
    steps: () =>
        patient([
            {
                content: "it rings: the panel opens and names the caller",
                trigger: ".o_crm_asterisk_panel .o_crm_asterisk_state:contains('Incoming call')",
            },
            { trigger: ".o_crm_asterisk_call:count(1) .o_crm_asterisk_name:contains('River Paper')" },
            { trigger: ".o_crm_asterisk_call .o_crm_asterisk_number:contains('13900000010')" },
            {
                content: "one click opens him",
                trigger: ".o_crm_asterisk_candidate:count(1):contains('River Paper')",
                run: "click",
            },
            { trigger: ".o_form_view .o_field_widget[name=name]" },
            seeTitle("River Paper"),
            { trigger: ".o_crm_asterisk_panel .o_crm_asterisk_call" },
            {
                content: "Escape puts the panel away",
                trigger: ".o_crm_asterisk_panel .o_crm_asterisk_dial",
                run: "click && press Escape",
            },
            { trigger: "body:not(:has(.o_crm_asterisk_panel))" },
            { trigger: ".o_crm_asterisk_systray .badge:contains('1')" },
        ]),
});
