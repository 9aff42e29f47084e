from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolCollection(PoolCase):
    """P50: customers entered by hand from the web, beside bookmarked sites."""

    def _collect(self, user=None, **vals):
        model = self.env["crm.pool.collection"].with_user(user or self.agent_1)
        form = Form(model)
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def test_P50_saved_and_the_next(self):
        """P50: the customer is one's own in the entry stage; the form is empty for the
        next, but for what is the same."""
        self.company.country_id = self.env.ref("base.cn")
        industry = self.env["res.partner.industry"].create({"name": "Paper"})
        source = self.env["utm.source"].create({"name": "Yellow Pages"})
        form = self._collect(
            name="Willowbrook Paper Ltd.",
            contact_name="Shen Yu",
            contact_function="Purchasing",
            phone="0571-88886666",
            mobile="13812345678",
            email="a@willowbrook.example.com",
            city="Hangzhou",
            industry_id=industry,
            source_id=source,
        )
        action = form.action_save()
        following = form.browse(action["res_id"])
        customer = following.last_id
        self.assertEqual(customer.owner_id, self.agent_1)
        self.assertEqual(customer.stage_id, self.policy._entry_stage())
        self.assertEqual(customer.source_id, source)
        partner = customer.partner_id
        self.assertEqual(
            sorted(partner.phone_number_ids.mapped("e164")),
            ["+8613812345678", "+8657188886666"],
        )
        self.assertEqual(partner.child_ids.name, "Shen Yu")
        self.assertEqual(partner.child_ids.function, "Purchasing")
        self.assertEqual((following.name, following.phone), (False, False))
        self.assertEqual((following.city, following.count), ("Hangzhou", 1))
        self.assertEqual(following.industry_id, industry)

    def test_P50_shared_and_persons(self):
        """P50: for the pool, and people who are no company."""
        form = self._collect(name="Lin Yue", is_company=False, is_shared=True)
        form.action_save()
        customer = self.env["crm.pool.customer"].search([("name", "=", "Lin Yue")])
        self.assertEqual(customer.access, "shared")
        self.assertFalse(customer.partner_id.is_company)

    def test_P50_duplicates_are_refused(self):
        """P50, P47: as everywhere; what was typed stays."""
        self._collect(name="Twice Works").action_save()
        again = self._collect(name="TWICE works ltd")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            again.action_save()
        self.assertEqual(again.name, "TWICE works ltd")

    def test_P50_sites(self):
        """P50: the company's are everybody's, one's own nobody else's."""
        sites = self.env["crm.web.site"]
        common = sites.with_user(self.manager).create(
            {"name": "Yellow Pages", "url": "www.example.com"}
        )
        self.assertEqual(
            (common.url, common.user_id.id), ("https://www.example.com", False)
        )
        mine = sites.with_user(self.agent_1).create(
            {"name": "Mine", "url": "http://example.com/list"}
        )
        self.assertEqual(mine.user_id, self.agent_1)
        seen = [common.id, mine.id]
        for user, expected in ((self.agent_1, seen), (self.agent_2, [common.id])):
            found = self._collect(user, name="x").site_ids
            self.assertEqual(sorted((found & (common | mine)).ids), sorted(expected))
        for act in (
            lambda: common.with_user(self.agent_1).write(
                {"url": "https://evil.example"}
            ),
            lambda: mine.with_user(self.agent_2).read(["url"]),
            lambda: mine.with_user(self.agent_1).write({"user_id": False}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_P50_addresses(self):
        """P50: only sites are bookmarked."""
        sites = self.env["crm.web.site"]
        for url in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                sites.create({"name": "Bad", "url": url})
