import { onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { TextField, textField } from "@web/views/fields/text/text_field";

const MODEL = "crm.incentive.formula";
const SHOWN = 8;
const WAIT = 250;

/**
 * The text of a formula: completes names while they are typed, and says at once what is
 * wrong and where. The server has the only grammar; this asks it.
 */
export class FormulaField extends TextField {
    static template = "crm_incentive.FormulaField";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.names = [];
        this.state = useState({ message: "", before: "", after: "", found: [], chosen: 0 });
        this.check = useDebounced(() => this.load(), WAIT);
        this.alive = true;
        onWillStart(async () => {
            if (!this.props.readonly) {
                this.names = await this.orm.call(MODEL, "completions", [this.company]);
            }
        });
        onWillUnmount(() => (this.alive = false));
    }

    get company() {
        return this.props.record.data.company_id?.id || false;
    }

    async load() {
        const text = this.textareaRef.el?.value || "";
        const fault = await this.orm.call(MODEL, "check_expression", [text, this.company]);
        if (!this.alive || text !== this.textareaRef.el?.value) {
            return;
        }
        const place = fault.position === false ? text.length : fault.position;
        this.state.message = fault.message || "";
        this.state.before = fault.position === false ? "" : text.slice(0, place);
        this.state.after = text.slice(place);
    }

    /** The name that is being typed, up to the caret. */
    get word() {
        const { value, selectionStart } = this.textareaRef.el;
        return /[A-Za-z][A-Za-z0-9_]*$/.exec(value.slice(0, selectionStart))?.[0] || "";
    }

    onInput() {
        const word = this.word.toLowerCase();
        const fits = (name) => name.code.toLowerCase().startsWith(word) && name.code !== word;
        this.state.found = word ? this.names.filter(fits).slice(0, SHOWN) : [];
        this.state.chosen = 0;
        this.check();
    }

    onKeydown(ev) {
        const { found, chosen } = this.state;
        if (!found.length) {
            return;
        }
        if (ev.key === "ArrowDown" || ev.key === "ArrowUp") {
            const step = ev.key === "ArrowDown" ? 1 : found.length - 1;
            this.state.chosen = (chosen + step) % found.length;
        } else if (ev.key === "Enter" || ev.key === "Tab") {
            this.complete(found[chosen]);
        } else if (ev.key === "Escape") {
            this.state.found = [];
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    complete(name) {
        const area = this.textareaRef.el;
        const end = area.selectionStart;
        area.setRangeText(name.code, end - this.word.length, end, "end");
        area.dispatchEvent(new Event("input", { bubbles: true }));
        this.state.found = [];
        area.focus();
    }

    async onBlur() {
        await super.onBlur();
        this.state.found = [];
    }
}

registry.category("fields").add("crm_incentive_formula", {
    ...textField,
    component: FormulaField,
});
