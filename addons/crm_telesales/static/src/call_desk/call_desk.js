import { Component, markup, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const TYPING = ["INPUT", "TEXTAREA", "SELECT"];

/**
 * One callee at a time: who it is, what to say, what came of it.
 *
 * Everything that people typed arrives as text and is shown as text; only the script
 * arrives as HTML, escaped by the server.
 */
export class CallDesk extends Component {
    static template = "crm_telesales.CallDesk";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Call Desk");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({
            callee: false,
            waiting: [],
            asked: false,
            busy: false,
            node: false,
            ...this.emptyResult,
        });
        useExternalListener(window, "keydown", (event) => this.onKeydown(event));
        onWillStart(() => this.showWhatIHold());
    }

    get emptyResult() {
        return {
            outcome: false,
            note: "",
            callbackAt: "",
            callbackBy: "me",
            events: [],
            eventId: 0,
        };
    }

    get outcome() {
        return this.state.callee.outcomes.find((line) => line.id === this.state.outcome);
    }

    get node() {
        return this.state.callee.script.nodes.find((node) => node.id === this.state.node);
    }

    get display() {
        return { controlPanel: {} };
    }

    html(node) {
        return markup(node.html);
    }

    date(text) {
        return formatDateTime(deserializeDateTime(text));
    }

    show(answer) {
        // the next key is meant for the new callee, not for the old one's note
        document.activeElement?.blur();
        Object.assign(this.state, this.emptyResult, {
            callee: answer.callee,
            waiting: answer.waiting,
            node: answer.callee && answer.callee.script && answer.callee.script.start,
        });
    }

    /** One request at a time: a key pressed twice is one press. */
    async once(work) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await work();
        } finally {
            this.state.busy = false;
        }
    }

    async showWhatIHold() {
        this.show(await this.orm.call("crm.callee", "held_callee", []));
    }

    next() {
        return this.once(async () => {
            this.show(await this.orm.call("crm.callee", "next_callee", []));
            this.state.asked = true;
        });
    }

    call() {
        return this.once(async () => {
            const answer = await this.orm.call("crm.callee", "action_call", [
                this.state.callee.id,
            ]);
            if (answer.code === "refused") {
                this.notification.add(answer.message, { type: "warning" });
                await this.showWhatIHold();
                return;
            }
            this.state.callee.state = "dialing";
            if (answer.message) {
                this.notification.add(answer.message, { type: "info" });
            }
            if (answer.link) {
                window.location.href = answer.link;
            }
        });
    }

    giveBack() {
        return this.once(async () => {
            await this.orm.call("crm.callee", "action_give_back", [this.state.callee.id]);
            this.show({ callee: false, waiting: [] });
        });
    }

    choose(outcomeId) {
        this.state.outcome = outcomeId;
    }

    answer(answer) {
        if (answer.target) {
            this.state.node = answer.target;
        }
        if (answer.outcome) {
            this.choose(answer.outcome);
        }
    }

    restart() {
        this.state.node = this.state.callee.script.start;
    }

    save(goOn) {
        if (!this.state.outcome) {
            this.notification.add(_t("Choose what came of the call."), { type: "warning" });
            return;
        }
        return this.once(async () => {
            const answer = await this.orm.call(
                "crm.callee",
                "action_record",
                [this.state.callee.id, this.state.outcome],
                {
                    note: this.state.note,
                    callback_at: this.state.callbackAt || false,
                    callback_by: this.state.callbackBy,
                }
            );
            this.notification.add(answer.message, { type: "success" });
            const next = goOn ? await this.orm.call("crm.callee", "next_callee", []) : false;
            this.state.asked = Boolean(goOn);
            this.show(next || { callee: false, waiting: [] });
        });
    }

    async offerEvents() {
        this.state.events = await this.orm.call("crm.pool.customer", "events_to_offer", []);
        if (!this.state.events.length) {
            this.notification.add(_t("No event is coming."), { type: "info" });
            return;
        }
        this.state.eventId = this.state.events[0].id;
    }

    register() {
        return this.once(async () => {
            const answer = await this.orm.call(
                "crm.pool.customer",
                "action_register",
                [this.state.callee.customer_id, Number(this.state.eventId)],
                { context: { crm_telesales_utm_id: this.state.callee.campaign.utm_id } }
            );
            this.notification.add(answer.message, {
                type: answer.code === "registered" ? "success" : "warning",
            });
            await this.offerEvents();
        });
    }

    eventLabel(event) {
        if (event.left === null || event.left === false) {
            return event.name;
        }
        return event.left > 0
            ? _t("%(name)s (%(left)s seats left)", event)
            : _t("%(name)s (full)", event);
    }

    open() {
        const { partner_id, lead_id } = this.state.callee;
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: partner_id ? "res.partner" : "crm.lead",
            res_id: partner_id || lead_id,
            views: [[false, "form"]],
        });
    }

    onKeydown(event) {
        if (document.querySelector(".modal")) {
            return;
        }
        if (event.key === "Enter" && event.ctrlKey && this.state.callee) {
            event.preventDefault();
            this.save(true);
            return;
        }
        if (
            TYPING.includes(event.target.tagName) ||
            event.target.isContentEditable ||
            event.ctrlKey ||
            event.altKey ||
            event.metaKey
        ) {
            return;
        }
        const handler = this.shortcut(event.key.toLowerCase());
        if (handler) {
            event.preventDefault();
            handler();
        }
    }

    shortcut(key) {
        if (!this.state.callee) {
            return key === "n" && (() => this.next());
        }
        const outcome = this.state.callee.outcomes[Number(key) - 1];
        if (outcome) {
            return () => this.choose(outcome.id);
        }
        const keys = {
            c: () => this.call(),
            o: () => this.open(),
            b: () => this.giveBack(),
            s: () => this.save(false),
        };
        return keys[key];
    }
}

registry.category("actions").add("crm_telesales.call_desk", CallDesk);
