from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestCrmPoolStage(TransactionCase):
    """P1, P2: the five stages and the row of a customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.stage_model = cls.env["crm.pool.stage"]
        cls.partner = cls.env["res.partner"].create(
            {"name": "Stage Works", "is_company": True}
        )

    def _new_customer(self, **vals):
        return self.env["crm.pool.customer"].create(
            {"partner_id": self.partner.id, "owner_id": False, **vals}
        )

    def test_five_stages_ordered(self):
        """P1: five stages, later is more valuable."""
        stages = self.stage_model.search([("company_id", "=", False)])
        self.assertEqual(
            stages.mapped("code"),
            ["reserve", "target", "potential", "opportunity", "deal"],
        )

    def test_company_stage_goes_before_common(self):
        """P1: a company may have its own stage of a code, from the moment it is made
        until it is archived."""
        reserve = self.env.ref("crm_stage_pipeline.crm_pool_stage_reserve")
        self.assertEqual(self.stage_model._stage_for("reserve", self.company), reserve)
        own = self.stage_model.create(
            {"name": "Raw", "code": "reserve", "company_id": self.company.id}
        )
        self.assertEqual(self.stage_model._stage_for("reserve", self.company), own)
        everything = self.stage_model.with_context(active_test=False)
        own.active = False
        self.assertEqual(everything._stage_for("reserve", self.company), reserve)
        own.active = True
        self.assertEqual(self.stage_model._stage_for("reserve", self.company), own)
        own.unlink()
        self.assertEqual(self.stage_model._stage_for("reserve", self.company), reserve)
        common = self.stage_model._stage_for("target", self.company)
        self.assertEqual(
            common, self.env.ref("crm_stage_pipeline.crm_pool_stage_target")
        )

    def test_default_code_is_unique_per_company(self):
        """P1: unique (company, code) of default stages."""
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.stage_model.create({"name": "Again", "code": "deal"})

    def test_used_stage_is_not_archived(self):
        """P1: a stage in use stays."""
        customer = self._new_customer()
        with self.assertRaises(UserError):
            customer.stage_id.active = False

    def test_new_row_is_shared_in_reserve(self):
        """P5: the company's entry stage; no owner means shared."""
        customer = self._new_customer()
        self.assertEqual(customer.stage_code, "reserve")
        self.assertEqual(customer.access, "shared")
        self.assertEqual(customer.name, "Stage Works")
        self.assertTrue(customer.pool_id)

    def test_contact_is_entered_as_its_company(self):
        """P53: only the commercial entity stands in the pool."""
        contact = self.env["res.partner"].create(
            {"name": "Li Hua", "parent_id": self.partner.id}
        )
        customer = self._new_customer(partner_id=contact.id)
        self.assertEqual(customer.partner_id, self.partner)

    def test_one_row_per_partner_and_company(self):
        self._new_customer()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._new_customer()

    def test_protected_fields_are_refused_to_everybody(self):
        """P23: owner, stage and access change through actions only."""
        customer = self._new_customer()
        for vals in (
            {"owner_id": self.env.uid},
            {"stage_id": False},
            {"access": "personal"},
            {"protected_until": "2030-01-01"},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                customer.write(vals)
