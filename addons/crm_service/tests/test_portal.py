from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestPortal(ServiceCommon, HttpCase):
    """S10: customers ask for service and see their own requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._new_portal_user("sportal")
        cls.foreign = cls.env["crm.service.ticket"].create(
            {"name": "Foreign matter", "partner_id": cls.stranger.id}
        )

    def setUp(self):
        super().setUp()
        self.authenticate("sportal", "sportal")

    def _post_new(self, **data):
        token = Request.csrf_token(self)
        return self.url_open("/my/service/new", data={"csrf_token": token, **data})

    def test_s10_list_shows_own_requests_only(self):
        own = self._ticket(name="Own matter")
        page = self.url_open("/my/service").text
        self.assertIn("Own matter", page)
        self.assertIn(own.number, page)
        self.assertNotIn("Foreign matter", page)

    def test_s10_foreign_request_is_not_shown(self):
        page = self.url_open(f"/my/service/{self.foreign.id}")
        self.assertNotIn("Foreign matter", page.text)
        self.assertTrue(page.url.endswith("/my"))
        wrong = self.url_open(f"/my/service/{self.foreign.id}?access_token=guess")
        self.assertNotIn("Foreign matter", wrong.text)

    def test_s10_new_request_belongs_to_the_asking_customer(self):
        self._agreement()
        self._policy()
        page = self._post_new(
            subject="Toner <b>empty</b>",
            text="since <script>alert(1)</script> today",
            partner_id=str(self.stranger.id),
            company_id="1",
            user_id=str(self.agent.id),
        )
        ticket = self.env["crm.service.ticket"].search(
            [("commercial_partner_id", "=", self.customer.id)]
        )
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.contact_id, self.portal.partner_id)
        self.assertEqual(ticket.company_id, self.company)
        self.assertEqual((ticket.channel, ticket.state), ("portal", "new"))
        self.assertFalse(ticket.user_id)
        self.assertEqual(ticket.coverage, "covered")
        self.assertTrue(ticket.resolution_deadline)
        self.assertIn(ticket.number, page.text)
        self.assertNotIn("<script>alert(1)", page.text)

    def test_s10_request_without_subject_is_asked_again(self):
        before = self.env["crm.service.ticket"].search_count([])
        self.assertIn("alert-danger", self._post_new(subject=" ", text="x").text)
        self.assertEqual(self.env["crm.service.ticket"].search_count([]), before)

    def test_s10_token_opens_one_request_without_login(self):
        ticket = self._ticket(name="Shared matter")
        url = ticket.get_portal_url()
        self.authenticate(None, None)
        self.assertIn("Shared matter", self.url_open(url).text)
        self.assertNotIn(
            "Shared matter", self.url_open(f"/my/service/{ticket.id}").text
        )

    def test_s10_published_articles_for_customers(self):
        self.env["crm.service.article"].create(
            [
                {"name": "打印机卡纸", "audience": "customer", "is_published": True},
                {"name": "内部打印", "audience": "internal", "is_published": True},
                {"name": "打印草稿", "audience": "customer"},
            ]
        )
        page = self.url_open("/my/service/articles?search=打印").text
        self.assertIn("打印机卡纸", page)
        self.assertNotIn("内部打印", page)
        self.assertNotIn("打印草稿", page)

    def test_s10_home_page_leads_to_the_requests(self):
        self.assertIn("/my/service", self.url_open("/my").text)
