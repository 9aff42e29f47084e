"""Takes the pictures of docs/images from a running demo, in English and Chinese.

    make demo && make screenshots [ONLY="pool|request"]

Each row of screens.yaml names a picture, its title, the login whose screen it is and
how to get there: an action's XML id and the selectors to click and to fill. What a
picture changed is put back by its `undo`. A page that logs a console error or shows an
error dialog fails the run, unless the picture is of a refusal, so this is also a smoke
test of every screen that the manual shows. docs/screens.md, the table of them all, is
written from the same rows.
"""

import argparse
import json
import re
import sys
import urllib.request
from pathlib import Path

import yaml
from PIL import Image
from playwright.sync_api import Error as PlaywrightError, Page, sync_playwright

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "docs" / "images"
LANGUAGES = {"en": "en_US", "zh": "zh_CN"}


def log_in(page: Page, base: str, login: str) -> None:
    page.goto(f"{base}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click(".oe_login_form button[type=submit]")
    page.wait_for_url(re.compile(r"/(odoo|my)"), wait_until="commit")


def set_language(page: Page, lang: str) -> str:
    """Sets the user's own language as the preferences dialog does; returns the old."""
    return page.evaluate(
        """async (lang) => {
            const call = async (model, method, args) => (await (await fetch(
                `/web/dataset/call_kw/${model}/${method}`,
                {method: "POST", headers: {"Content-Type": "application/json"},
                 body: JSON.stringify({jsonrpc: "2.0", method: "call",
                     params: {model, method, args, kwargs: {}}})})).json()).result;
            const session = await (await fetch("/web/session/get_session_info", {
                method: "POST", headers: {"Content-Type": "application/json"},
                body: JSON.stringify({jsonrpc: "2.0", params: {}})})).json();
            const uid = session.result.uid;
            const [user] = await call("res.users", "read", [[uid], ["lang"]]);
            if (user.lang !== lang)
                await call("res.users", "write", [[uid], {lang}]);
            return user.lang;
        }""",
        lang,
    )


# Counts what the page still waits for; its websocket is never idle and not counted.
WATCH = """
(() => {
    let open = 0;
    let changed = performance.now();
    const touch = () => (changed = performance.now());
    const add = (count) => {
        open += count;
        touch();
    };
    const fetch = window.fetch;
    window.fetch = function () {
        add(1);
        return fetch.apply(this, arguments).finally(() => add(-1));
    };
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function () {
        add(1);
        this.addEventListener("loadend", () => add(-1));
        return send.apply(this, arguments);
    };
    new MutationObserver(touch).observe(document, { childList: true, subtree: true });
    const clearRect = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function () {
        touch(); // a chart that still grows clears its canvas for each frame
        return clearRect.apply(this, arguments);
    };
    const seen = (image) =>
        image.loading !== "lazy" || image.getBoundingClientRect().top < innerHeight;
    window.changedAt = () => changed;
    window.isSettled = () =>
        document.readyState === "complete" &&
        open === 0 &&
        performance.now() - changed > 500 &&
        document.querySelector(".o_action_manager > *, .modal, #wrapwrap") &&
        !document.querySelector(
            ".o_blockUI, .o_loading_indicator, .fa-spin, .placeholder-glow"
        ) &&
        [...document.images].filter(seen).every((image) => image.complete) &&
        document.fonts.status === "loaded";
})();
"""


def settle(page: Page) -> None:
    """Waits until the page has everything: requests answered, images and fonts there,
    and nothing added for half a second."""
    page.wait_for_function("() => window.isSettled && window.isSettled()")


def shrink(picture: Path) -> None:
    """256 plain colours are enough for a screen and a third of the bytes."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


UNDO = """
async ({ model, method, domain, args }) => {
    const call = async (name, parameters) => {
        const body = { model, method: name, args: parameters, kwargs: {} };
        const answer = await fetch(`/web/dataset/call_kw/${model}/${name}`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: body }),
        });
        const { result, error } = await answer.json();
        if (error) throw new Error(JSON.stringify(error));
        return result;
    };
    await call(method, [await call("search", [domain]), ...(args || [])]);
}
"""


class Desk:
    """The browser of one person in one language, for all of their pictures."""

    def __init__(self, browser, base: str, login: str, code: str) -> None:
        # Odoo takes the zone of the first login from the browser
        self.context = browser.new_context(timezone_id="Asia/Shanghai")
        self.context.add_init_script(WATCH)
        cookie = {"name": "frontend_lang", "value": LANGUAGES[code], "url": base}
        self.context.add_cookies([cookie])  # the portal's pages go by it
        self.base, self.code, self.errors = base, code, []
        self.page = page = self.context.new_page()
        page.set_default_timeout(90_000)
        page.on("console", self.on_console)
        page.on("pageerror", lambda e: self.errors.append(f"page: {e}"))
        log_in(page, base, login)
        settle(page)
        self.before = set_language(page, LANGUAGES[code])
        if self.before != LANGUAGES[code]:  # a session keeps its language
            page.goto(f"{base}/web/session/logout")
            log_in(page, base, login)
            settle(page)

    def on_console(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")

    def take(self, screen: dict, target: Path) -> list[str]:
        """Takes one picture; returns what went wrong on the page."""
        self.errors.clear()
        try:
            self.go(screen)
        except PlaywrightError as error:
            self.errors.append(str(error)[:300])
        page = self.page
        refusal = screen.get("refusal", False)  # its dialog is what is shown
        if page.query_selector(".o_error_dialog") and not refusal:
            self.errors.append("dialog: " + page.inner_text(".o_error_dialog")[:300])
        page.screenshot(path=target, full_page=screen.get("full", False))
        shrink(target)
        for call in screen.get("undo", []):
            page.evaluate(UNDO, call)
        return list(self.errors)

    def go(self, screen: dict) -> None:
        """Goes to the screen and does its steps."""
        page = self.page
        width, height = screen.get("size", [1366, 768])
        page.set_viewport_size({"width": width, "height": height})
        page.goto(self.base + screen["path"])
        settle(page)
        clicks = [{"click": selector} for selector in screen.get("click", [])]
        for step in clicks + screen.get("steps", []):
            [(action, value)] = step.items()
            if action == "fill":
                selector, text = value
                page.fill(selector, text[self.code] if isinstance(text, dict) else text)
            elif action == "upload":
                selector, name = value
                page.set_input_files(selector, HERE / name)
            elif action == "open":
                page.goto(self.base + value)
            elif action == "press":
                page.keyboard.press(value)
            elif action == "see":
                page.wait_for_selector(value)
            else:
                page.click(value)
            settle(page)
        page.mouse.move(0, height - 1)  # no tooltip of what was clicked last
        settle(page)

    def close(self) -> None:
        set_language(self.page, self.before)
        self.context.close()


def write_table(screens: list[dict], page: Path) -> None:
    """Writes docs/screens.md: a section for each person, a line for each picture."""
    lines = [
        "# Screens",
        "",
        "All pictures are taken by `make screenshots` from a running `make demo`; this",
        "page is written by it too, from `tests/screens/screens.yaml`. English on the",
        "left, Chinese on the right.",
    ]
    part = ""
    for screen in screens:
        if screen.get("part", part) != part:
            part = screen["part"]
            lines += ["", f"## {part}", "", "| | English | 中文 |", "|---|---|---|"]
        english, chinese = screen["title"]
        shown = [
            f"![{title}](images/{screen['name']}.{code}.png)"
            for title, code in ((english, "en"), (chinese, "zh"))
        ]
        lines.append(f"| {english} {chinese} | {shown[0]} | {shown[1]} |")
    page.write_text("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="http://127.0.0.1:8069")
    parser.add_argument("--only", default="")
    parser.add_argument("--language", choices=[*LANGUAGES], action="append")
    parser.add_argument("--out", type=Path, default=IMAGES)
    options = parser.parse_args()
    urllib.request.urlopen(f"{options.base}/web/health", timeout=10)
    options.out.mkdir(parents=True, exist_ok=True)
    screens = yaml.safe_load((HERE / "screens.yaml").read_text())
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for code in options.language or LANGUAGES:
            desks: dict[str, Desk] = {}
            for screen in screens:
                if not re.search(options.only, screen["name"]):
                    continue
                login = screen["login"]
                if isinstance(login, dict):  # a person of that language
                    login = login[code]
                if login not in desks:
                    desks[login] = Desk(browser, options.base, login, code)
                target = options.out / f"{screen['name']}.{code}.png"
                errors = desks[login].take(screen, target)
                failed += bool(errors)
                print(target.name, json.dumps(errors) if errors else "ok", flush=True)
            for desk in desks.values():
                desk.close()
        browser.close()
    if options.out == IMAGES:
        write_table(screens, IMAGES.parent / "screens.md")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
