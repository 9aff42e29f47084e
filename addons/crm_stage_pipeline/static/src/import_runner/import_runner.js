import { Component, onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE_MS = 1000;

/**
 * Progress of an import or another job in steps. While it runs and its page is open, the page asks for
 * the next step itself; when the page is closed, the background job goes on.
 */
export class ImportRunner extends Component {
    static template = "crm_stage_pipeline.ImportRunner";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.isAlive = true;
        this.isLooping = false;
        useEffect(
            (state) => {
                if (state === "running") {
                    this.loop();
                }
            },
            () => [this.props.record.data.state]
        );
        onWillUnmount(() => {
            this.isAlive = false;
        });
    }

    get percent() {
        return Math.floor(this.props.record.data.progress || 0);
    }

    async loop() {
        if (this.isLooping) {
            return;
        }
        this.isLooping = true;
        try {
            let state = "running";
            while (this.isAlive && state === "running") {
                const step = await this.orm.silent.call(this.props.record.resModel, "action_step", [
                    [this.props.record.resId],
                ]);
                state = step.state;
                if (state === "running" && !step.handled) {
                    await new Promise((resolve) => browser.setTimeout(resolve, PAUSE_MS));
                }
                if (this.isAlive) {
                    await this.props.record.load();
                }
            }
        } finally {
            this.isLooping = false;
        }
    }
}

export const importRunner = {
    component: ImportRunner,
    fieldDependencies: [
        { name: "progress", type: "float" },
        { name: "state", type: "selection" },
    ],
};

registry.category("view_widgets").add("crm_pool_import_runner", importRunner);
