from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE
from .field_case import FieldCase


@tagged("post_install", "-at_install")
class TestCrmOwnField(FieldCase):
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

    def test_own_fields_from_a_file(self):
        """G57, P49: columns by their labels; what cannot be read refuses the row."""
        self._new_choice()
        self._new_field("res.partner", "x_own_branches", "integer")
        self._new_field("res.partner", "x_own_since", "date")
        self._new_field("res.partner", "x_own_chain", "boolean")
        self._new_field("res.partner", "x_own_home", "many2one", relation="res.country")
        header = ["Customer Name", "own SELECTION", "Own integer", "Own date"]
        header += ["Own boolean", "Own many2one"]
        good = ["Own File Works", "Large", 12, "2024年5月6日", "yes", "China"]
        bad = {1: "huge", 2: "many", 3: "31.31.2024", 4: "perhaps", 5: "Nowhere"}
        rows = [header, good]
        for index, value in bad.items():
            row = [f"Own Bad {index} Works", *good[1:]]
            row[index] = value
            rows.append(row)
        record = self._import_rows(rows)
        self.assertEqual(
            record.column_ids.mapped("field_name")[1:],
            ["x_own_size", "x_own_branches", "x_own_since", "x_own_chain"]
            + ["x_own_home"],
        )
        done = record.row_ids.filtered(lambda row: row.state == "done")
        partner = done.customer_id.partner_id
        self.assertEqual(partner.name, "Own File Works")
        self.assertEqual(partner.x_own_size, "large")
        self.assertEqual(partner.x_own_branches, 12)
        self.assertEqual(partner.x_own_since, date(2024, 5, 6))
        self.assertTrue(partner.x_own_chain)
        self.assertEqual(partner.x_own_home, self.env.ref("base.cn"))
        refused = record.row_ids - done
        self.assertEqual(refused.mapped("message"), list(bad.values()))
        self.assertEqual(set(refused.mapped("reason")), {"invalid_value"})
        record.action_save_template()
        lines = record.template_id.line_ids
        self.assertIn("x_own_size", lines.mapped("field_name"))
        field = self.env["ir.model.fields"]._get("res.partner", "x_own_size")
        field.unlink()
        self.assertNotIn("x_own_size", lines.exists().mapped("field_name"))

    def test_required_own_field_from_a_file(self):
        """G57, P49: a row without it is refused, with the field's label."""
        with mute_logger("odoo.schema"):
            self._new_field("res.partner", "x_own_needed", "char", required=True)
        record = self._import_rows(
            [["Customer Name", "Own char"], ["Own A Works", "x"], ["Own B Works", None]]
        )
        self.assertEqual(record.row_ids.mapped("state"), ["done", "rejected"])
        [_done, refused] = record.row_ids
        self.assertEqual(
            (refused.reason, refused.message), ("missing_field", "Own char")
        )

    def test_fields_that_a_stage_requires(self):
        """G57: who moves a customer up is told what it lacks; down and screening go."""
        field = self._new_field("res.partner", "x_own_text", "char")
        city = self.env["ir.model.fields"]._get("res.partner", "city")
        stage = self._stage("opportunity")
        stage.required_field_ids = field | city
        stage.invalidate_recordset()
        self.assertEqual(stage.required_field_text, "City, Own char")
        mine = self.customer.with_user(self.agent_1)
        [refused] = mine.action_promote("opportunity")
        self.assertEqual(refused["code"], "fields_missing")
        self.assertIn("City, Own char", refused["message"])
        self.assertEqual(mine.stage_code, "potential")
        mine.partner_id.city = "Linjiang"
        [refused] = mine.action_promote("opportunity")
        self.assertNotIn("City", refused["message"])
        mine.partner_id.x_own_text = "x"
        [moved] = mine.action_promote("opportunity")
        self.assertEqual((moved["code"], mine.stage_code), ("moved", "opportunity"))
        self._stage("potential").required_field_ids = field
        mine.partner_id.x_own_text = False
        [moved] = mine.action_demote("potential")
        self.assertEqual(moved["code"], "moved")

    def test_only_consultants_add_fields(self):
        """G57: managers and agents add no fields."""
        for user in (self.manager, self.agent_1):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._new_field("res.partner", "x_own_refused", "char", user)
