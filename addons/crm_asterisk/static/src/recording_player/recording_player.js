import { registry } from "@web/core/registry";
import { Component } from "@odoo/owl";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Plays a recording where it stands; nothing is loaded before somebody listens. */
export class RecordingPlayer extends Component {
    static template = "crm_asterisk.RecordingPlayer";
    static props = { ...standardFieldProps };

    get url() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("crm_asterisk_player", {
    component: RecordingPlayer,
    supportedTypes: ["char"],
});
