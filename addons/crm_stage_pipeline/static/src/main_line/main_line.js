import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const SCOPE_KEY = "crm_stage_pipeline.main_line_scope";
const COUNT_LIMIT = 10000;
const REFRESH_MS = 5 * 60 * 1000;
const MOVES = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
};

/**
 * The day's page (销售主线): the numbers of every stage, and what comes next.
 *
 * A tile opens exactly the list it counted. The page counts anew when one comes back to
 * it, every few minutes, and when the day is over.
 */
export class MainLine extends Component {
    static template = "crm_stage_pipeline.MainLine";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Main Line");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.work = useService("crm_stage_pipeline.work");
        this.tiles = useRef("tiles");
        this.state = useState({ line: false, queue: [], nothing: false, isBusy: false });
        onWillStart(() => this.load());
        useExternalListener(document, "visibilitychange", () => this.refresh());
        let timer = 0;
        onMounted(() => {
            timer = browser.setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get display() {
        return { controlPanel: {} };
    }

    async load(scope = browser.localStorage.getItem(SCOPE_KEY)) {
        const line = await this.orm.call("crm.main.line", "get_main_line", [scope]);
        const queue = await this.orm.call("crm.work.queue", "get_queue", [line.scope]);
        Object.assign(this.state, { line, queue });
    }

    refresh() {
        if (document.visibilityState === "visible") {
            return this.load(this.state.line.scope);
        }
    }

    chooseScope(scope) {
        browser.localStorage.setItem(SCOPE_KEY, scope);
        return this.load(scope);
    }

    number(count) {
        return count > COUNT_LIMIT ? `${formatInteger(COUNT_LIMIT)}+` : formatInteger(count);
    }

    due(item) {
        return item.due ? formatDateTime(deserializeDateTime(item.due)) : "";
    }

    isOverdue(item) {
        return Boolean(item.due) && deserializeDateTime(item.due) < luxon.DateTime.now();
    }

    /** One request at a time: a double click is one click. */
    async once(work) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await work();
        } finally {
            this.state.isBusy = false;
        }
    }

    openTile(row, column) {
        return this.once(async () => {
            const { scope, day } = this.state.line;
            const args = [row.code, column.code, scope, day];
            const action = await this.orm.call("crm.main.line", "open_tile", args);
            if (action) {
                return this.action.doAction(action);
            }
            await this.load(scope);
            this.notification.add(_t("A new day has begun: the numbers are counted anew."), {
                type: "info",
            });
        });
    }

    next() {
        return this.once(async () => {
            const answer = await this.work.next();
            this.state.nothing = answer.kind === "work" ? false : answer;
        });
    }

    open(item) {
        return this.work.open(item);
    }

    offer(action) {
        return this.work.offer(action);
    }

    /** The arrow keys walk over the tiles. */
    onKeydown(event) {
        const move = MOVES[event.key];
        const tile = event.target.closest("[data-row]");
        if (!move || !tile) {
            return;
        }
        event.preventDefault();
        let row = Number(tile.dataset.row);
        let column = Number(tile.dataset.column);
        const { rows, columns } = this.state.line;
        for (;;) {
            row += move[0];
            column += move[1];
            if (row < 0 || column < 0 || row >= rows.length || column >= columns.length) {
                return;
            }
            const found = this.tiles.el.querySelector(
                `[data-row="${row}"][data-column="${column}"]`
            );
            if (found) {
                found.focus();
                return;
            }
        }
    }
}

registry.category("actions").add("crm_stage_pipeline.main_line", MainLine);
