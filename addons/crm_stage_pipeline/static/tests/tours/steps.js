// What the tours of all addons share.

const WAIT_MS = 45000;

/** The steps, waiting longer than the engine's ten seconds: a test machine is busy. */
export function patient(steps) {
    return steps.map((step) => ({ timeout: WAIT_MS, ...step }));
}

/** Opens a menu by the words on it. */
export function openMenu(section, item, title) {
    return [
        {
            content: `open the menu ${section}`,
            trigger: `.o_menu_sections button:contains("${section}")`,
            run: "click",
        },
        {
            content: `choose ${item}`,
            trigger: `.o-dropdown--menu .dropdown-item:text("${item}")`,
            run: "click",
        },
        ...(title ? [seeTitle(title)] : []),
    ];
}

/** The page of this name is there. */
export function seeTitle(title) {
    return {
        content: `the page is ${title}`,
        trigger: `.o_control_panel .o_breadcrumb:contains("${title}")`,
    };
}

/** Takes the last filter away, as one does without a mouse. */
export function dropFilter(name) {
    return [
        {
            content: `take the filter ${name} away`,
            trigger: `.o_searchview:has(.o_facet_value:contains("${name}")) .o_searchview_input`,
            async run({ press }) {
                this.anchor.focus();
                await press("Backspace");
            },
        },
        { trigger: `.o_searchview:not(:has(.o_facet_value:contains("${name}")))` },
    ];
}

/** Chooses the first proposal of a many2one for a text. */
export function choose(field, text) {
    return [
        {
            content: `${field}: type ${text}`,
            trigger: `.o_field_widget[name=${field}] input`,
            run: `edit ${text}`,
        },
        {
            content: `${field}: choose ${text}`,
            trigger: `.o-autocomplete--dropdown-item:contains("${text}")`,
            run: "click",
        },
    ];
}

/** A message at the edge of the screen. */
export function seeMessage(text) {
    return {
        content: `a message says ${text}`,
        trigger: `.o_notification_content:contains("${text}")`,
    };
}
