"""From the file to customers in the agents' hands."""

import io
import random
import threading
import time
from collections import Counter

import openpyxl

from tests.clients.odoo import encode
from tests.data import generate_customers as generator

from .scene import DATA

AGENTS = ("agent1", "agent2", "agent3")
LOGINS = (*AGENTS, "leader", "manager", "consultant", "service")
SCREENED = "target"
IMPORT_TIMEOUT = 300  # seconds
# What each column of the file has to be taken for without anybody's help
COLUMNS = {
    "客户名称": "name",
    "所属行业": "industry",
    "所在城市": "city",
    "联系人": "contact_name",
    "电话": "phone",
    "手机": "mobile",
    "传真": "fax",
    "电子邮箱": "email",
    "网址": "website",
    "地址": "street",
    "备注": "comment",
}


def people_log_in(scene):
    """Everybody logs in with a password of their own"""
    for login in LOGINS:
        scene.people[login] = scene.stack.client(login)
    numbers = {client.user_id for client in scene.people.values()}
    scene.check_equal(len(numbers), len(LOGINS), "people with sessions of their own")
    companies = {
        client.session["user_companies"]["current_company"]
        for client in scene.people.values()
    }
    scene.check_equal(len(companies), 1, "companies that they work for")
    company = scene.manager.read_one("res.company", companies.pop(), ["name"])
    scene.check_equal(company["name"], scene.plan["company"], "the company")


def file_is_read(scene):
    """The manager loads the customer file; title, header and columns are understood"""
    content = (DATA / "customers.xlsx").read_bytes()
    scene.job = scene.manager.create(
        "crm.pool.import", {"file": encode(content), "file_name": "customers.xlsx"}
    )
    scene.manager.call("crm.pool.import", "action_read", [scene.job])
    job = scene.manager.read_one("crm.pool.import", scene.job, ["row_count", "state"])
    scene.check_equal(job["row_count"], scene.expected["rows"], "rows of the file")
    columns = scene.manager.search_read(
        "crm.pool.import.column",
        [("import_id", "=", scene.job)],
        ["header", "field_name"],
    )
    found = {column["header"]: column["field_name"] for column in columns}
    scene.check(found == COLUMNS, f"all {len(COLUMNS)} columns found by their headers")


def file_is_imported(scene):
    """The file is imported with the check for duplicates; every row is accounted for"""
    manager = scene.manager
    before = manager.search_count("crm.pool.customer", [])
    manager.call("crm.pool.import", "action_run", [scene.job])
    limit = time.monotonic() + IMPORT_TIMEOUT
    fields = ["state", "done_count", "rejected_count", "stage_id", "owner_mode"]
    while True:
        answer = manager.call("crm.pool.import", "action_step", [scene.job])
        if answer["state"] != "running" or time.monotonic() > limit:
            break
        if not answer["handled"]:
            time.sleep(0.5)  # the background job is at it
    job = manager.read_one("crm.pool.import", scene.job, fields)
    scene.check_equal(job["state"], "done", "state of the import")
    rejected = manager.search_read(
        "crm.pool.import.row",
        [("import_id", "=", scene.job), ("state", "=", "rejected")],
        ["row_number", "reason"],
    )
    reasons = Counter(row["reason"] for row in rejected)
    scene.check_equal(
        dict(sorted(reasons.items())), scene.expected["rejected"], "refused"
    )
    found = {str(row["row_number"]): row["reason"] for row in rejected}
    wanted = scene.expected["rejected_rows"]
    wrong = {
        number: (wanted.get(number), found.get(number))
        for number in {*found, *wanted}
        if found.get(number) != wanted.get(number)
    }
    scene.check(not wrong, f"the right {len(found)} rows for the right reasons {wrong}")
    scene.check_equal(job["done_count"], scene.expected["imported"], "imported")
    after = manager.search_count("crm.pool.customer", [])
    scene.check_equal(after - before, scene.expected["imported"], "new customers")


def numbers_are_stored(scene):
    """Messy numbers are stored as the one number they mean"""
    numbers = scene.manager.search_count(
        "crm.phone.number",
        [("partner_id.pool_customer_id.name", "!=", False), ("e164", "=like", "+%")],
    )
    scene.check(numbers >= scene.expected["numbers"], f"{numbers} numbers in E.164")
    samples = scene.expected["sample_numbers"]
    rows = scene.manager.search_read(
        "crm.phone.number",
        [("partner_id.name", "in", list(samples))],
        ["partner_id", "e164"],
    )
    found = {}
    for row in rows:
        found.setdefault(row["partner_id"][1], set()).add(row["e164"])
    wrong = {
        name: (sample, found.get(name))
        for name, sample in samples.items()
        if found.get(name, set()) != set(sample["numbers"])
    }
    messes = {sample["mess"] for sample in samples.values()}
    scene.check(not wrong, f"right for {len(messes)} kinds of mess {wrong or ''}")


def refused_rows_come_back(scene):
    """The refused rows come back as a file that says why"""
    scene.manager.call("crm.pool.import", "action_download_rejects", [scene.job])
    content = scene.manager.download("crm.pool.import", scene.job, "rejects_file")
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active
    header, *rows = sheet.iter_rows(values_only=True)
    wanted = sum(scene.expected["rejected"].values())
    scene.check_equal(len(rows), wanted, "rows of the file")
    scene.check_equal(
        [name for name in header if name in COLUMNS],
        list(COLUMNS),
        "its header is that of the customer file",
    )
    column = next(i for i, name in enumerate(header) if name not in COLUMNS)
    reasons = Counter(str(row[column]).partition(":")[0] for row in rows)
    scene.check_equal(
        sorted(reasons.values()),
        sorted(scene.expected["rejected"].values()),
        f"rows by reason {dict(reasons)}",
    )


def customers_are_in_the_reserve(scene):
    """Everything imported is a shared customer of the reserve"""
    rows = scene.manager.search_read(
        "crm.pool.import.row",
        [("import_id", "=", scene.job), ("state", "=", "done")],
        ["customer_id"],
    )
    scene.imported = [row["customer_id"][0] for row in rows]
    count = scene.manager.search_count(
        "crm.pool.customer",
        [
            ("id", "in", scene.imported),
            ("stage_code", "=", "reserve"),
            ("access", "=", "shared"),
            ("contact_mark", "=", "uncontacted"),
        ],
    )
    scene.check_equal(
        count, scene.expected["imported"], "shared, uncontacted, in the reserve"
    )


def screening_by_industry_and_city(scene):
    """An agent looks through the reserve by industry and city"""
    wanted = scene.expected["screening"]
    domain = [
        ("stage_code", "=", "reserve"),
        ("industry_id.name", "=", wanted["industry"]),
        ("city", "=", wanted["city"]),
    ]
    for agent in scene.agents:
        found = agent.search_read(
            "crm.pool.customer", domain, ["name", "owner_id"], order="id"
        )
        what = f"reserve customers that {agent.session['name']} finds"
        scene.check_equal(len(found), wanted["count"], what)
    scene.check(not any(row["owner_id"] for row in found), "all of them are shared")
    scene.screened = [row["id"] for row in found]
    scene.by_outcome = _by_outcome(scene.agent1, scene.screened)
    counts = {outcome: len(ids) for outcome, ids in scene.by_outcome.items()}
    each = generator.SCREEN_COUNT // len(generator.CARRIER_ENDINGS)
    scene.check_equal(
        counts,
        dict.fromkeys(generator.CARRIER_ENDINGS, each),
        "customers by what the carrier will do with a call",
    )


def _by_outcome(agent, customer_ids):
    """Ids of customers by the ending of their number."""
    rows = agent.read("crm.pool.customer", customer_ids, ["partner_id"])
    partners = {row["partner_id"][0]: row["id"] for row in rows}
    numbers = agent.search_read(
        "crm.phone.number",
        [("partner_id", "in", list(partners))],
        ["partner_id", "e164"],
    )
    outcomes = {ending: name for name, ending in generator.CARRIER_ENDINGS.items()}
    found = {}
    for number in numbers:
        outcome = outcomes[number["e164"][-2:]]
        found.setdefault(outcome, []).append(partners[number["partner_id"][0]])
    return found


class Claimer(threading.Thread):
    """One agent at work: takes customers one after the other until he is refused."""

    def __init__(self, client, wanted, start):
        super().__init__(daemon=True)
        self.client, self.wanted, self.start_signal = client, wanted, start
        self.taken, self.lost, self.refusal, self.error = [], 0, None, None

    def run(self):
        try:
            self.start_signal.wait(timeout=30)
            for customer_id in self.wanted:
                if not self._take(customer_id):
                    return
        except Exception as error:  # noqa: BLE001 (told by the story's thread)
            self.error = error

    def _take(self, customer_id):
        rows = self.client.call(
            "crm.pool.customer", "action_screen", [customer_id], SCREENED
        )
        codes = [row["code"] for row in rows]
        if codes == ["quota_exceeded"]:
            self.refusal = rows[0]["message"]
            return False
        if codes and codes[0] in ("claimed", "moved", "screened"):
            self.taken.append(customer_id)
        else:
            self.lost += 1
        return True


def three_agents_claim_at_once(scene):
    """Three agents screen the same customers at the same time, up to their quota"""
    shuffled = random.Random(generator.SEED)
    start = threading.Barrier(len(AGENTS))
    claimers = []
    for number, agent in enumerate(scene.agents):
        # one customer of each kind for himself, then all the same ones in any order
        own = [ids[number] for ids in scene.by_outcome.values()]
        rest = [one for ids in scene.by_outcome.values() for one in ids[len(AGENTS) :]]
        shuffled.shuffle(rest)
        claimers.append(Claimer(agent, own + rest, start))
    for claimer in claimers:
        claimer.start()
    for claimer in claimers:
        claimer.join(timeout=300)
        if claimer.error:
            raise claimer.error
    quota = scene.plan["quota"]
    for login, claimer in zip(AGENTS, claimers, strict=True):
        scene.check_equal(len(claimer.taken), quota, f"customers that {login} took")
        rows = claimer.client.read(
            "crm.pool.customer", claimer.taken, ["owner_id", "stage_code"]
        )
        owners = {row["owner_id"][0] for row in rows}
        scene.check_equal(owners, {claimer.client.user_id}, f"owners of {login}'s")
        stages = {row["stage_code"] for row in rows}
        scene.check_equal(stages, {SCREENED}, f"stage of {login}'s")
    taken = [one for claimer in claimers for one in claimer.taken]
    scene.check_equal(len(set(taken)), 3 * quota, "customers taken, none twice")
    lost = sum(claimer.lost for claimer in claimers)
    scene.check(True, f"{lost} times a colleague had been quicker, and it was said")
    left = scene.manager.search_count(
        "crm.pool.customer",
        [("id", "in", scene.screened), ("owner_id", "=", False)],
    )
    scene.check_equal(left, generator.SCREEN_COUNT - 3 * quota, "customers left over")
    scene.taken = taken
    scene.mine = {
        login: {outcome: ids[number] for outcome, ids in scene.by_outcome.items()}
        for number, login in enumerate(AGENTS)
    }


def one_more_is_refused(scene):
    """One customer more than the quota is refused, with a sentence"""
    left = scene.agent1.search(
        "crm.pool.customer",
        [("id", "in", scene.screened), ("owner_id", "=", False)],
        limit=1,
    )
    for agent in scene.agents:
        rows = agent.call("crm.pool.customer", "action_screen", left, SCREENED)
        scene.check_equal([row["code"] for row in rows], ["quota_exceeded"], "answer")
        scene.check(
            rows[0]["message"], f"said to {agent.session['name']}: {rows[0]['message']}"
        )
    row = scene.manager.read_one("crm.pool.customer", left[0], ["owner_id"])
    scene.check(not row["owner_id"], "the customer is still shared")


STEPS = (
    people_log_in,
    file_is_read,
    file_is_imported,
    refused_rows_come_back,
    numbers_are_stored,
    customers_are_in_the_reserve,
    screening_by_industry_and_city,
    three_agents_claim_at_once,
    one_more_is_refused,
)
