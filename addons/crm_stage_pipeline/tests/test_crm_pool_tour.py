import io
from datetime import timedelta

import openpyxl

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import MODULE, PoolCase

# a machine that runs other suites beside is slow
TOUR_SECONDS = 240


@tagged("post_install", "-at_install")
class TestCrmPoolTour(HttpCase, PoolCase):
    """What people do with keyboard and mouse; each test reads the database after."""

    def _tour(self, name, user, action, **options):
        self.start_tour(
            f"/odoo/action-{MODULE}.{action}",
            name,
            login=user.login,
            timeout=TOUR_SECONDS,
            **options,
        )
        self.env.invalidate_all()

    def test_claim_with_the_keyboard(self):
        """P22, P24: two are claimed, the third is refused by the quota, in words."""
        customers = self._new_customers(3)
        self._set_limit(2, "target")
        self._tour("crm_pool_claim", self.agent_1, "crm_pool_customer_action_reserve")
        self.assertEqual(len(customers.filtered(lambda c: c.owner_id)), 2)
        self.assertEqual(customers.owner_id, self.agent_1)

    def test_a_day_by_keyboard(self):
        """P40, P41, P43, C17: main line, tracking, record, next, until screening."""
        now = fields.Datetime.now()
        # a zone in which it is noon: no midnight falls into the day
        self.agent_1.tz = f"Etc/GMT{now.hour - 12:+d}"
        deal = self._new_customers(1, "deal", self.agent_1)
        late, today = self._new_customers(2, "potential", self.agent_1)
        new = self._new_customers(1, "target", self.agent_1)
        self._new_customers(1, "reserve")
        for customer, moment in (
            (deal, now),
            (late, now - timedelta(days=1)),
            (today, now),
        ):
            customer._privileged()._write_pool({"next_visit_date": moment})
        self._tour("crm_work_day", self.agent_1, "crm_main_line_action")
        self.assertEqual(deal.record_ids.note, "Asked how the desks are")
        self.assertEqual(late.record_ids.note, "Nobody there")
        self.assertEqual(late.track_mark, "paused")
        self.assertEqual(today.stage_code, "opportunity")
        self.assertFalse(new.owner_id)
        leases = self.env["crm.work.lease"].search([("user_id", "=", self.agent_1.id)])
        self.assertEqual(len(leases), 4)

    def test_draw_at_random(self):
        """P23: what is left is drawn, and the shortfall is told."""
        customers = self._new_customers(3, "reserve")
        self._tour("crm_pool_draw", self.agent_1, "crm_pool_customer_action_reserve")
        self.assertEqual(customers.mapped("owner_id"), self.agent_1)
        self.assertEqual(set(customers.mapped("stage_code")), {"target"})

    def test_promote_and_record_a_contact(self):
        """P10, P14: promoted from the form; the record sets the next visit."""
        customer = self._new_customers(1, owner=self.agent_1)
        self._tour("crm_pool_work", self.agent_1, "crm_pool_customer_action_target")
        self.assertEqual(customer.stage_code, "potential")
        self.assertEqual(customer.contact_mark, "contacted")
        # typed in the browser's own zone
        self.assertEqual(str(customer.next_visit_date.date()), "2031-03-04")
        record = customer.record_ids
        self.assertEqual(record.outcome_id.code, "interested")
        self.assertEqual(record.user_id, self.agent_1)

    def test_assign_with_a_reason(self):
        """P28: a manager assigns; the reason is asked for and logged."""
        customer = self._new_customers(1)
        self._tour("crm_pool_assign", self.manager, "crm_pool_customer_action_target")
        self.assertEqual(customer.owner_id, self.agent_2)
        [line] = customer.log_ids.filtered(lambda log: log.action == "assign")
        self.assertEqual(line.reason, "The south is hers")
        self.assertEqual(line.actor_id, self.manager)

    def test_import_to_the_rejects_file(self):
        """P49: two rows enter, two come back in a file with their reasons."""
        self.company.country_id = self.env.ref("base.cn")
        self._tour("crm_pool_import", self.manager, "crm_pool_import_action")
        load = self.env["crm.pool.import"].search([], limit=1, order="id desc")
        self.assertEqual((load.done_count, load.rejected_count), (2, 2))
        self.assertEqual(load.user_id, self.manager)
        # what the button sends the browser to
        url = load.with_user(self.manager).action_download_rejects()["url"]
        self.env.flush_all()
        self.authenticate(self.manager.login, self.manager.login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(len(rows), 3)
        self.assertIn("0592-5550193", rows[1])
        self.assertIn("Tour Kite Works", rows[2])

    def test_screen_in_chinese(self):
        """P6, P24 in Chinese: every word of the way is Chinese."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.agent_1.lang = "zh_CN"
        customers = self._new_customers(3, "reserve")
        self._set_limit(2, "reserve")
        self._tour(
            "crm_pool_screen_zh", self.agent_1, "crm_pool_customer_action_reserve"
        )
        mine = customers.filtered(lambda c: c.owner_id == self.agent_1)
        self.assertEqual(mine.mapped("stage_code"), ["target", "target"])
