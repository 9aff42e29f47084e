"""A million customers out of the two that people.py made: INSERT … SELECT, with the
indexes dropped meanwhile. Every figure comes from hashes of the customer's number, so
that the same program always makes the same rows.

Columns that are not named here are as the addon wrote them in the pattern row: a new
field needs no change of this file.
"""

import contextlib

from . import records
from .multiply import multiply

COUNT = 1_000_000
BRANCH_COUNT = 100_000  # of the same partners, in the second company
TABLES = (
    "res_partner",
    "crm_pool_customer",
    "crm_pool_access",
    "crm_pool_log",
    "crm_phone_number",
    "crm_customer_key",
    "crm_contact_record",
)
CITIES = (
    "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 天津 青岛 大连 宁波 "
    "厦门 福州 长沙 郑州 济南 合肥 昆明 沈阳 哈尔滨 长春 石家庄 南昌 贵阳 南宁 "
    "太原 无锡 常州 温州 绍兴 嘉兴 金华 台州 佛山 东莞 中山"
).split()
FIRST = "恒 鑫 华 金 宏 盛 瑞 泰 永 德 嘉 天 中 新 东 博 远 大 安 康".split()
SECOND = "达 源 丰 隆 通 发 信 利 兴 茂 诚 和 昌 荣 顺 福 宇 辉 成 业".split()
TRADES = (
    "办公用品 贸易 电子 机械 建材 服装 食品 化工 物流 科技 医疗器械 五金 印刷 包装 "
    "家具 汽车配件 软件 广告 纺织 塑料 仪器仪表 电气 环保 农业 酒店用品"
).split()
THIRD = ["", "洋", "峰", "泽"]
FORMS = "有限公司 有限责任公司 股份有限公司 商行 集团".split()
ADJECTIVES = (
    "Northern Golden Silver Pacific Atlantic United Royal Prime Global Central Eastern "
    "Western Rapid Bright Modern Noble Summit Harbour River Cedar"
).split()
NOUNS = (
    "Bridge Star Lion Eagle Tower Field Stone Gate Crown Anchor Wave Forest Falcon "
    "Arrow Orchid Lotus Maple Delta Comet Pearl"
).split()
LINES = (
    "Trading Stationery Electronics Machinery Textiles Foods Chemicals Logistics "
    "Printing Packaging Furniture Software Instruments Plastics Tools"
).split()
SUFFIXES = "Ltd. Inc. GmbH Co. LLC Group SARL B.V.".split()
PREFIXES = "130 131 135 136 137 138 139 150 151 158 159 177 186 188 189".split()

DRAFT = """
CREATE FUNCTION pg_temp.r(n int, seed int, k int) RETURNS int IMMUTABLE LANGUAGE sql AS
$$ SELECT (((hashint4extended(n, seed) %% k) + k) %% k)::int $$;
CREATE FUNCTION pg_temp.pick(words text[], n bigint)
RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT words[1 + n %% cardinality(words)] $$;
CREATE TEMP TABLE draft AS
WITH drawn AS (
    SELECT n, n %% 5 = 4 AS is_foreign,
           -- permutations of all combinations, so that no two names are the same
           (n::bigint * 48271 + 11) %% 1600000 AS k,
           (n::bigint / 5 * 48271 + 11) %% 240000 AS f,
           pg_temp.r(n, 2, 1000) < 300 AS is_owned, pg_temp.r(n, 3, 1000) AS luck
      FROM generate_series(1, %(count)s) AS n
), named AS (
    SELECT *, pg_temp.pick(%(cities)s, k) AS city,
           CASE WHEN is_foreign
                THEN pg_temp.pick(%(adjectives)s, f) || ' '
                     || pg_temp.pick(%(nouns)s, f / 20) || ' '
                     || pg_temp.pick(%(lines)s, f / 400) || ' ' || (f / 6000 + 1)
                ELSE pg_temp.pick(%(cities)s, k) || pg_temp.pick(%(first)s, k / 40)
                     || pg_temp.pick(%(second)s, k / 800)
                     || pg_temp.pick(%(third)s, k / 16000)
                     || pg_temp.pick(%(trades)s, k / 64000) END AS stem
      FROM drawn
)
SELECT n, is_foreign, is_owned, city, lower(replace(stem, ' ', '')) AS key,
       CASE WHEN is_foreign
            THEN stem || ' ' || pg_temp.pick(%(suffixes)s, pg_temp.r(n, 8, 8))
            ELSE stem || pg_temp.pick(%(forms)s, pg_temp.r(n, 8, 5)) END AS name,
       CASE WHEN is_foreign THEN '1' || (2125550000 + n)
            WHEN n %% 3 = 0 THEN '86571' || (80000000 + pg_temp.r(n, 4, 9999999))
            ELSE '86' || pg_temp.pick(%(prefixes)s, pg_temp.r(n, 9, 15))
                 || lpad(pg_temp.r(n, 5, 100000000)::text, 8, '0') END AS digits,
       CASE WHEN is_owned THEN CASE
                WHEN luck < 50 THEN 'reserve' WHEN luck < 450 THEN 'target'
                WHEN luck < 750 THEN 'potential'
                WHEN luck < 870 THEN 'opportunity' ELSE 'deal' END
            ELSE CASE
                WHEN luck < 750 THEN 'reserve' WHEN luck < 870 THEN 'target'
                WHEN luck < 940 THEN 'potential' WHEN luck < 980 THEN NULL
                ELSE 'deal' END END AS stage_code,
       now()::timestamp(0) AS today
  FROM named;
ALTER TABLE draft ADD PRIMARY KEY (n);
ANALYZE draft;
"""


@contextlib.contextmanager
def without_indexes(cr):
    cr.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE indrelid = ANY(%s::regclass[])
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """,
        [list(TABLES)],
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        cr.execute(definition)


def _foundation(cr, people):
    """Ids after which the new rows are numbered."""
    cr.execute(
        "SELECT partner_id FROM crm_pool_customer WHERE id = %s", [people.shared]
    )
    (pattern_partner,) = cr.fetchone()
    cr.execute("SELECT max(id) FROM res_partner")
    (partner,) = cr.fetchone()
    cr.execute("SELECT max(id) FROM crm_pool_customer")
    (customer,) = cr.fetchone()
    return pattern_partner, partner, customer


def _partners(cr, pattern, base):
    multiply(
        cr,
        "res_partner",
        pattern,
        "SELECT * FROM draft",
        id=f"{base} + n",
        name="name",
        complete_name="name",
        commercial_partner_id=f"{base} + n",
        commercial_company_name="name",
        ref="'C' || lpad(n::text, 7, '0')",
        vat="CASE WHEN n % 3 = 0 THEN '9133' || (100000000000 + n::bigint * 7919)"
        " || 'XM' END",
        company_registry="CASE WHEN n % 4 = 0 THEN '3301' || (10000000 + n) END",
        email="CASE WHEN n % 10 < 6 THEN 'sales@c' || n || '.example.com' END",
        email_normalized="CASE WHEN n % 10 < 6 THEN 'sales@c' || n"
        " || '.example.com' END",
        phone="'+' || digits",
        phone_sanitized="'+' || digits",
        city="city",
        street="city || '路' || n % 999 || '号'",
        create_date="today - n % 900 * interval '1 day'",
    )
    multiply(
        cr,
        "crm_phone_number",
        f"(SELECT min(id) FROM crm_phone_number WHERE partner_id = {pattern})",
        "SELECT * FROM draft",
        partner_id=f"{base} + n",
        number="'+' || digits",
        e164="'+' || digits",
        digits_rev="reverse(digits)",
        region="CASE WHEN is_foreign THEN 'US' ELSE 'CN' END",
    )


def _customers(cr, people, base, partner_base, company, agents, source):
    """Rows of one company, with their owners' and collaborators' access rows."""
    pick = "(ARRAY{})[1 + pg_temp.r(n, {}, {})]"
    owner = pick.format(agents, 6, len(agents))
    colleague = pick.format(agents, 7, len(agents))
    pool = pick.format(people.pools, 10, len(people.pools))
    contact = "SELECT at FROM last_contact WHERE last_contact.n = s.n"
    is_collaborative = f"is_owned AND n % 10 = 0 AND {owner} <> {colleague}"
    multiply(
        cr,
        "crm_pool_customer",
        people.shared,
        source,
        id=f"{base} + n",
        partner_id=f"{partner_base} + n",
        company_id=f"{company}",
        name="name",
        customer_number="'B' || lpad(n::text, 7, '0')",
        pool_id=pool if company == people.company else f"{people.pools[-1]}",
        stage_code="stage_code",
        stage_id="(SELECT min(stage.id) FROM crm_pool_stage AS stage"
        " WHERE stage.code = s.stage_code)",
        owner_id=f"CASE WHEN is_owned THEN {owner} END",
        access=f"CASE WHEN {is_collaborative} THEN 'collaborative'"
        " WHEN is_owned THEN 'personal' ELSE 'shared' END",
        contact_mark=f"CASE WHEN EXISTS ({contact}) THEN 'contacted'"
        " ELSE 'uncontacted' END",
        draw_key="pg_temp.r(n, 11, 2147483647)",
        pool_entered_at="today - (100 + n % 800) * interval '1 day'",
        claimed_at="CASE WHEN is_owned"
        " THEN today - pg_temp.r(n, 12, 90 * 1440) * interval '1 minute' END",
        last_contact_at=f"({contact})",
        next_visit_date="CASE WHEN (is_owned AND n % 10 < 7) OR n % 20 = 7"
        " THEN today + (pg_temp.r(n, 14, 86400) - 43200) * interval '1 minute' END",
        protected_until="CASE WHEN is_owned AND n % 50 = 0"
        " THEN today + n % 60 * interval '1 day' END",
    )
    access = {"company_id": f"{company}", "customer_id": f"{base} + n"}
    pattern = f"(SELECT id FROM crm_pool_access WHERE customer_id = {people.owned})"
    owned = f"SELECT * FROM ({source}) AS all_rows WHERE is_owned"
    multiply(cr, "crm_pool_access", pattern, owned, user_id=owner, **access)
    multiply(
        cr,
        "crm_pool_access",
        pattern,
        f"SELECT * FROM ({source}) AS all_rows WHERE {is_collaborative}",
        user_id=colleague,
        kind="'collaborator'",
        **access,
    )
    _keys_and_log(cr, people, base, company, source)


def _keys_and_log(cr, people, base, company, source):
    own = {"company_id": f"{company}", "customer_id": f"{base} + n"}
    pattern = (
        "(SELECT min(id) FROM crm_customer_key WHERE customer_id = {} AND kind = '{}')"
    )
    for kind, key in (("name", "key"), ("phone", "'+' || digits")):
        found = pattern.format(people.shared, kind)
        multiply(cr, "crm_customer_key", found, source, key=key, **own)
    entered = f"(SELECT id FROM crm_pool_log WHERE customer_id = {people.shared})"
    multiply(
        cr,
        "crm_pool_log",
        entered,
        source,
        at="today - (100 + n % 800) * interval '1 day'",
        customer_ref=f"{base} + n",
        customer_name="name",
        stage_after="stage_code",
        owner_after_id="(SELECT owner_id FROM crm_pool_customer AS customer"
        f" WHERE customer.id = {base} + n)",
        **own,
    )


def make(
    env,
    people,
    count=COUNT,
    branch_count=BRANCH_COUNT,
    record_count=records.COUNT,
):
    """Fill the tables; `env` is the superuser's. Takes four to five minutes."""
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
    cr.execute("SET LOCAL work_mem = '256MB'")
    words = {
        "cities": CITIES, "first": FIRST, "second": SECOND, "third": THIRD,
        "trades": TRADES, "forms": FORMS, "adjectives": ADJECTIVES, "nouns": NOUNS,
        "lines": LINES, "suffixes": SUFFIXES, "prefixes": PREFIXES,
    }  # fmt: skip
    cr.execute(DRAFT, {"count": count, **words})
    records.draft(cr, count, record_count)
    pattern, partner_base, base = _foundation(cr, people)
    with without_indexes(cr):
        _partners(cr, pattern, partner_base)
        home = (people.company, people.agents, "SELECT * FROM draft")
        _customers(cr, people, base, partner_base, *home)
        records.fill(cr, people, base)
        some = f"SELECT * FROM draft WHERE n <= {branch_count}"
        branch = (people.branch, people.branch_agents, some)
        _customers(cr, people, base + count, partner_base, *branch)
    cr.commit()
