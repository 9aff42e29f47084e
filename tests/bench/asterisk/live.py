"""What only a real exchange can tell: calls lost while everything breaks, and how soon
a call shows in the browser. One product, one PBX, one carrier for both."""

import signal
import threading
import time

from playwright.sync_api import sync_playwright

from odoo.addons.crm_asterisk.ami.session import Session

from tests.clients.stack import SECRET
from tests.e2e.asterisk.exchange import Exchange, wait
from tests.screens.take import log_in

TELEPHONES = ("101", "102", "106")
EVERY_S, SETTLE_S = 0.6, 120
POPS, WARM = 30, 3
# when an article of a call came into the page, by the clock of the machine
POPPED = """
window.popped = {};
new MutationObserver(() => {
    for (const article of document.querySelectorAll("article[data-call]"))
        window.popped[article.dataset.call] ??= Date.now();
}).observe(document, { childList: true, subtree: true });
"""


def measure(run) -> dict[str, float]:
    exchange = Exchange()
    try:
        exchange.start()
        exchange.telephones_ready()
        return {
            "pop.p95_ms": _pops(run, exchange),
            "ami.lost_calls": _lost(run, exchange),
        }
    finally:
        exchange.stop()


# the pop


def _pops(run, exchange) -> float:
    """Milliseconds from the Newchannel of the agent's telephone to the article."""
    rung = {}

    def hear(event, _session):
        if event.get("Channel").startswith("PJSIP/102-"):
            rung.setdefault(event.get("Linkedid"), event.timestamp * 1000)

    session = Session()
    session.connect("127.0.0.1", exchange.stack.ami_port)
    session.register_event("Newchannel", hear)
    session.login("raw", SECRET)
    numbers = [f"138000003{n:02}" for n in range(40, 60)]
    for number in numbers:
        exchange.customer(number)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.set_default_timeout(90_000)
        page.add_init_script(POPPED)
        log_in(page, exchange.stack.url, "agent2")
        page.wait_for_selector(".o_crm_asterisk_systray")
        taken = [
            _pop(exchange, page, rung, numbers[number % len(numbers)])
            for number in range(WARM + POPS)
        ][WARM:]
        browser.close()
    session.close()
    taken.sort()
    run.tell(
        f"pop: {len(taken)} calls, median {taken[len(taken) // 2]:.0f} ms,"
        f" slowest {taken[-1]:.0f} ms"
    )
    return taken[int(len(taken) * 0.95)]


def _pop(exchange, page, rung, number) -> float:
    seen = exchange.ids()
    exchange.stack.carrier.call_in(number, "102", "quick")
    call = exchange.new_call(seen)
    popped = wait(
        lambda: page.evaluate("(id) => window.popped[id]", str(call["id"])),
        20,
        "the call in the page",
    )
    exchange.stack.carrier.hang_up_all()
    exchange.reach(call["linkedid"], "ended")
    return popped - rung[call["linkedid"]]


# nothing lost


def _lost(run, exchange) -> float:
    """Channels in the PBX's CDR that are a leg of no call, after all faults."""
    stopping, placed = threading.Event(), [0]

    def place():
        while not stopping.wait(EVERY_S):
            number = placed[0]
            telephone = TELEPHONES[number % len(TELEPHONES)]
            try:
                exchange.stack.carrier.call_in(
                    f"1390000{number:04}", telephone, "quick"
                )
                placed[0] += 1
            except OSError:
                continue

    before = exchange.cdr_uniqueids()
    placing = threading.Thread(target=place)
    placing.start()
    try:
        for name, fault in FAULTS.items():
            time.sleep(4)
            begin = time.monotonic()
            fault(exchange)
            run.tell(f"fault: {name}, {time.monotonic() - begin:.0f} s")
        time.sleep(4)
    finally:
        stopping.set()
        placing.join()
    exchange.stack.carrier.hang_up_all()
    exchange.quiet(SETTLE_S)
    exchange.connected()

    def missing():
        legs = exchange.office.search_read("crm.call.channel", [], ["uniqueid"])
        return exchange.cdr_uniqueids() - {leg["uniqueid"] for leg in legs}

    end = time.monotonic() + SETTLE_S
    while (lost := missing()) and time.monotonic() < end:
        time.sleep(2)
    living = exchange.office.search_count("crm.call", [("state", "!=", "ended")])
    run.tell(
        f"{placed[0]} calls placed, {len(exchange.cdr_uniqueids() - before)} channels"
        f" in the CDR, {len(lost)} without a call, {living} calls that do not end"
    )
    return len(lost) + living


def cut(exchange):
    exchange.wire.cut()


def away(exchange):
    target, exchange.wire.target = exchange.wire.target, ("127.0.0.1", 1)
    exchange.wire.cut()
    time.sleep(6)
    exchange.wire.target = target


def killed(exchange):
    process = exchange.stack.processes["connector"]
    process.kill()
    process.wait()
    time.sleep(5)
    exchange.stack.start_connector()


def frozen(exchange):
    exchange.signal_pbx(signal.SIGSTOP)
    time.sleep(5)
    exchange.thaw()


def database_away(exchange):
    with exchange.database_away():
        time.sleep(4)


def restarted(exchange):
    exchange.pbx("stop")
    exchange.pbx("start")


FAULTS = {
    "connection cut": cut,
    "connector killed with -9": killed,
    "network away for 6 s": away,
    "PBX frozen for 5 s": frozen,
    "every session of the database ended, none let in for 4 s": database_away,
    "PBX stopped and started": restarted,
}
