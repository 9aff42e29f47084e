import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user";
const CHANGED = "crm_contact_record.reminder";
const MODEL = "crm.contact.record";
const ASK_AGAIN_MS = 12 * 60 * 60 * 1000;

/**
 * Reminders of visits and next steps at their time. Every tab keeps the time; the one
 * whose question the server answers first shows the reminder.
 */
export const reminderService = {
    dependencies: ["orm", "action", "bus_service", "notification"],
    start(env, { orm, action, bus_service: bus, notification }) {
        let timers = [];

        async function show(reminder) {
            const close = notification.add(reminder.message, {
                title: reminder.title,
                type: "warning",
                sticky: true,
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => {
                            close();
                            return action.doAction(
                                "crm_stage_pipeline.crm_pool_customer_action_tracking",
                                { props: { resId: reminder.customer_id } }
                            );
                        },
                    },
                    {
                        name: _t("In 10 Minutes"),
                        onClick: () => {
                            close();
                            return orm.call(MODEL, "action_snooze", [[reminder.id]]);
                        },
                    },
                ],
            });
        }

        async function take(ids) {
            const taken = await orm.silent.call(MODEL, "take_reminders", [ids]);
            taken.forEach(show);
        }

        async function load() {
            timers.forEach((timer) => browser.clearTimeout(timer));
            timers = [browser.setTimeout(load, ASK_AGAIN_MS)];
            const reminders = await orm.silent.call(MODEL, "get_reminders", []);
            const late = reminders.filter((reminder) => !reminder.seconds);
            if (late.length) {
                await take(late.map((reminder) => reminder.id));
            }
            for (const { id, seconds } of reminders) {
                if (seconds) {
                    timers.push(browser.setTimeout(() => take([id]), seconds * 1000));
                }
            }
        }

        // not awaited: the page need not wait for its reminders
        user.hasGroup(GROUP).then((isAgent) => {
            if (isAgent) {
                bus.subscribe(CHANGED, load);
                load();
            }
        });
    },
};

registry.category("services").add("crm_stage_pipeline.reminders", reminderService);
