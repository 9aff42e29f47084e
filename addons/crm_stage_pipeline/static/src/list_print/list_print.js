import { registry } from "@web/core/registry";
import { listView } from "@web/views/list/list_view";

/** Lists that are printed as they are sorted on the screen. */
export class PrintedListController extends listView.Controller {
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name === "action_print_list") {
            clickParams.buttonContext.active_order = this.model.root.orderBy
                .map(({ name, asc }) => `${name} ${asc ? "asc" : "desc"}`)
                .join(", ");
        }
        return super.beforeExecuteActionButton(...arguments);
    }
}

registry.category("views").add("crm_list_print", {
    ...listView,
    Controller: PrintedListController,
});
