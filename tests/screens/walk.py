"""Opens every menu of Telesales as each role, in both languages, in a running demo.

    make demo && make walk [ONLY=agent1]

Each menu's list and its first record are opened once. It fails on an error dialog, an
error on the console, a request that the server refused, and on English that is left on
a Chinese screen: texts that are the same in both languages and are no data of the
demonstration (walk-data.txt). Pictures go to build/walk, for looking at.
"""

import argparse
import re
import sys
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, sync_playwright
from take import LANGUAGES, WATCH, log_in, set_language, settle

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "build" / "walk"
ROLES = ("agent1", "leader", "manager", "consultant", "service")
LOUD = ("error", "warning")
ROOT = "crm_stage_pipeline.crm_pool_menu_root"
DATA = [
    re.compile(line)
    for line in (HERE / "walk-data.txt").read_text().splitlines()
    if line and not line.startswith("#")
]

# Texts that somebody sees: text nodes, placeholders and tooltips of what is on screen.
TEXTS = """
() => {
    const seen = new Set();
    const add = (text) => {
        text = (text || "").replace(/\\s+/g, " ").trim();
        if (/[A-Za-z]{3}/.test(text)) seen.add(text);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (["SCRIPT", "STYLE", "NOSCRIPT"].includes(parent.tagName)) continue;
        if (parent.checkVisibility()) add(walker.currentNode.textContent);
    }
    for (const element of document.querySelectorAll("[placeholder], [title]")) {
        if (!element.checkVisibility()) continue;
        add(element.getAttribute("placeholder"));
        add(element.getAttribute("title"));
    }
    return [...seen];
}
"""
MENUS = """
async () => (await fetch("/web/webclient/load_menus")).json()
"""


def menus_of(page: Page) -> list[dict]:
    """The menus below Telesales that open something, in their order."""
    menus = page.evaluate(MENUS)
    root = [m for m in menus.values() if m["xmlid"] == ROOT]
    found: list[dict] = []

    def descend(menu: dict, path: list[str]) -> None:
        if menu["actionID"] and not menu["children"]:
            found.append({**menu, "path": "/".join([*path, menu["name"]])})
        for child in menu["children"]:
            descend(menus[str(child)], [*path, menu["name"]])

    for menu in root:
        descend(menu, [])
    return found


def show(page: Page, name: str, folder: Path, errors: list[str]) -> list[str]:
    """Takes the picture of what is there; returns its texts."""
    try:
        settle(page)
    except TimeoutError:
        errors.append("does not come to rest")
    dialog = page.query_selector(".o_error_dialog")
    if dialog:
        errors.append("dialog: " + dialog.inner_text()[:300])
    page.screenshot(path=folder / f"{name}.png")
    return page.evaluate(TEXTS)


def walk(browser, base: str, login: str, code: str) -> tuple[dict, list[str]]:
    """All menus of one person in one language: texts per screen, and what failed."""
    folder = OUT / f"{login}.{code}"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, timezone_id="Asia/Shanghai"
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(120_000)  # the first page builds the assets
    errors: list[str] = []
    page.on(
        "console",
        lambda m: m.type in LOUD and errors.append(f"console: {m.text}"),
    )
    page.on("pageerror", lambda e: errors.append(f"page: {e}"))
    log_in(page, base, login)
    settle(page)
    before = set_language(page, LANGUAGES[code])
    if before != LANGUAGES[code]:
        page.goto(f"{base}/web/session/logout")
        log_in(page, base, login)
    page.set_default_timeout(60_000)
    texts: dict[str, list[str]] = {}
    failed: list[str] = []
    try:
        texts["login"] = show(page, "00-login", folder, errors)
        for number, menu in enumerate(menus_of(page), 1):
            name = f"{number:02}-{menu['xmlid'].split('.')[-1]}"
            page.goto(f"{base}/odoo/action-{menu['actionID']}")
            texts[menu["xmlid"]] = show(page, name, folder, errors)
            if page.url.endswith("/discuss"):  # where the client goes after a refusal
                errors.append("does not open")
            record = page.query_selector(
                ".o_action_manager .o_data_row"
                " td.o_data_cell:not(.o_list_button, .o_handle_cell),"
                " .o_action_manager .o_kanban_record:not(.o_kanban_ghost)"
            )
            if record and page.url.split("?")[0].rstrip("/").endswith(
                f"action-{menu['actionID']}"
            ):
                record.click(force=True)
                texts[menu["xmlid"] + " form"] = show(
                    page, name + "-form", folder, errors
                )
            failed += [f"{login} {code} {menu['path']}: {e}" for e in errors]
            errors.clear()
    finally:
        set_language(page, before)
        context.close()
    return texts, failed


def left_over(english: dict, chinese: dict) -> dict[str, list[str]]:
    """English that stands on Chinese screens, per screen."""
    known = {text for texts in english.values() for text in texts}
    found: dict[str, list[str]] = {}
    for name, texts in chinese.items():
        for text in texts:
            if text in known and not any(p.fullmatch(text) for p in DATA):
                found.setdefault(text, []).append(name)
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="http://127.0.0.1:8069")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    failures: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for login in ROLES:
            if options.only not in login:
                continue
            texts = {}
            for code in LANGUAGES:
                texts[code], failed = walk(browser, options.base, login, code)
                failures += failed
                for line in failed:
                    print(line, flush=True)
            for text, where in left_over(texts["en"], texts["zh"]).items():
                failures.append(text)
                print(f"{login} English in Chinese: {text!r} on {where[0]}", flush=True)
            print(f"{login}: {len(texts['en'])} screens", flush=True)
        browser.close()
    print(f"{len(failures)} findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
