"""Five million contact records of 36 months, by the fifty agents: five for each of the
million customers on average. As in rows.py, every figure comes from hashes.

The customers' last contacts are those of the records: rows.py reads them from the
table that `draft` leaves.
"""

from .multiply import multiply

COUNT = 5_000_000
DAYS = 1095
DRAFT = """
CREATE TEMP TABLE contact AS
SELECT i, 1 + pg_temp.r(i, 21, %(customers)s) AS n,
       now()::timestamp(0) - pg_temp.r(i, 22, %(minutes)s) * interval '1 minute' AS at
  FROM generate_series(1, %(count)s) AS i;
CREATE TEMP TABLE last_contact AS
SELECT n, max(at) AS at FROM contact GROUP BY n;
ALTER TABLE last_contact ADD PRIMARY KEY (n);
ANALYZE contact;
ANALYZE last_contact;
"""


def draft(cr, customers, count=COUNT):
    """Draw the records, after the customers of rows.py and before their rows."""
    minutes = DAYS * 1440
    cr.execute(DRAFT, {"customers": customers, "count": count, "minutes": minutes})


def fill(cr, people, base):
    """Write the records; agent and customer are those of the customer's number.

    :param base: the customer's id before the first of the drafted ones
    """
    agent = f"(ARRAY{people.agents})[1 + pg_temp.r(n, 6, {len(people.agents)})]"
    cr.execute("SELECT array_agg(id ORDER BY id) FROM crm_contact_outcome")
    (outcomes,) = cr.fetchone()
    multiply(
        cr,
        "crm_contact_record",
        people.record,
        "SELECT * FROM contact",
        customer_id=f"{base} + n",
        partner_id="NULL::int",
        user_id=agent,
        create_uid=agent,
        write_uid=agent,
        date="at",
        create_date="at",
        write_date="at",
        outcome_id=f"(ARRAY{outcomes})[1 + pg_temp.r(i, 23, {len(outcomes)})]",
        channel="CASE WHEN i % 10 = 0 THEN 'email' WHEN i % 25 = 0 THEN 'visit'"
        " ELSE 'call' END",
        note="'Spoke about delivery ' || i",
    )
