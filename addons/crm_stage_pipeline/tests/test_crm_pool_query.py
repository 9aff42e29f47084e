from lxml import etree

from odoo.tests import tagged
from odoo.tools import SQL

from .common import PoolCase

ROWS = 20_000


@tagged("post_install", "-at_install")
class TestCrmPoolQueryCount(PoolCase):
    """Lists and forms ask the database as often for 50 records as for one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._new_customers(30, "target", cls.agent_1)
        cls.rows |= cls._new_customers(20, "target")
        for row in cls.rows[:10]:
            row.with_user(cls.agent_1).action_share(cls.agent_2.id)
        for partner in cls.rows.partner_id:
            partner.create({"name": "Contact", "parent_id": partner.id})
        cls.env.flush_all()

    def _spec(self, model, kind):
        """What the web client asks for: the fields of the view."""
        views = model.get_views([(False, kind), (False, "search")])["views"]
        root = etree.fromstring(views[kind]["arch"])
        spec = {}
        for node in root.iter("field"):
            if any(parent.tag == "field" for parent in node.iterancestors()):
                continue
            field = model._fields[node.get("name")]
            spec[field.name] = {}
            if field.type == "many2one":
                spec[field.name] = {"fields": {"display_name": {}}}
            elif field.type in ("one2many", "many2many"):
                spec[field.name] = {"fields": {"display_name": {}}, "limit": 40}
        return spec

    def _count(self, ask, records):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        ask(records)
        return self.env.cr.sql_log_count - before

    def _compare(self, records, kind):
        """The same number of queries at 1 and 50, for agent and manager."""
        for user in (self.agent_1, self.manager):
            model = records.browse().with_user(user)
            spec = self._spec(model, kind)

            def ask(some, model=model, spec=spec):  # pylint: disable=dangerous-default-value
                if kind == "list":
                    domain = [("id", "in", some.ids)]
                    answer = model.web_search_read(domain, spec, limit=80)["records"]
                else:
                    answer = some.with_env(model.env).web_read(spec)
                self.assertEqual(len(answer), len(some))

            ask(records)  # warms the caches of rules and views
            one = self._count(ask, records[0])
            with self.subTest(user=user.login, model=records._name):
                self.env.flush_all()
                self.env.invalidate_all()
                with self.assertQueryCount(one):
                    ask(records)

    def test_list_of_customers(self):
        self._compare(self.rows, "list")

    def test_form_of_customers(self):
        self._compare(self.rows, "form")

    def test_list_of_partners(self):
        self._compare(self.rows.partner_id, "list")

    def test_form_of_a_partner(self):
        """A customer with 50 contact persons and records opens as one with one."""
        small, big = self.rows[:2]
        for customer, count in ((small, 1), (big, 50)):
            partner = customer.partner_id
            partner.create(
                [
                    {"name": f"Person {number}", "parent_id": partner.id}
                    for number in range(count)
                ]
            )
            self.env["crm.contact.record"].create(
                [
                    {"customer_id": customer.id, "user_id": self.agent_1.id}
                    for _number in range(count)
                ]
            )
        for user in (self.agent_1, self.manager):
            model = self.env["res.partner"].with_user(user)
            spec = self._spec(model, "form")

            def ask(partner, model=model, spec=spec):  # pylint: disable=dangerous-default-value
                self.assertTrue(partner.with_env(model.env).web_read(spec))

            for _time in range(2):  # warms the caches of rules and views
                self._count(ask, small.partner_id)
            one = self._count(ask, small.partner_id)
            with self.subTest(user=user.login):
                self.assertEqual(self._count(ask, big.partner_id), one)

    def test_rights_of_customers(self):
        """What one may do with 50 customers costs as much as with one."""
        rows = self.rows.with_user(self.agent_1)
        rows._rights()
        one = self._count(lambda some: some._rights(), rows[0])
        self.env.invalidate_all()
        with self.assertQueryCount(one):
            rows._rights()


@tagged("post_install", "-at_install")
class TestCrmPoolPlan(PoolCase):
    """How PostgreSQL runs the rules on a table that is worth an index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = cls._new_customers(1)
        owned = "mod(n, 10) < 3"
        owners = (cls.agent_1 | cls.agent_2 | cls.agent_3 | cls.leader).ids
        owner = f"(ARRAY{owners})[1 + mod(n, 4)]"
        cls._multiply_customer(
            template,
            ROWS,
            owner_id=f"CASE WHEN {owned} THEN {owner} END",
            access=f"CASE WHEN {owned} THEN 'personal' ELSE 'shared' END",
            next_visit_date="now() + n * interval '1 minute'",
        )
        cls.env.cr.execute(
            """
            INSERT INTO crm_pool_access (customer_id, company_id, user_id, kind)
            SELECT id, company_id, owner_id, 'owner' FROM crm_pool_customer c
            WHERE owner_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM crm_pool_access a WHERE a.customer_id = c.id
            )
            """
        )
        for table in ("res_partner", "crm_pool_customer", "crm_pool_access"):
            cls.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        cls.env.invalidate_all()

    def _plan(self, query):
        rows = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        return "\n".join(line for (line,) in rows)

    def _lists(self, user):
        """The lists of an agent's day: mine and all, by visit and by name."""
        model = self.env["crm.pool.customer"].with_user(user)
        mine = [("owner_id", "=", user.id)]
        shared = [("access", "=", "shared")]
        for domain in ([], mine, shared, [("stage_code", "=", "target")]):
            for order in ("next_visit_date, id", "name, id"):
                yield domain, model._search(domain, order=order, limit=80)

    def test_lists_use_indexes(self):
        """No list of an agent, leader or manager reads the whole pool."""
        for user in (self.agent_1, self.leader, self.manager):
            for domain, query in self._lists(user):
                plan = self._plan(query)
                with self.subTest(user=user.login, domain=domain):
                    self.assertNotIn("Seq Scan on crm_pool_customer", plan)

    def test_contacts_use_indexes(self):
        """Nor does a list of contacts or a search in a Many2one."""
        for user in (self.agent_1, self.leader):
            model = self.env["res.partner"].with_user(user)
            for domain in ([], [("complete_name", "ilike", "Bulk 1999")]):
                query = model._search(domain, order="complete_name, id", limit=80)
                with self.subTest(user=user.login, domain=domain):
                    plan = self._plan(query)
                    self.assertNotIn("Seq Scan on crm_pool_customer", plan)

    def test_no_not_in_subquery(self):
        """No rule compiles to NOT IN (SELECT, for any model that has one."""
        for user in (self.agent_1, self.leader, self.manager, self.seller):
            for name in (
                "crm.pool.customer",
                "res.partner",
                "crm.lead",
                "sale.order",
                "sale.order.line",
                "crm.contact.record",
                "crm.pool.log",
                "crm.pool.access",
            ):
                model = self.env[name].with_user(user)
                if not model.has_access("read"):
                    continue
                code = " ".join(model._search([]).select().code.split())
                with self.subTest(user=user.login, model=name):
                    self.assertNotIn("NOT IN (SELECT", code)

    def test_naive_rule_reads_the_whole_pool(self):
        """The twin: the rule as NOT IN reads the table, so the test can fail."""
        self.env.cr.execute(
            """
            EXPLAIN SELECT id FROM res_partner WHERE id NOT IN (
                SELECT partner_id FROM crm_pool_customer WHERE access <> 'shared'
            ) ORDER BY complete_name, id LIMIT 80
            """
        )
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("Seq Scan on crm_pool_customer", plan)
