from odoo.tests import new_test_user, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestMainLine(ServiceCommon):
    """C16, G32: the requests of one's customers on the main line and beside them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.colleague = (
            cls._new_user(login, "crm_stage_pipeline.crm_stage_pipeline_group_user")
            for login in ("service_seller", "service_colleague")
        )
        cls.boss = cls._new_user(
            "service_boss", "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        )
        rows = cls.env["crm.pool.customer"]
        cls.row = rows.create(
            {"partner_id": cls.customer.id, "owner_id": cls.seller.id}
        )
        rows.create({"partner_id": cls.stranger.id, "owner_id": cls.colleague.id})
        tickets = cls.env["crm.service.ticket"]
        cls.open, cls.theirs, cls.solved = (
            tickets.create({"name": name, "partner_id": partner.id})
            for name, partner in (
                ("Jam", cls.contact),
                ("Noise", cls.stranger),
                ("Old", cls.customer),
            )
        )
        cls.solved.state = "solved"
        cls.env.flush_all()

    def _row(self, user, scope):
        line = self.env["crm.main.line"].with_user(user).get_main_line(scope)
        rows = {row["code"]: row["counts"] for row in line["rows"]}
        return line["day"], rows.get("service")

    def test_tiles_equal_lists(self):
        """C16, P40: each number of the requests is the length of the list it opens."""
        both = self.open | self.theirs
        for user, scope, seen in (
            (self.seller, "mine", self.open),
            (self.colleague, "mine", self.theirs),
            (self.boss, "mine", self.open.browse()),
            (self.boss, "all", both),
        ):
            day, counts = self._row(user, scope)
            main_line = self.env["crm.main.line"].with_user(user)
            tickets = self.env["crm.service.ticket"].with_user(user)
            for column in ("overdue", "today", "tomorrow", "week", "month"):
                with self.subTest(user=user.login, scope=scope, column=column):
                    action = main_line.open_tile("service", column, scope, day)
                    found = tickets.search(action["domain"])
                    self.assertEqual(counts[column], len(found))
                    if column == "today":
                        self.assertEqual(found, seen)

    def test_in_the_queue_of_the_owner(self):
        """C16: offered with the customer, whose tracking screen it opens."""
        self.registry_enter_test_mode()
        queue = self.env["crm.work.queue"].with_user(self.seller)
        [item] = [row for row in queue.get_queue() if row["row"] == "service"]
        self.assertEqual(item["key"], f"crm.service.ticket,{self.open.id}")
        self.assertEqual(item["customer_id"], self.row.id)
        self.open.state = "solved"
        codes = {row["row"] for row in queue.get_queue()}
        self.assertNotIn("service", codes)

    def test_beside_the_tracking_screen(self):
        """G32: the customer's requests, open or not, latest first."""
        row = self.row.with_user(self.seller)
        self.assertEqual(row.service_ticket_ids, self.solved | self.open)
        self.assertNotIn(self.theirs, row.service_ticket_ids)
        view = self.env.ref("crm_stage_pipeline.crm_pool_customer_view_form_tracking")
        arch = row.get_view(view.id, "form")["arch"]
        self.assertIn("service_ticket_ids", arch)

    def test_without_requests(self):
        """C16: a reader of no requests has a main line without them."""
        user = new_test_user(
            self.env,
            "service_none",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", "crm.service.ticket")]
        )
        access.perm_read = False
        self.assertIsNone(self._row(user, "mine")[1])
