import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * "Next" on the tracking screen: saves what was changed and puts the next work of the
 * day in this one's place.
 */
export class WorkNext extends Component {
    static template = "crm_stage_pipeline.WorkNext";
    static props = { ...standardWidgetProps };

    setup() {
        this.work = useService("crm_stage_pipeline.work");
        this.state = useState({ isBusy: false });
    }

    /** The opportunity that is sold on the screen, if any. */
    get leadId() {
        return this.props.record.context.crm_tracked_lead_id;
    }

    async next() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            if (await this.props.record.save()) {
                await this.work.nextAfter(this.props.record.resId, this.leadId);
            }
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("view_widgets").add("crm_work_next", { component: WorkNext });
