from ast import literal_eval
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolManage(PoolCase):
    """P4, P29, P31: what others do with one's customers, and who is told."""

    def _todos(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("res_model", "=", False)], order="id"
        )

    def _plan(self, customer, user, summary="call again"):
        """A planned call of `user` with the contact."""
        return self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": customer.partner_id.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "user_id": user.id,
                "summary": summary,
                "date_deadline": fields.Date.today(),
            }
        )

    def _cancelled(self, customer):
        return customer.log_ids.filtered(lambda row: row.action == "cancel")

    # who is told

    def test_both_are_told_of_an_assignment(self):
        """P31: new and former owner, each in his language, not in the chatter."""
        self.agent_1.lang, self.agent_2.lang = "en_US", "zh_CN"
        customers = self._new_customers(5, "target", self.agent_1)
        sent = []
        with patch.object(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, message, **_kw: sent.append((user, kind)),
        ):
            customers.with_user(self.manager).action_assign(self.agent_2.id, "balance")
        new, former = self._todos(self.agent_2), self._todos(self.agent_1)
        self.assertEqual((len(new), len(former)), (1, 1))
        self.assertRegex(new.summary, "[一-鿿]")
        self.assertNotRegex(former.summary, "[一-鿿]")
        self.assertIn(customers[0].name, former.summary)
        self.assertIn("balance", new.note)
        for customer in customers:
            self.assertIn(f"/odoo/res.partner/{customer.partner_id.id}", new.note)
            self.assertNotIn("href", former.note)
        toasts = [user for user, kind in sent if kind == "simple_notification"]
        self.assertEqual(set(toasts), {self.agent_1, self.agent_2})
        for partner in customers.partner_id:
            self.assertFalse(partner.activity_ids)
            self.assertFalse(
                partner.message_ids.filtered(lambda m: "balance" in (m.body or ""))
            )

    def test_told_of_taking_back(self):
        """P31: released by leader or manager, moved to the reserve by them."""
        for user, act in (
            (self.leader, lambda row: row.action_release("idle")),
            (self.manager, lambda row: row.action_demote("reserve", "idle")),
        ):
            customer = self._new_customers(1, "target", self.agent_1)
            before = self._todos(self.agent_1)
            act(customer.with_user(user))
            told = self._todos(self.agent_1) - before
            self.assertEqual(len(told), 1)
            self.assertIn("idle", told.note)

    def test_nobody_is_told_what_he_did_himself(self):
        """P31: one's own release is no news; what was refused is none for anybody."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.leader).action_assign(self.agent_3.id, "x")
        customer.with_user(self.agent_1).action_release()
        self.assertFalse(self._todos(self.agent_1) | self._todos(self.agent_3))

    def test_notices_are_private(self):
        """P31: a notice is read by its person only."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.manager).action_assign(self.agent_2.id, "x")
        todo = self._todos(self.agent_2)
        self.assertTrue(todo.with_user(self.agent_2).summary)
        for user in (self.agent_1, self.agent_3, self.leader):
            self.assertFalse(todo.with_user(user).has_access("read"))

    # warned, not stopped

    def test_warning_for_valuable_stages(self):
        """P31: opportunity and deal customers of others: not advised, but possible."""
        customers = self._new_customers(1, "opportunity", self.agent_1)
        customers |= self._new_customers(1, "target", self.agent_1)
        model = self.env["crm.pool.operation"].with_user(self.manager)
        rows = customers.with_user(self.manager)
        dialog = model.browse(model._open("assign", rows)["res_id"])
        self.assertIn(customers[0].name, dialog.warning)
        self.assertNotIn(customers[1].name, dialog.warning)
        dialog.write({"user_id": self.agent_2.id, "reason": "x"})
        dialog.action_run()
        self.assertEqual(customers.owner_id, self.agent_2)
        quiet = model.browse(model._open("assign", rows[1])["res_id"])
        self.assertFalse(quiet.warning)

    # planned activities

    def test_demotion_cancels_activities(self):
        """P4: the operators' activities are closed, and logged; others' stay."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.agent_1).action_share(self.agent_2.id)
        mine = self._plan(customer, self.agent_1, "send the quote")
        members = self._plan(customer, self.agent_2, "second call")
        other = self._plan(customer, self.manager, "audit")
        self.assertCodes(
            customer.with_user(self.agent_1).action_demote("reserve"), ["moved"]
        )
        self.assertFalse((mine | members).filtered("active"))
        self.assertTrue(other.exists())
        words = " ".join(self._cancelled(customer).mapped("reason"))
        self.assertIn("send the quote", words)
        self.assertIn("second call", words)
        self.assertEqual(
            self._cancelled(customer).member_id, self.agent_1 | self.agent_2
        )
        followers = customer.partner_id.message_partner_ids
        self.assertNotIn(self.agent_1.partner_id, followers)

    def test_demotion_pauses_opportunities(self):
        """P4, P11: running opportunities are paused, not lost."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead = self.env["crm.lead"].create(
            {
                "name": "Forty chairs",
                "type": "opportunity",
                "partner_id": customer.partner_id.id,
                "user_id": self.agent_1.id,
            }
        )
        self.assertEqual(lead.sales_mark, "selling")
        customer.with_user(self.agent_1).action_demote("reserve")
        self.assertEqual(lead.sales_mark, "paused")
        self.assertEqual(lead.won_status, "pending")

    def test_assignment_hands_activities_over(self):
        """P31: what the former owner had planned is the new owner's."""
        customer = self._new_customers(1, "target", self.agent_1)
        planned = self._plan(customer, self.agent_1)
        customer.with_user(self.manager).action_assign(self.agent_2.id, "x")
        self.assertEqual(planned.user_id, self.agent_2)
        self.assertFalse(self._cancelled(customer))

    def test_activities_of_another_company_stay(self):
        """P4: who works on the same contact for another company goes on."""
        branch = self.env["res.company"].create({"name": "Branch Works"})
        self.agent_1.company_ids |= branch
        customer = self._new_customers(1, "target", self.agent_1)
        twin = self.env["crm.pool.customer"].create(
            {
                "partner_id": customer.partner_id.id,
                "company_id": branch.id,
                "owner_id": self.agent_1.id,
            }
        )
        planned = self._plan(customer, self.agent_1)
        customer.with_user(self.agent_1).action_release()
        self.assertTrue(planned.exists())
        self.assertEqual(twin.owner_id, self.agent_1)

    # sharing

    def test_sharing_screen(self):
        """P29: shared by me, with me, by others, on one screen."""
        mine = self._new_customers(1, "target", self.agent_1)
        mine.with_user(self.agent_1).action_share(self.agent_2.id)
        theirs = self._new_customers(1, "target", self.agent_2)
        theirs.with_user(self.agent_2).action_share(self.agent_1.id)
        action = self.env.ref("crm_stage_pipeline.crm_pool_access_action")
        kind = [("kind", "=", "collaborator")]
        self.assertEqual(action.domain.replace('"', "'"), str(kind))
        model = self.env["crm.pool.access"].with_user(self.agent_1)
        by_me = model.search([*kind, ("customer_id.owner_id", "=", self.agent_1.id)])
        with_me = model.search([*kind, ("user_id", "=", self.agent_1.id)])
        self.assertEqual(by_me.customer_id, mine)
        self.assertEqual(with_me.customer_id, theirs)
        self.assertFalse(model.with_user(self.agent_3).search(kind))
        seen = model.with_user(self.leader).search(kind)
        self.assertEqual(seen.customer_id, mine | theirs)
        self.assertEqual(seen.mapped("owner_id"), self.agent_1 | self.agent_2)

    def test_change_and_cancel_any_time(self):
        """P29: read-only and back, then cancelled; it closes the member's calls."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.agent_1).action_share(self.agent_2.id)
        planned = self._plan(customer, self.agent_2)
        row = customer.access_ids.filtered(lambda a: a.kind == "collaborator")
        own = row.with_user(self.agent_1)
        own.action_let_read()
        self.assertTrue(row.is_readonly)
        self.assertFalse(customer.with_user(self.agent_2).has_access("write"))
        own.action_let_edit()
        self.assertFalse(row.is_readonly)
        for stranger in (self.agent_2, self.agent_3):
            rows = customer.with_user(stranger)
            codes = {"not_allowed", "not_found"}
            (result,) = rows.action_change_member(self.agent_2.id, True)
            self.assertIn(result["code"], codes)
        own.action_cancel()
        self.assertEqual(customer.access, "personal")
        self.assertFalse(planned.active)
        self.assertIn("call again", self._cancelled(customer).reason)

    def test_collaborator_may_leave(self):
        """P29: also who it was shared with ends it, for himself only."""
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_1)
        row.action_share(self.agent_2.id)
        row.action_share(self.agent_3.id)
        other = customer.with_user(self.agent_2)
        self.assertCodes(other.action_unshare(self.agent_3.id), ["not_allowed"])
        self.assertCodes(other.action_unshare(self.agent_2.id), ["unshared"])
        self.assertEqual(customer.access, "collaborative")
        self.assertFalse(customer.with_user(self.agent_2).has_access("read"))

    def test_not_shared_with_another_company(self):
        """P29: a colleague who does not work for the company is refused."""
        branch = self.env["res.company"].create({"name": "Branch Works"})
        stranger = self._new_user("stranger", "user")
        stranger.write({"company_ids": [(6, 0, branch.ids)], "company_id": branch.id})
        customer = self._new_customers(1, "target", self.agent_1)
        results = customer.with_user(self.agent_1).action_share(stranger.id)
        self.assertCodes(results, ["not_allowed"])

    # the manager's lists

    def test_lists_of_recent_changes(self):
        """P31: moved down, released, reassigned: each list holds its own."""
        down, gone, moved, quiet = self._new_customers(4, "potential", self.agent_1)
        down.with_user(self.agent_1).action_demote("target")
        gone.with_user(self.agent_1).action_release()
        moved.with_user(self.manager).action_assign(self.agent_2.id, "x")
        view = self.env.ref("crm_stage_pipeline.crm_pool_log_view_search")
        arch = self.env["crm.pool.log"].get_view(view.id, "search")["arch"]
        rows = down | gone | moved | quiet
        for name, expected in (
            ("filter_demoted", down),
            ("filter_released", gone),
            ("filter_reassigned", moved),
        ):
            with self.subTest(filter=name):
                self.assertIn(f'name="{name}"', arch)
                domain = self._filter_domain(arch, name)
                found = self.env["crm.pool.log"].search(
                    [*domain, ("customer_id", "in", rows.ids)]
                )
                self.assertEqual(found.customer_id, expected)

    def _filter_domain(self, arch, name):
        (node,) = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return literal_eval(node.get("domain"))
