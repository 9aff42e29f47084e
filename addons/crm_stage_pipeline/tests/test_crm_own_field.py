from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestCrmOwnField(PoolCase):
    """G57: fields that a consultant adds without code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consultant = new_test_user(
            cls.env,
            "own_field_consultant",
            groups="base.group_system,base.group_allow_export,"
            f"{MODULE}.{MODULE}_group_manager",
        )
        cls.customer = cls._new_customers(1, "potential", cls.agent_1)

    def setUp(self):
        # after the test's rollback, which core's own clean-up is too early for
        self.addCleanup(
            lambda: self.registry._setup_models__(
                self.cr, ["res.partner", "crm.pool.customer"]
            )
        )
        super().setUp()

    def _new_field(self, model, name, kind, user=None, **vals):
        return (
            self.env["ir.model.fields"]
            .with_user(user or self.consultant)
            .with_context(crm_own_field=True)
            .create(
                {
                    "model_id": self.env["ir.model"]._get(model).id,
                    "name": name,
                    "field_description": f"Own {kind}",
                    "ttype": kind,
                    "state": "manual",
                    **vals,
                }
            )
        )

    def _new_choice(self):
        values = [
            Command.create({"value": value, "name": value.title(), "sequence": number})
            for number, value in enumerate(("small", "large"))
        ]
        return self._new_field(
            "res.partner", "x_own_size", "selection", selection_ids=values
        )

    def test_own_field_in_form_list_and_search(self):
        """G57: a text and a choice show without anybody touching a view."""
        self._new_field("res.partner", "x_own_text", "char")
        self._new_choice()
        partners = self.env["res.partner"].with_user(self.agent_1)
        person_list = self.env.ref(f"{MODULE}.res_partner_view_list_person")
        for view_type, view_id in (
            ("form", None),
            ("list", None),
            ("list", person_list.id),
            ("search", None),
        ):
            arch = partners.get_view(view_id, view_type)["arch"]
            for name in ("x_own_text", "x_own_size"):
                with self.subTest(view=view_type, field=name):
                    self.assertEqual(arch.count(f'name="{name}"'), 1)

    def test_own_field_is_filled_searched_and_exported(self):
        """G57: by an agent, in the form; found, grouped, exported, imported."""
        self._new_choice()
        partner = self.customer.partner_id.with_user(self.agent_1)
        with Form(partner, view="base.view_partner_form") as form:
            form.x_own_size = "large"
        found = partner.search([("x_own_size", "=", "large")])
        self.assertEqual(found, partner)
        rows = partner.with_user(self.consultant).export_data(["name", "x_own_size"])
        self.assertEqual(rows["datas"], [[partner.name, "Large"]])
        loaded = partner.with_user(self.manager).load(
            ["name", "x_own_size"], [["Own Field Works", "small"]]
        )
        self.assertFalse(loaded["messages"])
        made = partner.browse(loaded["ids"]).sudo()
        self.assertEqual(made.x_own_size, "small")

    def test_own_field_in_the_pool(self):
        """G57: it stands in the pool's list, search and on the card, and is found."""
        self._new_field("res.partner", "x_own_branches", "integer")
        self._new_choice()
        customers = self.customer.with_user(self.agent_1)
        self.customer.partner_id.write({"x_own_branches": 4, "x_own_size": "large"})
        self.assertEqual(customers.x_own_branches, 4)
        for domain in ([("x_own_branches", ">", 3)], [("x_own_size", "=", "large")]):
            self.assertEqual(customers.search(domain), customers)
        labels = dict(customers._fields["x_own_size"]._description_selection(self.env))
        self.assertEqual(labels["large"], "Large")
        card = self.env.ref(f"{MODULE}.crm_pool_customer_view_form_card")
        for view_type, view_id in (("list", None), ("form", card.id), ("search", None)):
            with self.subTest(view=view_type):
                arch = customers.get_view(view_id, view_type)["arch"]
                self.assertEqual(arch.count('name="x_own_branches"'), 1)

    def test_label_and_end_of_an_own_field(self):
        """G57: renamed and deleted together with its twin in the pool."""
        field = self._new_field("res.partner", "x_own_text", "char")
        twin = self.env["ir.model.fields"]._get("crm.pool.customer", "x_own_text")
        field.field_description = "Branches"
        self.assertEqual(twin.field_description, "Branches")
        field.unlink()
        self.assertFalse(twin.exists())
        self.assertNotIn("x_own_text", self.env["crm.pool.customer"]._fields)

    def test_required_own_field(self):
        """G57: what the consultant requires, the form requires."""
        # contacts that were there before have none yet, which Odoo only notes
        with mute_logger("odoo.schema"):
            self._new_field("res.partner", "x_own_needed", "char", required=True)
        arch = (
            self.env["res.partner"].with_user(self.agent_1).get_views([(False, "form")])
        )
        field = arch["models"]["res.partner"]["fields"]["x_own_needed"]
        self.assertTrue(field["required"])

    def test_only_consultants_add_fields(self):
        """G57: managers and agents add no fields."""
        for user in (self.manager, self.agent_1):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._new_field("res.partner", "x_own_refused", "char", user)
