import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE_MS = 250;
/** Fields of the form, and the kind of key that is typed there. */
const KINDS = { name: "name", phone: "phone", mobile: "phone", home_phone: "phone" };

/**
 * Customers that are like what somebody types as a name or a number, while he types it.
 */
export class CustomerHint extends Component {
    static template = "crm_stage_pipeline.CustomerHint";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ rows: [], notice: "" });
        this.latest = new KeepLast();
        this.root = useRef("root");
        this.ask = useDebounced(this.ask, PAUSE_MS);
        const onInput = (ev) => {
            const kind = KINDS[ev.target.closest(".o_field_widget")?.getAttribute("name")];
            if (kind && this.root.el && !this.props.record.data.parent_id) {
                this.ask(kind, ev.target.value);
            }
        };
        useEffect(
            (form) => {
                form?.addEventListener("input", onInput);
                return () => form?.removeEventListener("input", onInput);
            },
            () => [this.root.el?.closest(".o_form_view")]
        );
    }

    async ask(kind, text) {
        const hint = await this.latest.add(
            this.orm.silent.call("crm.pool.customer", "get_duplicate_hint", [
                text,
                kind,
                this.props.record.resModel === "res.partner" && this.props.record.resId,
            ])
        );
        Object.assign(this.state, { rows: hint.rows, notice: hint.notice || "" });
    }

    open(partnerId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: partnerId,
            views: [[false, "form"]],
            target: "new",
        });
    }

    close() {
        Object.assign(this.state, { rows: [], notice: "" });
    }
}

registry.category("view_widgets").add("crm_customer_hint", { component: CustomerHint });
