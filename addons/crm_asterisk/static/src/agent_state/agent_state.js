import { useService } from "@web/core/utils/hooks";
import { Component, useState } from "@odoo/owl";

/** The agent in the queues: log in, ready, pause with a reason, log out. */
export class AgentState extends Component {
    static template = "crm_asterisk.AgentState";
    static props = {};

    setup() {
        this.calls = useService("crm_asterisk.calls");
        this.state = useState(this.calls.state);
    }

    onReason(ev) {
        const reason = Number(ev.target.value);
        if (reason) {
            return this.calls.agent("pause", { reason_id: reason });
        }
    }
}
