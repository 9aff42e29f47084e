from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolDocumentBatch(PoolCase):
    """P12: many leads and orders at once, as core's mass conversion makes them."""

    def _new_leads(self, count, **vals):
        return self.env["crm.lead"].create(
            [
                {
                    "name": "Shelves",
                    "type": "lead",
                    "partner_name": f"Batch Works {next(self._serial)}",
                    "user_id": self.seller.id,
                    **vals,
                }
                for _number in range(count)
            ]
        )

    def _convert(self, leads, user):
        wizard = self.env["crm.lead2opportunity.partner.mass"].with_user(user)
        wizard.with_context(active_model="crm.lead", active_ids=leads.ids).create(
            {"deduplicate": False, "force_assignment": True, "user_ids": user.ids}
        ).action_mass_convert()

    def _rows(self, leads):
        partners = leads.partner_id.commercial_partner_id
        return self.env["crm.pool.customer"].search(
            [("partner_id", "in", partners.ids)]
        )

    def _count(self, action):
        """Queries that an action makes, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_mass_conversion_is_followed(self):
        """P12: each customer has a row, lifted and logged; the seller has access."""
        leads = self._new_leads(5, user_id=False)
        known = self._new_customers(1, "target", self.agent_1)
        leads[0].partner_id = known.partner_id
        self._convert(leads, self.agent_1)
        rows = self._rows(leads)
        self.assertEqual(len(rows), 5)
        self.assertEqual(set(rows.mapped("stage_code")), {"opportunity"})
        for lead in leads:
            row = self._rows(lead)
            log = row.log_ids.filtered(lambda entry: entry.action == "document")
            self.assertEqual(log.reason, lead.name)
            documents = row.access_ids.filtered(
                lambda access: access.kind == "document"
            )
            self.assertEqual(documents.user_id, self.agent_1)

    def test_same_names_in_one_batch(self):
        """Documents are never refused because two new customers are duplicates."""
        partners = self.env["res.partner"].create(
            [{"name": "Twin Works", "is_company": True} for _number in range(3)]
        )
        self.env["crm.lead"].create(
            [{"name": "Shelves", "partner_id": partner.id} for partner in partners]
        )
        rows = self.env["crm.pool.customer"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )
        self.assertEqual(rows.mapped("same_name_allowed"), [False, True, True])

    def test_archived_twins_come_back(self):
        """An order brings archived customers back, the second as a duplicate."""
        rows = self._new_customers(2)
        rows.active = False
        rows.partner_id.name = "Returning Works"
        self.env["sale.order"].create(
            [{"partner_id": partner.id, "state": "sale"} for partner in rows.partner_id]
        )
        self.assertEqual(set(rows.mapped("active")), {True})
        self.assertEqual(sorted(rows.mapped("same_name_allowed")), [False, True])

    def test_following_costs_the_same_for_many(self):
        """One lead or twenty of known customers: as many queries; the loop over
        single leads is what it is not."""
        customers = self._new_customers(20, "opportunity")
        leads = self._new_leads(20, type="opportunity")
        for lead, partner in zip(leads, customers.partner_id, strict=True):
            lead.partner_id = partner
        one = self._count(leads[:1]._follow_in_pool)
        many = self._count(leads._follow_in_pool)
        naive = self._count(lambda: [lead._follow_in_pool() for lead in leads])
        self.assertLessEqual(many, one + 3)
        self.assertGreater(naive, 3 * many)

    def test_other_documents_are_followed_meanwhile(self):
        """What comes into being while leads are converted is followed as ever; a
        client's word in the context changes nothing."""
        leads = self._new_leads(1)
        partners = self.env["res.partner"].create(
            [{"name": f"Meanwhile {number}"} for number in range(2)]
        )
        lead = leads._following_later().create(
            {"name": "Shelves", "partner_id": partners[0].id}
        )
        self.assertTrue(self._rows(lead))
        forged = self.env["crm.lead"].with_context(crm_pool_follows_later=True)
        self.assertTrue(
            self._rows(forged.create({"name": "S", "partner_id": partners[1].id}))
        )
        leads._following_later().partner_id = partners[0]
        self.assertEqual(self._rows(leads).stage_code, "opportunity")

    def test_conversion_follows_once(self):
        """Converted one by one, the same leads need far more queries."""
        at_once, singly = self._new_leads(10), self._new_leads(10)
        self._convert(self._new_leads(1), self.manager)  # what is read once only
        together = self._count(lambda: self._convert(at_once, self.manager))
        apart = self._count(
            lambda: [self._convert(lead, self.manager) for lead in singly]
        )
        self.assertLess(together, 0.75 * apart)
