import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";
import { PhoneField } from "@web/views/fields/phone/phone_field";
import { Component, useState } from "@odoo/owl";

/**
 * Calls the number of a phone field over the user's own telephone. Shown to those who
 * have one; the link of the field itself stays as it is.
 */
export class DialButton extends Component {
    static template = "crm_asterisk.DialButton";
    static props = { record: Object, name: String };

    setup() {
        this.calls = useService("crm_asterisk.calls");
        this.state = useState(this.calls.state);
    }

    get parameters() {
        const { record, name } = this.props;
        const parameters = { number: record.data[name] };
        if (record.resModel === "crm.pool.customer") {
            parameters.customer_id = record.resId;
        } else if (record.resModel === "res.partner") {
            parameters.partner_id = record.resId;
        } else if (record.resModel === "crm.lead") {
            parameters.lead_id = record.resId;
        } else if (record.resModel === "crm.phone.number") {
            parameters.phone_number_id = record.resId;
        }
        return parameters;
    }

    dial() {
        return this.calls.dial(this.parameters);
    }
}

// the field's component is used by name in templates, so there is no hook to add to
patch(PhoneField, { components: { ...PhoneField.components, DialButton } });
