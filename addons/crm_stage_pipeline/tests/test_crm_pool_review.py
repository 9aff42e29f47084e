from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged

from .common import PoolCase

CONTACTED = "crm_stage_pipeline.crm_contact_outcome_interested"


@tagged("post_install", "-at_install")
class TestCrmPoolReview(PoolCase):
    """Looking back at what was done (P57)."""

    def setUp(self):
        super().setUp()
        # the log and the documents carry the time of the transaction
        self.begin = self.env.cr.now().replace(microsecond=0)
        self.customer = self._new_customers(1)
        self.env.flush_all()

    def _rows(self, user, *kinds):
        """What `user` sees of this test's events: (kind, person) in order of time."""
        domain = Domain("at", ">=", self.begin) & Domain(
            "user_id", "in", (self.agent_1 | self.agent_2 | self.leader).ids
        )
        if kinds:
            domain &= Domain("kind", "in", kinds)
        rows = self.env["crm.pool.review"].with_user(user).search(domain, order="at")
        return sorted((row.kind, row.user_id.name) for row in rows)

    def _call(self, agent, customer):
        self.env["crm.contact.record"].with_user(agent).create(
            {
                "customer_id": customer.id,
                "channel": "call",
                "outcome_id": self.env.ref(CONTACTED).id,
            }
        )

    def _sold(self, partner):
        """An opportunity and a quotation of agent_1."""
        lead = self.env["crm.lead"].create(
            {
                "name": "Chairs",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": self.agent_1.id,
                "team_id": self.team.id,
                "expected_revenue": 500,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": self.agent_1.id,
                "order_line": [
                    fields.Command.create(
                        {
                            "product_id": self.env["product.product"]
                            .create({"name": "Chair", "list_price": 70})
                            .id,
                            "product_uom_qty": 2,
                            "price_unit": 70,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        return lead, order

    def test_an_event_stays_with_whom_it_happened(self):
        """P57: claimed, called, promoted and given back by one, claimed by the next."""
        first, second = (
            self.customer.with_user(self.agent_1),
            self.customer.with_user(self.agent_2),
        )
        self.assertEqual(first.action_claim()[0]["code"], "claimed")
        self._call(self.agent_1, self.customer)
        self.assertEqual(first.action_promote("potential")[0]["code"], "moved")
        self.assertEqual(first.action_release("no need")[0]["code"], "released")
        self.assertEqual(second.action_claim()[0]["code"], "claimed")
        self.assertEqual(
            self._rows(self.manager),
            [
                ("claim", "agent_1"),
                ("claim", "agent_2"),
                ("contact", "agent_1"),
                ("promote", "agent_1"),
                ("return", "agent_1"),
            ],
        )

    def test_how_far_each_role_looks(self):
        """P57, G18: agents their own, leaders their team's, managers everybody's."""
        self._set_limit(20, "target")
        self.customer.with_user(self.agent_1).action_claim()
        self._new_customers(1).with_user(self.agent_2).action_claim()
        one, two = ("claim", "agent_1"), ("claim", "agent_2")
        self.assertEqual(self._rows(self.agent_1, "claim"), [one])
        self.assertEqual(self._rows(self.agent_2, "claim"), [two])
        self.assertEqual(self._rows(self.agent_3, "claim"), [])
        self.assertEqual(self._rows(self.leader, "claim"), [one, two])
        self.assertEqual(self._rows(self.manager, "claim"), [one, two])

    def test_opportunity_and_order(self):
        """P57: in the company's currency, when they came and when they ended"""
        partner = self._new_customers(1, owner=self.agent_1).partner_id
        lead, order = self._sold(partner)
        self.assertEqual(
            self._rows(self.manager, "opportunity", "won", "quotation", "order"),
            [("opportunity", "agent_1"), ("quotation", "agent_1")],
        )
        lead.action_set_won()
        order.action_confirm()
        self.env.flush_all()
        sums = dict(
            self.env["crm.pool.review"]
            .with_user(self.manager)
            ._read_group(
                [
                    ("at", ">=", self.begin),
                    ("user_id", "=", self.agent_1.id),
                    ("kind", "in", ["won", "order"]),
                ],
                ["kind"],
                ["amount:sum"],
            )
        )
        self.assertEqual(sums, {"won": 500, "order": 140})

    def test_the_sum_is_that_of_the_sources(self):
        """P57: by hand, what the records and the log of a person say."""
        customers = self._new_customers(3, owner=self.agent_2)
        for customer in customers:
            self._call(self.agent_2, customer)
        self._call(self.agent_2, customers[0])
        [[number, different]] = (
            self.env["crm.pool.review"]
            .with_user(self.leader)
            ._read_group(
                [("user_id", "=", self.agent_2.id), ("kind", "=", "contact")],
                [],
                ["__count", "customer_ref:count_distinct"],
            )
        )
        mine = self.env["crm.contact.record"].search(
            [("user_id", "=", self.agent_2.id)]
        )
        self.assertEqual((number, different), (len(mine), len(mine.customer_id)))
        self.assertEqual((number, different), (4, 3))

    def test_no_row_names_a_customer(self):
        """P28, P57: a customer of somebody else is not to be read from the review."""
        forbidden = {"crm.pool.customer", "res.partner", "crm.lead", "sale.order"}
        review = self.env["crm.pool.review"]
        relations = {field.comodel_name for field in review._fields.values()}
        self.assertFalse(relations & forbidden)

    def test_seller_without_role_has_no_review(self):
        """P57: who has no role in the pool has no page for it."""
        self.assertFalse(
            self.env["crm.pool.review"].with_user(self.seller).has_access("read")
        )
