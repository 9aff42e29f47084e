import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillDestroy, useEffect, useRef, useState } from "@odoo/owl";

import { AgentState } from "@crm_asterisk/agent_state/agent_state";
import { CallControls } from "@crm_asterisk/call_controls/call_controls";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const STATES = {
    ringing: _t("Ringing"),
    waiting: _t("Waiting"),
    talking: _t("Talking"),
    held: _t("On hold"),
    ended: _t("Ended"),
};

export class CallPanel extends Component {
    static template = "crm_asterisk.CallPanel";
    static components = { AgentState, CallControls };
    static props = {};

    setup() {
        this.keys = KEYS;
        this.calls = useService("crm_asterisk.calls");
        this.action = useService("action");
        this.state = useState(this.calls.state);
        this.local = useState({ now: Date.now(), notes: {} });
        const timer = setInterval(() => (this.local.now = Date.now()), 1000);
        onWillDestroy(() => clearInterval(timer));
        const dial = useRef("dial");
        useEffect(
            (isAsked) => {
                if (isAsked) {
                    dial.el?.focus();
                    this.state.isFocusAsked = false;
                }
            },
            () => [this.state.isFocusAsked]
        );
    }

    title(call) {
        return call.name || call.caller_name || _t("Unknown caller");
    }

    stateText(call) {
        if (call.state === "ringing") {
            return call.direction === "in" ? _t("Incoming call") : _t("Calling");
        }
        return STATES[call.state];
    }

    duration(call) {
        if (!call.answered_at || call.state === "ended") {
            return "";
        }
        const seconds = Math.max(0, Math.floor((this.local.now - call.answered_at) / 1000));
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    press(key) {
        const talking = this.state.calls.find((call) => call.is_connected && call.state === "talking");
        if (talking && !this.state.number) {
            return this.calls.control(talking.id, "send_digits", { keys: key });
        }
        this.state.number += key;
    }

    async dial() {
        const number = this.state.number.trim();
        if (number) {
            await this.calls.dial({ number });
            this.state.number = "";
        }
    }

    async tell(call, outcome) {
        await this.calls.setOutcome(call.id, outcome.id, this.local.notes[call.id]);
        // its button is gone: the keyboard stays in the panel
        this.state.isFocusAsked = true;
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            this.state.isOpen = false;
        }
    }

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** Callers who hide their number show a word in its place. */
    number(call) {
        return /\d{3}/.test(call.number) ? call.number : "";
    }

    newLead(call) {
        const number = this.number(call);
        return this.create(_t("New lead"), "crm.lead", {
            default_phone: number,
            default_name: call.caller_name || number,
        });
    }

    newCustomer(call) {
        return this.create(_t("New customer"), "res.partner", {
            default_phone: this.number(call),
            default_name: call.caller_name,
            default_is_company: true,
        });
    }

    create(name, model, context) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: [[false, "form"]],
            context,
        });
    }
}

export class CallSystray extends Component {
    static template = "crm_asterisk.CallSystray";
    static props = {};

    setup() {
        this.state = useState(useService("crm_asterisk.calls").state);
        // the menus beside it make room as they do in a narrower window
        useEffect(
            () => {
                window.dispatchEvent(new Event("resize"));
            },
            () => [this.state.isReady]
        );
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
        // who opens it dials by the keyboard; a call that pops takes no focus away
        this.state.isFocusAsked = this.state.isOpen;
    }
}

registry.category("main_components").add("crm_asterisk.CallPanel", { Component: CallPanel });
registry
    .category("systray")
    .add("crm_asterisk.CallSystray", { Component: CallSystray }, { sequence: 30 });
