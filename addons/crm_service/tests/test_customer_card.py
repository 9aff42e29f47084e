from lxml import etree

from odoo.tests import new_test_user, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestCustomerCard(ServiceCommon):
    """G56: the service requests on the customer card."""

    def test_requests_fill_the_place_after_sale(self):
        """G56: the part after-sale lists the customer's requests, all by its button."""
        user = new_test_user(
            self.env,
            "card_seller",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
        )
        row = self.env["crm.pool.customer"].create(
            {"partner_id": self.customer.id, "owner_id": user.id}
        )
        tickets = self.env["crm.service.ticket"]
        mine = tickets.create({"name": "Jam", "partner_id": self.contact.id})
        tickets.create({"name": "Noise", "partner_id": self.stranger.id})
        self.env.flush_all()
        view = self.env.ref("crm_stage_pipeline.crm_pool_customer_view_form_card")
        arch = etree.fromstring(row.with_user(user).get_view(view.id, "form")["arch"])
        [part] = arch.xpath("//div[@name='part_after_sale']")
        self.assertTrue(part.xpath(".//field[@name='service_ticket_ids']"))
        self.assertEqual(row.with_user(user).service_ticket_ids, mine)
        action = row.with_user(user).action_open_service_tickets()
        self.assertEqual(tickets.with_user(user).search(action["domain"]), mine)
