"""The customer calls back, is served under contract; the manager clears the desk."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.clients.websocket import BusListener

from .calls import CALL_TIMEOUT
from .sale import group_ids

REASON = "Territories are drawn anew"
DIRECT_LINE = "101"  # the agent's own number at the company


def customer_calls_in(scene):
    """The customer calls his agent: her screen names him before she answers"""
    agent = scene.agent1
    number = scene.buyer_number.removeprefix("+86")
    with BusListener(agent) as bus:
        scene.stack.carrier.call_in(number, DIRECT_LINE, leg="talk")
        pop = bus.wait(
            "crm_asterisk.call",
            lambda call: call["direction"] == "in" and number in call["number"],
        )
        names = [pop.get("name"), *(one["name"] for one in pop.get("candidates", ()))]
        scene.check(
            any(scene.buyer_name in (name or "") for name in names),
            f"the screen says {scene.buyer_name}",
        )
        scene.check_equal(pop["customer_id"], scene.buyer, "the customer it opens")
        # while it rings the call is nobody's, and no agent may read it
        bus.wait(
            "crm_asterisk.call",
            lambda call: call["id"] == pop["id"] and call["state"] == "ended",
            timeout=60,
        )
    call = _settled(agent, pop["id"])
    scene.check_equal(call["direction"], "in", "direction of the call")
    scene.check_equal(call["partner_id"][0], scene.buyer_partner, "its customer")
    scene.check_equal(call["result"], "answered", "its result")


def _settled(agent, call_id):
    """The call once both sides have hung up and the exchange has told all."""
    fields = ["direction", "partner_id", "user_id", "result", "is_settled"]
    limit = time.monotonic() + CALL_TIMEOUT
    while True:
        call = agent.read_one("crm.call", call_id, fields)
        if call["is_settled"] or time.monotonic() > limit:
            return call
        time.sleep(0.5)


def contract_signed(scene):
    """A service contract is signed with the customer"""
    groups = group_ids(scene.consultant, "crm_service.crm_service_group_manager")
    scene.consultant.write(
        "res.users", [scene.manager.user_id], {"group_ids": [(4, groups[0])]}
    )
    promised = scene.plan["service"]
    today = datetime.now(UTC).date()
    scene.agreement = scene.manager.create(
        "crm.service.agreement",
        {
            "name": "Machines of the new hall",
            "partner_id": scene.buyer_partner,
            "date_start": str(today - timedelta(days=1)),
            "date_end": str(today + timedelta(days=365)),
            "sla_ids": [
                (
                    0,
                    0,
                    {
                        "name": "Contract",
                        "response_minutes": promised["respond_hours"] * 60,
                        "resolution_minutes": promised["resolve_hours"] * 60,
                    },
                )
            ],
        },
    )
    scene.manager.call("crm.service.agreement", "action_activate", [scene.agreement])
    agreement = scene.manager.read_one(
        "crm.service.agreement", scene.agreement, ["state", "number"]
    )
    scene.check_equal(agreement["state"], "active", f"state of {agreement['number']}")


def service_request(scene):
    """The service agent enters his request: covered, with times promised"""
    agent = scene.service
    ticket = agent.create(
        "crm.service.ticket",
        {
            "name": "Stapler jams",
            "partner_id": scene.buyer_partner,
            "callback_number": scene.buyer_number,
            "channel": "phone",
        },
    )
    found = agent.read_one(
        "crm.service.ticket",
        ticket,
        [
            "number",
            "agreement_id",
            "coverage",
            "coverage_message",
            "response_deadline",
            "resolution_deadline",
            "create_date",
        ],
    )
    scene.check_equal(found["agreement_id"][0], scene.agreement, "his contract")
    scene.check_equal(found["coverage"], "covered", "cover")
    scene.check(found["coverage_message"], f"reason: {found['coverage_message']}")
    hours = WorkingHours(scene)
    zone = scene.plan["service"]["zone"]
    scene.check_equal(hours.zone.key, zone, "zone of the working hours")
    entered = _utc(found["create_date"])
    for field, name in (("response", "respond"), ("resolution", "resolve")):
        promised = scene.plan["service"][f"{name}_hours"]
        wanted = hours.after(entered, promised)
        scene.check(
            abs(_utc(found[f"{field}_deadline"]) - wanted) <= timedelta(minutes=1),
            f"{field} promised by {found[f'{field}_deadline']} UTC, "
            f"{promised} working hours after {found['create_date']}",
        )


def _utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class WorkingHours:
    """The company's hours, walked minute by minute: slow, and nothing to get wrong."""

    def __init__(self, scene):
        client = scene.consultant
        company = client.read_one(
            "res.company", scene.company_id, ["resource_calendar_id"]
        )
        calendar = company["resource_calendar_id"][0]
        row = client.read_one("resource.calendar", calendar, ["tz"])
        self.zone = ZoneInfo(row["tz"])
        self.attendances = client.search_read(
            "resource.calendar.attendance",
            [("calendar_id", "=", calendar), ("day_period", "!=", "lunch")],
            ["dayofweek", "hour_from", "hour_to"],
        )

    def _works(self, moment):
        local = moment.astimezone(self.zone)
        hour = local.hour + local.minute / 60
        return any(
            int(one["dayofweek"]) == local.weekday()
            and one["hour_from"] <= hour < one["hour_to"]
            for one in self.attendances
        )

    def after(self, start, hours):
        """The moment at which so many working hours have passed."""
        moment = start.replace(second=0, microsecond=0)
        seconds = start - moment
        left = hours * 60
        if not self._works(moment):
            seconds = timedelta()
        while left:
            left -= self._works(moment)
            moment += timedelta(minutes=1)
        return moment + seconds


def manager_releases_everything(scene):
    """The manager releases all customers, with a reason, and is told which one stays"""
    manager = scene.manager
    owned = manager.search("crm.pool.customer", [("owner_id", "!=", False)])
    scene.check(set(scene.taken) <= set(owned), f"{len(owned)} customers have owners")
    rows = manager.call("crm.pool.customer", "action_release", owned, REASON)
    scene.check_equal(len(rows), len(owned), "answers, one for each customer")
    answers = {row["customer_id"]: row for row in rows}
    codes = Counter(row["code"] for row in rows)
    scene.check(True, f"answers: {dict(codes)}")
    mine = answers[scene.buyer]
    scene.check_equal(mine["code"], "open_order", "answer for the deal customer")
    scene.check(mine["message"], f"the reason: {mine['message']}")
    others = {answers[one]["code"] for one in scene.taken if one != scene.buyer}
    scene.check_equal(others, {"released"}, "answer for all others of the story")
    stayed = manager.search(
        "crm.pool.customer", [("id", "in", scene.taken), ("owner_id", "!=", False)]
    )
    scene.check_equal(stayed, [scene.buyer], "customers of the story with an owner")
    logged = manager.search_count(
        "crm.pool.log",
        [
            ("action", "=", "release"),
            ("reason", "=", REASON),
            ("customer_id", "in", scene.taken),
        ],
    )
    scene.check_equal(logged, len(scene.taken) - 1, "lines of the log with the reason")


def logs_are_clean(scene):
    """Neither Odoo nor the connector logged an error"""
    errors = scene.stack.errors()
    scene.check(not errors, "no line of level ERROR " + "\n".join(errors[:5]))


STEPS = (
    customer_calls_in,
    contract_signed,
    service_request,
    manager_releases_everything,
    logs_are_clean,
)
