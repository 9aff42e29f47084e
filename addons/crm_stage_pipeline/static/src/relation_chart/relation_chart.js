import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const CARD = { width: 170, height: 50 };
const GAP = { x: 70, y: 56 };
const MARGIN = 20;
const INDENT = 36;
const TITLE = 26;
const IN_ROW = 5;
const LABEL = 60;

/** As much of a text as fits into so many Latin letters; Chinese ones are twice as wide. */
export function shorten(text, most) {
    let shown = "";
    let wide = 0;
    for (const letter of text || "") {
        wide += letter.charCodeAt(0) > 0x2e80 ? 2 : 1;
        if (wide > most) {
            return `${shown}…`;
        }
        shown += letter;
    }
    return shown;
}

/** Places for departments and persons: departments below each other, indented by their
 * depth, persons in rows of five.
 */
export function place(departments) {
    const cards = {};
    const titles = [];
    let y = MARGIN;
    let width = 0;
    for (const department of departments) {
        const x = MARGIN + department.depth * INDENT;
        const title = { name: department.name, depth: department.depth, x, y: y + 16 };
        const parent = titles.findLast((one) => one.depth === title.depth - 1);
        title.above = parent ? parent.y + (parent.people ? 60 : 6) : y;
        title.people = department.persons.length;
        titles.push(title);
        y += TITLE;
        department.persons.forEach((person, index) => {
            const left = x + (index % IN_ROW) * (CARD.width + GAP.x);
            const top = y + Math.floor(index / IN_ROW) * (CARD.height + GAP.y);
            cards[person.id] = {
                ...person,
                shownName: shorten(person.name, 18),
                shownFunction: shorten(person.function, 22),
                x: left,
                y: top,
            };
            width = Math.max(width, left + CARD.width);
        });
        const rows = Math.ceil(department.persons.length / IN_ROW);
        y += rows * (CARD.height + GAP.y) + (rows ? 0 : 8);
    }
    return { cards, titles, width: Math.max(width, 600) + MARGIN, height: y + MARGIN };
}

/** A curve from one card to the other, and the place of its label. */
export function curve(one, other, bend) {
    if (one.y === other.y) {
        const [x1, x2] = [one, other].map((card) => card.x + CARD.width / 2);
        const y = one.y + CARD.height;
        const low = y + 26 + bend;
        const path = `M ${x1} ${y} C ${x1} ${low}, ${x2} ${low}, ${x2} ${y}`;
        return { path, x: (x1 + x2) / 2, y: low - 4 };
    }
    // beside the cards, the farther the longer it is: lines and labels keep apart
    const [from, to] = [one, other].map((card) => card.x + CARD.width);
    const [y1, y2] = [one, other].map((card) => card.y + CARD.height / 2);
    const out = Math.max(from, to) + 40 + Math.abs(y1 - y2) * 0.6 + bend;
    const path = `M ${from} ${y1} C ${out} ${y1}, ${out} ${y2}, ${to} ${y2}`;
    return { path, x: (from + to) / 8 + out * 0.75, y: (y1 + y2) / 2 };
}

/** The departments of a customer, who decides in them, and how the persons stand to
 * each other.
 */
export class RelationChart extends Component {
    static template = "crm_stage_pipeline.RelationChart";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.card = CARD;
        this.state = useState({ name: "", titles: [], cards: [], lines: [], roles: [] });
        onWillStart(() => this.load());
    }

    get display() {
        return { controlPanel: {} };
    }

    async load() {
        const partnerId = this.props.action.context.active_id;
        if (!partnerId) {
            return; // the address of the page alone names no customer
        }
        const found = await this.orm.call("res.partner", "get_relation_chart", [partnerId]);
        const { cards, titles, width, height } = place(found.departments);
        const between = {};
        const lines = found.relations
            .filter((relation) => cards[relation.from] && cards[relation.to])
            .map((relation, index) => {
                const pair = [relation.from, relation.to].sort().join("-");
                const nth = (between[pair] = (between[pair] ?? -1) + 1);
                const bend = nth * 18;
                const line = curve(cards[relation.from], cards[relation.to], bend);
                return { id: index, label: relation.label, ...line };
            });
        const roles = {};
        for (const person of Object.values(cards).filter((one) => one.role)) {
            roles[person.role] = person.role_label;
        }
        Object.assign(this.state, {
            name: found.name,
            titles,
            cards: Object.values(cards),
            lines,
            roles: Object.entries(roles),
            width: Math.max(width, ...lines.map((line) => line.x + LABEL)),
            height,
        });
    }

    open(partnerId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: partnerId,
            views: [[false, "form"]],
        });
    }

    onKeydown(ev, partnerId) {
        if (ev.key === "Enter") {
            this.open(partnerId);
        }
    }
}

registry.category("actions").add("crm_relation_chart", RelationChart);
