import { registry } from "@web/core/registry";
import {
    choose,
    openMenu,
    patient,
    seeTitle,
} from "@crm_stage_pipeline/../tests/tours/steps";

const tours = registry.category("web_tour.tours");

tours.add("crm_service_agent", {
    steps: () =>
        patient([
            seeTitle("Service Requests"),
            ...openMenu("Service", "New Service Request"),
            { trigger: ".modal .modal-title:contains('New Service Request')" },
            ...choose("partner_id", "Green Hill Trading"),
            {
                content: "what the agreement covers is shown at once",
                trigger: ".modal .alert-success:contains('Covered by agreement')",
            },
            {
                trigger: ".modal .o_field_widget[name=name] input",
                run: "edit Label printer prints black bars",
            },
            { trigger: ".modal .o_form_button_save", run: "click" },
            ...openMenu("Service", "All Requests"),
            {
                trigger:
                    "body:not(:has(.modal)) .o_kanban_record:contains('Label printer prints black bars'):contains('Green Hill Trading')",
                run: "click",
            },
            { trigger: ".o_arrow_button_current:contains('New')" },
            {
                content: "take it by key",
                trigger: ".o_statusbar_buttons button:contains('Take')",
                run: "press Alt+t",
            },
            { trigger: ".o_arrow_button_current:contains('Open')" },
            { trigger: ".o_field_widget[name=user_id] input:value('sagent')" },
            { trigger: ".o_field_widget[name=agreement_id] input:value('Care')" },
            { trigger: ".o_field_widget[name=response_status]:contains('Running')" },
            { trigger: ".o_notebook .nav-link:contains('Promised Times')", run: "click" },
            { trigger: ".o_field_widget[name=sla_explanation]:contains('of working time')" },
        ]),
});

tours.add("crm_service_portal", {
    steps: () =>
        patient([
            { trigger: "table a:contains('SR')", run: "click", expectUnloadPage: true },
            { trigger: "h3:contains('Stamps are blurred')" },
            { trigger: ".badge:contains('Waiting')" },
            { trigger: ".alert-warning:contains('We wait for your answer.')" },
            {
                trigger: "#chatterRoot:shadow .o-mail-Composer-input",
                run: "edit It happens with every label.",
            },
            { trigger: "#chatterRoot:shadow .o-mail-Composer-send:enabled", run: "click" },
            {
                trigger:
                    "#chatterRoot:shadow .o-mail-Message:contains('It happens with every label.')",
            },
        ]),
});
