import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onMounted, onWillStart, useRef } from "@odoo/owl";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const KINDS = {
    company: { icon: "fa-building-o", text: _t("Company") },
    person: { icon: "fa-user", text: _t("Person") },
    lead: { icon: "fa-star-o", text: _t("Lead") },
    opportunity: { icon: "fa-star", text: _t("Opportunity") },
};

/**
 * The address by which telephone systems of other make pop the caller (A12):
 * /odoo/caller?number=…; which page that is, the server knows.
 */
async function openCaller(env) {
    const { searchParams } = new URL(browser.location.href);
    return env.services.orm.call("crm.call", "action_pop_number", [
        searchParams.get("number") || "",
    ]);
}

/** Several have the number, contacts and leads: who is it? */
export class Callers extends Component {
    static template = "crm_asterisk.Callers";
    static props = { ...standardActionServiceProps };
    static displayName = _t("Who Calls?");
    static path = "callers";

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.number = String(this.props.action.params.number || "");
        this.props.updateActionState({ number: this.number });
        const root = useRef("root");
        onMounted(() => root.el.querySelector("button").focus());
        onWillStart(async () => {
            this.callers = await this.orm.call("crm.call", "callers", [this.number]);
        });
    }

    kind(caller) {
        return KINDS[caller.kind];
    }

    open({ model, id }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    newLead() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("New lead"),
            res_model: "crm.lead",
            views: [[false, "form"]],
            context: { default_phone: this.number, default_name: this.number },
        });
    }
}

registry.category("actions").add("crm_asterisk.caller", openCaller);
registry.category("actions").add("crm_asterisk.callers", Callers);
