import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

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

registry.category("actions").add("crm_asterisk.caller", openCaller);
