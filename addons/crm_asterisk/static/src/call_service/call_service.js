import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { reactive } from "@odoo/owl";

const GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user";
const ENDED_STAYS_MS = 5000;

/**
 * The user's calls, as the connector tells them.
 *
 * - A message older than what is known is dropped by its revision.
 * - After a reload or a gap of the bus a snapshot brings everything again.
 * - Every tab knows the calls; the panel opens by itself in the main tab alone.
 */
export const callService = {
    dependencies: ["bus_service", "multi_tab", "notification", "orm"],

    start(env, { bus_service: bus, multi_tab: multiTab, notification, orm }) {
        const state = reactive({
            isReady: false,
            isOpen: false,
            isFocusAsked: false,
            isConnected: false,
            endpoint: "",
            number: "",
            message: "",
            calls: [],
            outcomes: [],
            agent: { state: "out", has_queues: false },
            reasons: [],
        });

        function known(id) {
            return state.calls.find((call) => call.id === id);
        }

        function drop(id) {
            state.calls = state.calls.filter((call) => call.id !== id);
        }

        function apply(data) {
            const call = known(data.id);
            if (call && call.revision >= data.revision) {
                return false;
            }
            if (data.state === "ended" && !data.is_asked) {
                if (call) {
                    Object.assign(call, data);
                    setTimeout(() => {
                        const last = known(data.id);
                        if (last && last.state === "ended" && !last.is_asked) {
                            drop(data.id);
                        }
                    }, ENDED_STAYS_MS);
                }
                return false;
            }
            if (call) {
                Object.assign(call, data);
            } else {
                state.calls.unshift(data);
            }
            return !call;
        }

        async function onCall(data) {
            const isNew = apply(data);
            if (isNew && (await multiTab.isOnMainTab())) {
                state.isOpen = true;
            }
        }

        function onCommand({ kind, state: commandState, message }) {
            const isBad = commandState === "error" || commandState === "expired";
            if (kind === "test" || isBad) {
                notification.add(message || _t("The telephone system did not answer."), {
                    type: isBad ? "danger" : "success",
                });
            }
        }

        function onAgent(data) {
            Object.assign(state.agent, data);
        }

        /** log_in, pause, resume, log_out; what becomes of it comes as a message */
        function agent(name, parameters = {}) {
            return orm.call("asterisk.endpoint", `action_agent_${name}`, [], parameters);
        }

        async function refresh() {
            const data = await orm.silent.call("crm.call", "snapshot", []);
            state.endpoint = data.endpoint;
            state.isConnected = data.connected;
            state.outcomes = data.outcomes;
            state.reasons = data.reasons;
            Object.assign(state.agent, data.agent);
            const ids = new Set(data.calls.map((call) => call.id));
            state.calls = state.calls.filter((call) => ids.has(call.id));
            data.calls.forEach(apply);
            state.isReady = true;
        }

        async function dial(parameters) {
            const answer = await orm.call("crm.call", "action_dial", [], parameters);
            state.message = answer.message;
            notification.add(answer.message, { type: "info" });
            return answer;
        }

        async function hangUp(id) {
            await orm.call("crm.call", "action_hangup", [[id]]);
        }

        /** hold, resume, mute, send_digits, transfer, take_back, conference */
        function control(id, name, parameters = {}) {
            return orm.call("crm.call", `action_${name}`, [[id]], parameters);
        }

        function colleagues() {
            return orm.call("crm.call", "colleagues", []);
        }

        async function setOutcome(id, outcomeId, note) {
            await orm.call("crm.call", "action_set_outcome", [[id], outcomeId], { note });
            drop(id);
        }

        async function begin() {
            if (!(await user.hasGroup(GROUP))) {
                return;
            }
            bus.subscribe("crm_asterisk.call", onCall);
            bus.subscribe("crm_asterisk.command", onCommand);
            bus.subscribe("crm_asterisk.agent", onAgent);
            bus.addEventListener("BUS:RECONNECT", refresh);
            await refresh();
            if (state.calls.some((call) => call.state !== "ended")) {
                state.isOpen = await multiTab.isOnMainTab();
            }
        }

        begin();

        return { state, apply, drop, dial, hangUp, control, colleagues, agent, setOutcome, refresh };
    },
};

registry.category("services").add("crm_asterisk.calls", callService);
