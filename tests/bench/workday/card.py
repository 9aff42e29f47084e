"""card.p95_ms: the customer card with 500 contact records and 500 persons behind it."""

from lxml import etree

from tests.bench.pool.lists import slowest
from tests.bench.run import log_in
from tests.clients.servers import Servers
from tests.runner.databases import query

RECORDS, CUSTOMERS = 500, 20
# the customers' records and persons become 500 each: copies of what they have
RECORD = """
INSERT INTO crm_contact_record (customer_id, user_id, company_id, date, channel,
       direction, outcome_id, note, create_uid, write_uid, create_date, write_date)
SELECT customer, user_id, company_id, date - n * interval '1 hour', channel,
       direction, outcome_id, note, create_uid, write_uid, create_date, write_date
  FROM unnest(ARRAY{ids}) AS customer, generate_series(1, {count}) AS n,
       (SELECT * FROM crm_contact_record ORDER BY id LIMIT 1) AS one
"""
PERSON = """
INSERT INTO res_partner (name, complete_name, parent_id, commercial_partner_id, type,
       active, is_company, partner_share, color, autopost_bills, create_uid,
       write_uid)
SELECT 'Person ' || n, partner.name || ', Person ' || n, partner.id, partner.id,
       'contact', true, false, true, 0, 'ask', 1, 1
  FROM res_partner AS partner, generate_series(1, {count}) AS n
 WHERE partner.id = ANY(ARRAY{ids})
"""


def _columns(view):
    """What the web client asks of a form's view: of lists ten rows."""
    specification = {}
    for node in etree.fromstring(view["arch"]).iter("field"):
        if node.xpath("ancestor::list"):
            continue
        columns = {column.get("name"): {} for column in node.iter("field")}
        columns.pop(node.get("name"))
        if columns:
            specification[node.get("name")] = {"fields": columns, "limit": 10}
        elif node.get("name").endswith("_id"):
            named = {"fields": {"display_name": {}}}
            specification[node.get("name")] = named
        else:
            specification[node.get("name")] = {}
    return specification


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    with Servers(database, run.folder / "card", run.ports, count=1) as servers:
        [agent] = log_in(run, database, ["agent1"])
        agent.port = servers[0].port
        mine = agent.call(
            "crm.pool.customer",
            "search_read",
            [("is_mine", "=", True)],
            ["partner_id"],
            limit=CUSTOMERS,
            order="id",
        )
        customers = [row["id"] for row in mine]
        query(database, RECORD.format(ids=customers, count=RECORDS))
        partners = [row["partner_id"][0] for row in mine]
        query(database, PERSON.format(ids=partners, count=RECORDS))
        query(database, "ANALYZE crm_contact_record, res_partner")
        action = agent.call("crm.pool.customer", "action_open_card", customers[:1])
        form = action["view_id"][0]
        view = agent.call("crm.pool.customer", "get_view", form, "form")
        specification = _columns(view)

        def opened(person, number):
            [found] = person.call(
                "crm.pool.customer",
                "web_read",
                [customers[number % CUSTOMERS]],
                specification=specification,
            )
            assert len(found["record_ids"]) >= RECORDS, len(found["record_ids"])
            return found

        return {"card.p95_ms": slowest(run, [("card", agent, opened)], "card.p95_ms")}
