import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Component, useState } from "@odoo/owl";

const STATUSES = {
    free: _t("free"),
    busy: _t("busy"),
    ringing: _t("ringing"),
    offline: _t("not registered"),
};

/**
 * What the agent does with the call he is in: hold, mute, transfer, conference. What
 * becomes of it comes back with the call itself.
 */
export class CallControls extends Component {
    static template = "crm_asterisk.CallControls";
    static props = { call: Object };

    setup() {
        this.calls = useService("crm_asterisk.calls");
        this.state = useState({
            isGiving: false,
            isConsulting: false,
            colleagues: [],
            target: "",
            number: "",
            note: "",
        });
    }

    control(name, parameters) {
        return this.calls.control(this.props.call.id, name, parameters);
    }

    async toggleGiving() {
        this.state.isGiving = !this.state.isGiving;
        if (this.state.isGiving) {
            this.state.colleagues = await this.calls.colleagues();
        }
    }

    label(colleague) {
        const status = STATUSES[colleague.status];
        return status ? `${colleague.name} (${status})` : colleague.name;
    }

    get parameters() {
        const target = this.state.target
            ? { endpoint_id: Number(this.state.target) }
            : { number: this.state.number.trim() };
        return { ...target, note: this.state.note };
    }

    async give(name, more = {}) {
        await this.control(name, { ...this.parameters, ...more });
        this.state.isGiving = false;
        this.state.isConsulting = Boolean(more.is_consulted);
    }

    async takeBack() {
        await this.control("take_back");
        this.state.isConsulting = false;
    }
}
