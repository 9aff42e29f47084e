import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const REFRESH_MS = 5000;
const STATES = { out: _t("Logged out"), ready: _t("Ready"), paused: _t("Paused") };
const LINES = { busy: _t("In call"), ringing: _t("Ringing"), offline: _t("Not registered") };

/** Queues and agents as they are now; asks again every few seconds. */
export class Wallboard extends Component {
    static template = "crm_asterisk.Wallboard";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ queues: [], agents: [] });
        onWillStart(() => this.refresh());
        const timer = setInterval(() => this.refresh(), REFRESH_MS);
        onWillDestroy(() => clearInterval(timer));
    }

    async refresh() {
        Object.assign(this.state, await this.orm.silent.call("asterisk.queue", "wallboard", []));
    }

    time(seconds) {
        const minutes = String(Math.floor(seconds / 60)).padStart(2, "0");
        return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
    }

    service(queue) {
        return queue.service_percent === null ? "–" : `${queue.service_percent} %`;
    }

    agentText(agent) {
        if (agent.line in LINES) {
            return LINES[agent.line];
        }
        return agent.state === "paused" && agent.reason ? agent.reason : STATES[agent.state];
    }

    agentClass(agent) {
        if (agent.line === "busy" || agent.line === "ringing") {
            return "text-bg-info";
        }
        const classes = { ready: "text-bg-success", paused: "text-bg-warning", out: "text-bg-secondary" };
        return classes[agent.state];
    }
}

registry.category("actions").add("crm_asterisk.wallboard", Wallboard);
