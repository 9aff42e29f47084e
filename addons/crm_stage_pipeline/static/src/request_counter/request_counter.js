import { Component, onWillStart, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_leader";
const CHANGED = "crm_pool.request";

/**
 * How many requests for customers wait for a team leader or manager, in the top bar. A
 * click opens them. The server tells when the number may have changed.
 */
export class RequestCounter extends Component {
    static template = "crm_stage_pipeline.RequestCounter";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const bus = useService("bus_service");
        this.state = useState({ isShown: false, count: 0 });
        const onChanged = () => this.load();
        onWillStart(async () => {
            this.state.isShown = await user.hasGroup(GROUP);
            if (this.state.isShown) {
                bus.subscribe(CHANGED, onChanged);
                this.load();
            }
        });
        // the menus beside it make room as they do in a narrower window
        useEffect(
            () => {
                window.dispatchEvent(new Event("resize"));
            },
            () => [this.state.isShown, this.state.count > 0]
        );
        onWillUnmount(() => bus.unsubscribe(CHANGED, onChanged));
    }

    async load() {
        this.state.count = await this.orm.silent.call(
            "crm.pool.request",
            "action_waiting_count",
            []
        );
    }

    open() {
        this.action.doAction("crm_stage_pipeline.crm_pool_request_action_waiting", {
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("crm_stage_pipeline.request_counter", { Component: RequestCounter }, { sequence: 30 });
