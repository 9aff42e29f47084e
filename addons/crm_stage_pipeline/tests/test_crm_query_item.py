from lxml import etree
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.crm_query_item import ALWAYS, STAGE_KEY
from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestCrmQueryItem(PoolCase):
    """G58, P44: by what a company's people look for customers (查询项设置)."""

    def _item(self, name, stage_code=False, **vals):
        return (
            self.env["crm.query.item"]
            .with_user(self.manager)
            .create({"field_name": name, "stage_code": stage_code, **vals})
        )

    def _view(self, user, stage_code=None, **context):
        if stage_code:
            context[STAGE_KEY] = stage_code
        customers = self.env["crm.pool.customer"].with_user(user)
        views = customers.with_context(**context).get_views([(False, "search")])
        return views, etree.fromstring(views["views"]["search"]["arch"])

    def _searched(self, user, stage_code=None, **context):
        """The names in the search box; the client knows every one of them."""
        views, arch = self._view(user, stage_code, **context)
        names = [node.get("name") for node in arch.findall("field")]
        known = views["models"]["crm.pool.customer"]["fields"]
        self.assertLessEqual(set(names), set(known))
        return names

    def _filters(self, user, stage_code=None):
        _views, arch = self._view(user, stage_code)
        return {
            node.get("name").removeprefix("query_"): node
            for node in arch.iter("filter")
            if node.get("name").startswith("query_")
        }

    def test_shipped_items_until_chosen(self):
        """G58: the chosen items of a list stand instead of the shipped ones."""
        shipped = self._searched(self.agent_1)
        self.assertIn("industry_id", shipped)
        self._item("grade_id", sequence=20)
        self._item("city", sequence=10)
        own = [ALWAYS, "city", "grade_id"]
        self.assertEqual(self._searched(self.agent_1), own)
        self.assertEqual(self._searched(self.agent_1, "deal"), own)
        self.env["crm.query.item"].search([]).unlink()
        self.assertEqual(self._searched(self.agent_1), shipped)

    def test_items_of_one_stage(self):
        """G58: an item of a stage stands in its list only."""
        shipped = self._searched(self.agent_1, "target")
        self._item("grade_id", "deal")
        self.assertEqual(self._searched(self.agent_1, "deal"), [ALWAYS, "grade_id"])
        self.assertEqual(self._searched(self.agent_1, "target"), shipped)
        self.assertEqual(self._searched(self.agent_1), shipped)

    def test_actions_name_their_stage(self):
        """G58: every stage's list, and its tiles, say whose items they want."""
        for code in ("reserve", "target", "potential", "opportunity", "deal"):
            action = self.env.ref(f"{MODULE}.crm_pool_customer_action_{code}")
            self.assertIn(f'"{STAGE_KEY}": "{code}"', action.context)
            main_line = self.env["crm.main.line"].with_user(self.agent_1)
            day = main_line.get_main_line()["day"]
            tile = main_line.open_tile(code, "today", "mine", day)
            self.assertEqual(tile["context"][STAGE_KEY], code)

    def test_items_of_each_company(self):
        """G58: another company's people keep theirs, also from the cache."""
        shipped = self._searched(self.agent_1)
        other = self.env["res.company"].create({"name": "Query Works"})
        self.agent_1.company_ids = [Command.link(other.id)]
        self._item("city")
        chosen = self._searched(self.agent_1)
        self.assertEqual(chosen, [ALWAYS, "city"])
        context = {"allowed_company_ids": other.ids}
        self.assertEqual(self._searched(self.agent_1, **context), shipped)
        self.assertEqual(self._searched(self.agent_1), chosen)

    def test_filters_and_groups_find(self):
        """G58: quick filters by the kind of field, and groups; each of them works."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.partner_id.city = "Quanzhou"
        for name in ("city", "track_mark", "registered_on", "has_running_opportunity"):
            self._item(name, is_search=False, is_filter=True)
        self._item("grade_id", is_search=False, is_group=True)
        filters = self._filters(self.agent_1)
        self.assertEqual(
            set(filters),
            {
                "city_filter_set",
                "city_filter_unset",
                "track_mark_filter_tracking",
                "track_mark_filter_paused",
                "registered_on_filter",
                "has_running_opportunity_filter",
                "grade_id_group",
            },
        )
        customers = self.env["crm.pool.customer"].with_user(self.agent_1)
        found = {}
        for name, node in filters.items():
            if domain := node.get("domain"):
                # pylint: disable-next=eval-used  # what the view ships, as a client does
                found[name] = customers.search(eval(domain))  # noqa: S307
        self.assertIn(customer, found["city_filter_set"])
        self.assertNotIn(customer, found["city_filter_unset"])
        self.assertEqual(filters["registered_on_filter"].get("date"), "registered_on")
        self.assertIn("'grade_id'", filters["grade_id_group"].get("context"))
        self.assertEqual(
            len(customers.formatted_read_group([], ["grade_id"], ["__count"])), 1
        )

    def test_only_readable_fields(self):
        """G58: an item over a field of another group is not offered to an agent."""
        field = self.env["crm.pool.customer"]._fields["claimed_at"]
        self.patch(field, "groups", f"{MODULE}.{MODULE}_group_manager")
        self.env.registry.clear_all_caches()
        self.addCleanup(self.env.registry.clear_all_caches)
        self._item("claimed_at", is_filter=True)
        self._item("city")
        self.assertEqual(self._searched(self.manager), [ALWAYS, "claimed_at", "city"])
        self.assertEqual(self._searched(self.agent_1), [ALWAYS, "city"])

    def test_deleted_field(self):
        """G58: an item whose field was deleted says so; the lists open without it."""
        model = self.env["ir.model"]._get("crm.pool.customer")
        field = self.env["ir.model.fields"].create(
            {
                "name": "x_floor",
                "model_id": model.id,
                "ttype": "char",
                "field_description": "Floor",
            }
        )
        item = self._item("x_floor", is_filter=True)
        self._item("city")
        self.assertEqual(self._searched(self.agent_1), [ALWAYS, "x_floor", "city"])
        self.assertFalse(item.problem)
        field.unlink()
        item = self.env["crm.query.item"].browse(item.id).with_user(self.manager)
        self.assertEqual(self._searched(self.agent_1), [ALWAYS, "city"])
        self.assertFalse(self._filters(self.agent_1))
        self.assertIn("x_floor", item.problem)
        # the settings screen reads it, and it can be taken away
        self.assertEqual(item.read(["field_name"])[0]["field_name"], "x_floor")
        item.unlink()

    def test_rights(self):
        """G58: managers choose; agents only use; of one's own companies."""
        item = self._item("city")
        agents = item.with_user(self.agent_1)
        self.assertTrue(agents.read(["field_name"]))
        with self.assertRaises(AccessError):
            agents.is_filter = True
        other = self.env["res.company"].create({"name": "Query Works"})
        stranger = new_test_user(
            self.env,
            "query_stranger",
            groups=f"{MODULE}.{MODULE}_group_manager",
            company_id=other.id,
            company_ids=other.ids,
        )
        self.assertFalse(self.env["crm.query.item"].with_user(stranger).search([]))

    def test_unknown_or_useless(self):
        """G58: no item over a field that is not there, none without a use."""
        with self.assertRaises(ValidationError):
            self._item("no_such_field")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._item("city", is_search=False)


@tagged("post_install", "-at_install")
class TestCrmQueryItemBrowser(HttpCase, PoolCase):
    """G58: what browsers keep of the lists' views."""

    def _hash(self):
        info = self.url_open("/web/session/get_session_info", json={}).json()
        return info["result"]["registry_hash"]

    def test_kept_views_are_left(self):
        """G58: a changed item changes the hash under which browsers keep views."""
        self.authenticate(self.agent_1.login, self.agent_1.login)
        before = self._hash()
        self.assertEqual(self._hash(), before)
        item = self.env["crm.query.item"].create({"field_name": "city"})
        between = self._hash()
        self.assertNotEqual(between, before)
        item.is_filter = True
        self.assertNotIn(self._hash(), (before, between))
