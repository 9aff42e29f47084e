import { registry } from "@web/core/registry";

const CUSTOMER = "crm.pool.customer";
const TRACKING = "crm_stage_pipeline.crm_pool_customer_action_tracking";
// which document a contact on the tracking screen is about
const ABOUT = { "crm.lead": "crm_tracked_lead_id", "sale.order": "crm_tracked_order_id" };

/**
 * The way through the day's work: what one has been through in this tab is not offered
 * again until the tab is reloaded.
 */
export const workService = {
    dependencies: ["orm", "action", "notification"],
    start(env, { orm, action, notification }) {
        const seen = new Set();

        /** Opens an item of the queue: where its addon works on it, else its customer's
         * tracking screen, else its form. */
        function open(item, options = {}) {
            if (item.action) {
                return action.doAction(item.action, options);
            }
            if (!item.customer_id) {
                const { res_model, res_id } = item;
                const views = [[false, "form"]];
                return action.doAction(
                    { type: "ir.actions.act_window", res_model, res_id, views },
                    options
                );
            }
            const about = ABOUT[item.res_model];
            return action.doAction(TRACKING, {
                ...options,
                props: { resId: item.customer_id },
                additionalContext: about ? { [about]: item.res_id } : {},
            });
        }

        /** Opens what is offered when there is nothing left. */
        async function offer({ action: name, method }) {
            return action.doAction(name || (await orm.call(CUSTOMER, method, [[]])));
        }

        /**
         * Takes the next work into one's hands and opens it.
         *
         * @returns {Promise<Object>} the item, or what is offered instead
         */
        async function next(options, first = false) {
            const item = await orm.call("crm.work.queue", "next_work", [[...seen], first]);
            if (item.kind === "work") {
                seen.add(item.key);
                await open(item, options);
            }
            return item;
        }

        /** The same from a customer's screen: it makes place, or says what is left. Who
         * sells an opportunity there goes on with the next opportunity. */
        async function nextAfter(customerId, leadId) {
            seen.add(leadId ? `crm.lead,${leadId}` : `${CUSTOMER},${customerId}`);
            const item = await next(
                { stackPosition: "replaceCurrentAction" },
                leadId ? "lead" : false
            );
            if (item.kind !== "work") {
                const close = notification.add(item.message, {
                    type: "info",
                    sticky: true,
                    buttons: item.actions.map((offered) => ({
                        name: offered.name,
                        primary: true,
                        onClick: () => {
                            close();
                            return offer(offered);
                        },
                    })),
                });
            }
        }

        return { open, offer, next, nextAfter };
    },
};

registry.category("services").add("crm_stage_pipeline.work", workService);
