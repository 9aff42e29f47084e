"""next.p95_ms: what an agent waits for between two customers, in a real browser."""

from playwright.sync_api import sync_playwright

from tests.bench.run import log_in
from tests.clients.servers import Servers
from tests.screens.take import WATCH, settle

CUSTOMERS, WARM = 30, 3
# when the key was pressed, by the page's clock
PRESSED = """
addEventListener("keydown", (ev) => {
    if (ev.altKey && ev.key === "l") window.pressedAt = performance.now();
}, true);
"""
TOLD = "() => [window.changedAt() - window.pressedAt, location.pathname]"


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    folder = run.folder / "next"
    with Servers(database, folder, run.ports, count=1) as servers:
        [agent] = log_in(run, database, ["agent1"])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            taken = _walk(browser, servers[0].url, agent.session)
            browser.close()
    run.tell(
        f"next: {len(taken)} customers, median {sorted(taken)[len(taken) // 2]:.0f} ms,"
        f" slowest {max(taken):.0f} ms"
    )
    return {"next.p95_ms": sorted(taken)[int(len(taken) * 0.95)]}


def _walk(browser, base, session) -> list[float]:
    """Milliseconds for each customer, after a few that fill the caches."""
    context = browser.new_context(timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": "session_id", "value": session, "url": base}])
    context.add_init_script(WATCH + PRESSED)
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{base}/odoo/main-line")
    settle(page)
    taken, seen = [], set()
    for _number in range(WARM + CUSTOMERS):
        page.keyboard.press("Alt+l")
        page.wait_for_timeout(100)
        settle(page)
        milliseconds, path = page.evaluate(TOLD)
        assert path not in seen, f"{path} again"
        seen.add(path)
        taken.append(milliseconds)
    return taken[WARM:]
