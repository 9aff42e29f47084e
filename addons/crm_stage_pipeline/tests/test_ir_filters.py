from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.ir_filters import OPEN_KEY
from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestIrFilters(PoolCase):
    """P45: saved lists with categories, one's own and everybody's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["crm.list.category"].create({"name": "Key Works"})

    def _save(self, user, domain="[]", is_public=False, **vals):
        return (
            self.env["ir.filters"]
            .with_user(user)
            .create_filter(
                {
                    "name": "List",
                    "model_id": "crm.pool.customer",
                    "domain": domain,
                    "user_ids": [] if is_public else [Command.link(user.id)],
                    **vals,
                }
            )
        )

    def _offered(self, user, **context):
        """The favorites that the web client gets with the list's views."""
        customers = self.env["crm.pool.customer"].with_user(user)
        views = customers.with_context(**context).get_views(
            [(False, "list"), (False, "search")], {"load_filters": True}
        )
        return {row["id"]: row for row in views["views"]["search"]["filters"]}

    def _action(self):
        return self.env.ref(f"{MODULE}.ir_filters_action_saved")

    def test_own_lists_are_private(self):
        """P45: one's own list under a category, which colleagues do not see."""
        saved = self._save(self.agent_1, list_category_id=self.category.id)
        self.assertIn(saved.id, self._offered(self.agent_1))
        self.assertNotIn(saved.id, self._offered(self.agent_2))
        saved.name = "Renamed"
        theirs = self.env["ir.filters"].with_user(self.agent_2)
        self.assertFalse(theirs.search([("id", "=", saved.id)]))
        groups = (
            self.env["ir.filters"]
            .with_user(self.agent_1)
            ._read_group([("id", "=", saved.id)], ["list_category_id"], ["__count"])
        )
        self.assertEqual(groups, [(self.category, 1)])
        saved.unlink()

    def test_only_managers_share(self):
        """P45: agents make no list for others and change none of the managers'."""
        with self.assertRaises(AccessError):
            self._save(self.agent_1, is_public=True)
        mine = self._save(self.agent_1)
        with self.assertRaises(AccessError):
            mine.is_public_list = True
        with self.assertRaises(AccessError):
            mine.user_ids = [Command.link(self.agent_2.id)]
        public = self._save(self.manager)
        public.is_public_list = True
        self.assertFalse(public.user_ids)
        self.assertIn(public.id, self._offered(self.agent_1))
        with self.assertRaises(AccessError):
            public.with_user(self.agent_1).domain = "[('id', '=', 0)]"
        with self.assertRaises(AccessError):
            public.with_user(self.agent_1).unlink()
        # taken back: the manager's own again
        public.is_public_list = False
        self.assertEqual(public.user_ids, self.manager)
        self.assertNotIn(public.id, self._offered(self.agent_1))

    def test_other_models_are_left_alone(self):
        """P45: favorites of other lists are shared as in core."""
        saved = self._save(self.agent_1, is_public=True, model_id="res.partner")
        self.assertTrue(saved.is_public_list)

    def test_fewer_rows_never_errors(self):
        """P45: a public list over rows that somebody does not see shows fewer."""
        mine = self._new_customers(1, "target", self.agent_1)
        theirs = self._new_customers(1, "target", self.agent_3)
        saved = self._save(
            self.manager, f"[('id', 'in', {(mine | theirs).ids})]", is_public=True
        )
        self.assertIn(saved.id, self._offered(self.agent_1))
        for user, seen in (
            (self.manager, mine | theirs),
            (self.agent_1, mine),
            (self.agent_2, mine.browse()),
        ):
            with self.subTest(user=user.login):
                customers = self.env["crm.pool.customer"].with_user(user)
                domain = saved.with_user(user)._get_eval_domain()
                self.assertEqual(customers.search(domain), seen)

    def test_opens_as_it_was_saved(self):
        """P45: opened, it is the list's filter, in the list for which it was saved."""
        action = self.env.ref(f"{MODULE}.crm_pool_customer_action_deal")
        saved = self._save(self.agent_1, action_id=action.id)
        other = self._save(self.agent_1, action_id=action.id, is_default=True)
        opened = saved.action_open_list()
        self.assertEqual(opened["id"], action.id)
        customers = self.env["crm.pool.customer"].with_user(self.agent_1)
        views = customers.with_context(
            **{OPEN_KEY: opened["context"][OPEN_KEY]}
        ).get_views([(False, "search")], {"load_filters": True, "action_id": action.id})
        rows = {row["id"]: row for row in views["views"]["search"]["filters"]}
        self.assertTrue(rows[saved.id]["is_default"])
        self.assertFalse(rows[other.id]["is_default"])
        # without the list's own action: among all customers
        free = self._save(self.agent_1).action_open_list()
        everybody = self.env.ref(f"{MODULE}.crm_pool_customer_action")
        self.assertEqual(free["id"], everybody.id)

    def test_deleted_field(self):
        """G58, P45: over a deleted field: a sentence, and the list without it."""
        model = self.env["ir.model"]._get("crm.pool.customer")
        field = self.env["ir.model.fields"].create(
            {"name": "x_floor", "model_id": model.id, "ttype": "char"}
        )
        lists = [
            self._save(self.agent_1, **vals)
            for vals in (
                {"domain": "[('x_floor', '=', uid)]", "is_default": True},
                {"domain": "['|', ('name', 'ilike', 'x'), ('x_floor', '!=', False)]"},
                {"domain": "[('partner_id.pool_customer_id.x_floor', '=', 'x')]"},
                {"domain": "[('record_ids', 'any', [('customer_id.x_floor','=',1)])]"},
                {"context": "{'group_by': ['stage_id', 'x_floor']}"},
                {"context": "{'group_by': 'x_floor'}"},
                {"sort": '["name", "x_floor desc"]'},
            )
        ]
        kept = self._save(
            self.agent_1,
            "['&', ('next_visit_date', '<', context_today()),"
            " ('partner_id.create_date.month_number', '=', 3)]",
            context="{'group_by': ['next_visit_date:month']}",
            sort='["name desc"]',
        )
        ids = [saved.id for saved in lists]
        self.assertLessEqual({*ids, kept.id}, set(self._offered(self.agent_1)))
        field.unlink()
        lists = self.env["ir.filters"].with_user(self.agent_1).browse(ids)
        offered = self._offered(self.agent_1)
        self.assertFalse(set(ids) & set(offered))
        self.assertIn(kept.id, offered)
        for saved in lists:
            self.assertIn("x_floor", saved.list_problem)
            opened = saved.action_open_list()
            self.assertEqual(opened["tag"], "display_notification")
            self.assertIn("x_floor", opened["params"]["message"])
            self.assertNotIn(OPEN_KEY, str(opened["params"]["next"]["context"]))
        self.assertFalse(kept.with_user(self.agent_1).list_problem)
        # the screen itself
        lists.web_read({"name": {}, "list_problem": {}, "is_public_list": {}})

    def test_broken_or_forbidden(self):
        """P45: a list that cannot be read, or over a field of others, is left out."""
        field = self.env["crm.pool.customer"]._fields["claimed_at"]
        self.patch(field, "groups", f"{MODULE}.{MODULE}_group_manager")
        forbidden = self._save(
            self.manager, "[('claimed_at', '!=', False)]", is_public=True
        )
        unreadable = self._save(self.manager, "[('name', '=', ", is_public=True)
        self.assertIn(forbidden.id, self._offered(self.manager))
        offered = self._offered(self.agent_1)
        for saved in (forbidden, unreadable):
            self.assertNotIn(saved.id, offered)
            self.assertTrue(saved.with_user(self.agent_1).list_problem)

    def test_categories_are_the_managers(self):
        """P45: agents use categories, managers make them."""
        agents = self.category.with_user(self.agent_1)
        self.assertTrue(agents.read(["name"]))
        with self.assertRaises(AccessError):
            agents.name = "Other"
        self.category.with_user(self.manager).name = "Other"
