"""The rows of the data set: 500,000 customers with one mobile number each, most of them
written as people write them, and a PBX with the telephones of the recorded sessions."""

from tests.bench.pool.multiply import multiply

COUNT = 500_000
FIRST = 13_100_000_000
STEP = 1999  # numbers are neither dense nor in the order of their ids
TELEPHONES = ("101", "102", "103", "104", "105", "201")
GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


def number(n: int) -> str:
    """The national number of the n-th customer, from 1."""
    return str(FIRST + n * STEP)


def make(env, count=COUNT):
    env = env(context={**env.context, "tracking_disable": True})
    company = env.ref("base.main_company")
    company.country_id = env.ref("base.cn")
    pattern = env["res.partner"].create(
        {"name": "Pattern", "is_company": True, "phone": "+86 131 0000 0000"}
    )
    env["crm.pool.customer"]._row_for(pattern, company)
    _exchange(env, company)
    env.flush_all()
    _multiply(env.cr, pattern, count)
    env.cr.commit()


def _exchange(env, company):
    server = env["asterisk.server"].create(
        {
            "name": "PBX",
            "company_id": company.id,
            "country_id": company.country_id.id,
            "secret": "bench",
        }
    )
    for name in TELEPHONES:
        user = env["res.users"].create(
            {
                "login": f"agent{name}",
                "name": f"Agent {name}",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, env.ref(GROUP).ids)],
            }
        )
        env["asterisk.endpoint"].create(
            {"server_id": server.id, "name": f"PJSIP/{name}", "user_id": user.id}
        )
    env["asterisk.queue"].create({"server_id": server.id, "name": "sales"})


def _multiply(cr, pattern, count):
    cr.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
    cr.execute("SELECT max(id) FROM res_partner")
    (base,) = cr.fetchone()
    source = (
        f"SELECT n, ({FIRST} + n::bigint * {STEP})::text AS digits"
        f" FROM generate_series(1, {count}) AS n"
    )
    spaced = "substr(digits, 1, 3) || ' ' || substr(digits, 4, 4) || ' '"
    typed = f"CASE WHEN n % 3 = 0 THEN digits ELSE {spaced} || substr(digits, 8) END"
    name = "'Customer ' || n"
    multiply(
        cr,
        "res_partner",
        pattern.id,
        source,
        id=f"{base} + n",
        name=name,
        complete_name=name,
        commercial_partner_id=f"{base} + n",
        phone=typed,
        phone_sanitized="'+86' || digits",
    )
    found = f"(SELECT min(id) FROM {{}} WHERE partner_id = {pattern.id})"
    multiply(
        cr,
        "crm_phone_number",
        found.format("crm_phone_number"),
        source,
        partner_id=f"{base} + n",
        number=typed,
        e164="'+86' || digits",
        digits_rev="reverse('86' || digits)",
    )
    multiply(
        cr,
        "crm_pool_customer",
        found.format("crm_pool_customer"),
        source,
        partner_id=f"{base} + n",
        name=name,
        customer_number="'N' || n",
    )
