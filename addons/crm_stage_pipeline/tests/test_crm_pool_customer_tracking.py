from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import MODULE, PoolCase

VIEW = f"{MODULE}.crm_pool_customer_view_form_tracking"


@tagged("post_install", "-at_install")
class TestCrmPoolCustomerTracking(PoolCase):
    """P43, G32: the tracking screen 正在跟踪 and what stands beside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "potential", cls.agent_1)
        cls.mine = cls.customer.with_user(cls.agent_1)

    def test_person_added_on_the_screen(self):
        """P43: a contact person typed in is the customer's, and can be called."""
        with Form(self.mine, view=VIEW) as form, form.person_ids.new() as person:
            person.name = "Ms. Tao"
            person.phone = "0592-5550107"
        self.assertEqual(self.customer.partner_id.child_ids.name, "Ms. Tao")
        self.assertEqual(self.customer.partner_id.child_ids.type, "contact")

    def test_next_visit_typed_on_the_screen(self):
        """P43: the next visit can be moved without a record."""
        moment = fields.Datetime.now() + timedelta(days=3)
        with Form(self.mine, view=VIEW) as form:
            form.next_visit_date = moment
        self.assertEqual(self.customer.next_visit_date, moment.replace(microsecond=0))

    def test_record_is_about_what_is_worked_on(self):
        """G69: a record made while an opportunity is sold is the opportunity's too."""
        lead = (
            self.env["crm.lead"]
            .with_user(self.agent_1)
            .create(
                {
                    "name": "Shelves",
                    "type": "opportunity",
                    "partner_id": self.customer.partner_id.id,
                }
            )
        )
        action = self.mine.with_context(
            crm_tracked_lead_id=lead.id
        ).action_new_contact_record()
        records = (
            self.env["crm.contact.record"]
            .with_user(self.agent_1)
            .with_context(**action["context"])
        )
        with Form(records) as form:
            form.next_visit_date = fields.Datetime.now() + timedelta(days=1)
        self.assertEqual(form.record.lead_id, lead)
        self.assertEqual(form.record.customer_id, self.customer)
        self.assertEqual(lead.next_visit_date, self.customer.next_visit_date)

    def test_documents_of_the_customer_are_listed(self):
        """G32: opportunities in sale and orders; ended ones are not in the way."""
        partner = self.customer.partner_id
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "user_id": self.agent_1.id,
                }
                for name in ("Selling", "Paused", "Lost")
            ]
        )
        leads[1].action_pause_selling()
        leads[2].action_set_lost()
        order = self._new_order(self.customer)
        self.assertEqual(self.mine.selling_lead_ids, leads[:2])
        self.assertEqual(self.mine.followed_order_ids, order)
        theirs = self.customer.with_user(self.agent_2)
        with self.assertRaises(AccessError):
            theirs.selling_lead_ids.mapped("name")

    def test_a_button_runs_its_action(self):
        """P43: pause from the screen; the same answers as from the customer's form."""
        self.mine.with_context(crm_pool_operation="pause").action_operation()
        self.assertEqual(self.customer.track_mark, "paused")
        self.assertEqual(self.mine.tracking_right, "owner")

    def test_products_at_the_customers_price(self):
        """G32: products with the price of the customer's own pricelist."""
        product = self.env["product.product"].create(
            {"name": "Chair", "list_price": 200.0}
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Friends",
                "currency_id": self.company.currency_id.id,
                "item_ids": [
                    fields.Command.create(
                        {"compute_price": "percentage", "percent_price": 10.0}
                    )
                ],
            }
        )
        self.customer.partner_id.property_product_pricelist = pricelist
        action = self.mine.action_open_products()
        products = (
            self.env["product.product"]
            .with_user(self.agent_1)
            .with_context(**action["context"])
        )
        found = products.search([*action["domain"], ("id", "=", product.id)])
        self.assertEqual(found.customer_price, 180.0)
        # the prices of a customer of somebody else are not told
        self.assertEqual(
            self.customer.partner_id.with_user(self.agent_2).search_count(
                [("id", "=", self.customer.partner_id.id)]
            ),
            0,
        )
        with self.assertRaises(AccessError):
            found.with_user(self.agent_2).mapped("customer_price")

    def test_files_of_the_customer(self):
        """G32: the customer's files and its persons', not other customers'."""
        person = self.env["res.partner"].create(
            {"name": "Mr. Bo", "parent_id": self.customer.partner_id.id}
        )
        other = self._new_customers(1, "potential", self.agent_1)
        files = self.env["ir.attachment"].create(
            [
                {"name": "f.txt", "res_model": "res.partner", "res_id": partner.id}
                for partner in (self.customer.partner_id, person, other.partner_id)
            ]
        )
        action = self.mine.action_open_documents()
        found = (
            self.env["ir.attachment"].with_user(self.agent_1).search(action["domain"])
        )
        self.assertEqual(found, files[:2])

    def test_new_documents_start_with_the_customer(self):
        """P43: opportunity and quotation are the customer's, in its company."""
        for action in (self.mine.action_new_lead(), self.mine.action_new_order()):
            model = self.env[action["res_model"]].with_user(self.agent_1)
            with Form(model.with_context(**action["context"])) as form:
                pass
            self.assertEqual(form.record.partner_id, self.customer.partner_id)
            self.assertEqual(form.record.company_id, self.customer.company_id)
            self.assertEqual(form.record.user_id, self.agent_1)

    def test_the_screen_costs_the_same_with_many_records(self):
        """P43: opening with 1 record and with 50 asks the database as often."""
        spec = {
            "record_ids": {
                "fields": {"note": {}, "outcome_id": {"fields": {"display_name": {}}}},
                "limit": 15,
            },
            "person_ids": {"fields": {"name": {}, "phone": {}}},
            "selling_lead_ids": {"fields": {"name": {}, "sales_mark": {}}},
            "followed_order_ids": {"fields": {"name": {}}},
            "tracking_right": {},
        }

        def queries(count):
            customer = self._new_customers(1, "potential", self.agent_1)
            self.env["crm.contact.record"].with_user(self.agent_1).create(
                [{"customer_id": customer.id, "note": "x"} for _n in range(count)]
            )
            self.env["res.partner"].create(
                [
                    {"name": f"Person {n}", "parent_id": customer.partner_id.id}
                    for n in range(count)
                ]
            )
            self.env.flush_all()
            mine = customer.with_user(self.agent_1)
            mine.web_read(spec)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            mine.web_read(spec)
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(50), queries(1))
