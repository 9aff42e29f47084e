from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolRequest(PoolCase):
    """P26, first way: a person applies, a leader or manager decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.requests = cls.env["crm.pool.request"]
        # another team, whose members cannot see what South owns
        cls.leader_2 = cls._new_user("leader_2", "leader")
        cls.env["crm.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "user_id": cls.leader_2.id,
                "member_ids": cls.agent_3.ids,
            }
        )

    def _apply(self, user, customer, reason="I know them"):
        """`user` applies for a customer by its name. :return: the request"""
        model = self.env["crm.pool.customer"].with_user(user)
        results = model.action_request_by_name(customer.name, reason)
        self.assertCodes(results, ["requested"])
        return self.requests.search(
            [("customer_id", "=", customer.id), ("user_id", "=", user.id)], limit=1
        )

    def _codes(self, results, codes):
        self.assertEqual([row["code"] for row in results], codes)
        for row in results:
            self.assertTrue(row["message"])

    def test_by_name_of_a_hidden_customer(self):
        """P26, P47: the answer tells that it exists and whose team has it, no more."""
        customer = self._new_customers(1, "target", self.agent_1)
        model = self.env["crm.pool.customer"].with_user(self.agent_3)
        typed = f"  {customer.name.upper()} Co., Ltd. "
        (result,) = model.action_request_by_name(typed, "they asked for me")
        self.assertEqual(result["code"], "requested")
        self.assertFalse(result["customer_id"])
        self.assertIn("South", result["message"])
        self.assertNotIn(self.agent_1.name, result["message"])
        request = self.requests.with_user(self.agent_3).search([])
        self.assertEqual(request.name, typed)
        with self.assertRaises(AccessError):
            request.read(["customer_id"])
        for name in ("owner_id", "stage_id", "held_count", "protected_until"):
            with self.assertRaises(AccessError):
                request.read([name])
        todo = self.env["mail.activity"].search([("user_id", "=", self.leader.id)])
        self.assertNotIn(customer.name, f"{todo.summary} {todo.note}")
        (result,) = model.action_request_by_name("Nobody Ltd", "x")
        self.assertEqual(result["code"], "not_found")
        (result,) = model.action_request_by_name("", "x")
        self.assertEqual(result["code"], "not_found")

    def test_by_number(self):
        """P26, P47: the same by telephone number, without telling the name."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.partner_id.phone = "0571 8888 6621"
        model = self.env["crm.pool.customer"].with_user(self.agent_3)
        (result,) = model.action_request_by_name("057188886621", "called me")
        self.assertEqual(result["code"], "requested")
        self.assertNotIn(customer.name, result["message"])
        request = self.requests.search([("customer_id", "=", customer.id)])
        self.assertEqual(request.name, "057188886621")
        todo = request.activity_ids
        self.assertNotIn(customer.name, f"{todo.summary} {todo.note}")

    def test_by_id_of_a_hidden_customer(self):
        """P26: a forged id gives nothing away and makes nothing."""
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_3)
        self.assertCodes(row.action_request("x"), ["not_found"])
        self.assertFalse(self.requests.search([("customer_id", "=", customer.id)]))

    def test_requests_are_made_by_the_action_only(self):
        """P26: nobody creates, changes or deletes a request over RPC."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        for user in (self.agent_3, self.leader, self.manager):
            own = request.with_user(user)
            for operation in (
                lambda own=own: own.write({"state": "approved"}),
                lambda own=own: own.write({"user_id": own.env.uid}),
                own.unlink,
                lambda own=own: own.create(
                    {
                        "name": "x",
                        "company_id": self.company.id,
                        "user_id": own.env.uid,
                        "reason": "x",
                    }
                ),
            ):
                with self.assertRaises(AccessError):
                    operation()

    def test_what_may_be_applied_for(self):
        """P26: not one's own, not what one may just claim, and never without reason."""
        own = self._new_customers(1, "target", self.agent_1)
        shared = self._new_customers(1)
        reserve = self._new_customers(1, "reserve")
        rows = (own | shared | reserve).with_user(self.agent_1)
        self.assertCodes(
            rows.action_request("x"), ["already_yours", "not_allowed", "not_allowed"]
        )
        self.assertCodes(
            shared.with_user(self.agent_1).action_request(""), ["reason_needed"]
        )

    def test_shared_customer_over_quota_or_cooling_down(self):
        """P24, P26, P30: what the user may not claim today, he may apply for."""
        over_quota = self._new_customers(1)
        self._set_limit(0, "target")
        row = over_quota.with_user(self.agent_1)
        self.assertCodes(row.action_claim(), ["quota_exceeded"])
        self.assertCodes(row.action_request("x"), ["requested"])
        self._set_limit(20, "target")
        self.policy.cooldown_days = 3
        cooling = self._new_customers(1, "target", self.agent_1)
        row = cooling.with_user(self.agent_1)
        row.action_release()
        self.assertCodes(row.action_claim(), ["cooldown"])
        self.assertCodes(row.action_request("x"), ["requested"])
        request = self.requests.search([("customer_id", "=", cooling.id)])
        self._codes(request.with_user(self.leader).action_approve(), ["approved"])
        self.assertEqual(cooling.owner_id, self.agent_1)

    def test_double_click(self):
        """P26: one open request of a person and customer, also in the database."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        model = self.env["crm.pool.customer"].with_user(self.agent_3)
        results = model.action_request_by_name(customer.name, "again")
        self.assertCodes(results, ["already_requested"])
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            request.copy({"user_id": self.agent_3.id, "customer_id": customer.id})
            self.env.flush_all()
        request.with_user(self.agent_3).action_withdraw()
        self._apply(self.agent_3, customer)

    def test_who_decides(self):
        """P26: the leader of the owner's team, managers; not the applicant's leader."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        for user, waits, codes in (
            (self.agent_1, False, ["not_found"]),
            (self.agent_3, False, ["not_allowed"]),
            (self.leader_2, False, ["not_allowed"]),
            (self.leader, True, ["approved"]),
            (self.manager, False, ["already_decided"]),
        ):
            with self.subTest(user=user.login):
                model = self.requests.with_user(user)
                found = model.search([("is_waiting_for_me", "=", True)])
                self.assertEqual(request in found, waits)
                self.assertEqual(model.action_waiting_count(), len(found))
                if codes != ["not_found"] and request.state == "open":
                    self.assertEqual(request.with_user(user).is_waiting_for_me, waits)
                self._codes(request.with_user(user).action_approve("fine"), codes)
        self.assertEqual(customer.owner_id, self.agent_3)
        self.assertEqual(request.decided_by_id, self.leader)

    def test_nobody_decides_his_own(self):
        """P26: a leader's request for his member's customer is the manager's."""
        customer = self._new_customers(1, "target", self.agent_1)
        results = customer.with_user(self.leader).action_request("mine now")
        self.assertCodes(results, ["requested"])
        request = self.requests.search([("customer_id", "=", customer.id)])
        self._codes(request.with_user(self.leader).action_approve(), ["not_allowed"])
        self._codes(request.with_user(self.manager).action_approve(), ["approved"])

    def test_approval_is_an_assignment(self):
        """P26, P33: the log has reason and both owners; both people are told."""
        self.agent_3.lang = self.agent_1.lang = "zh_CN"
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer, "old friends")
        self._codes(request.with_user(self.leader).action_approve("go"), ["approved"])
        last = customer.log_ids.sorted("id")[-1:]
        self.assertEqual(
            (last.action, last.owner_before_id, last.owner_after_id, last.actor_id),
            ("assign", self.agent_1, self.agent_3, self.leader),
        )
        self.assertIn("old friends", last.reason)
        self.assertFalse(request.activity_ids)
        told = self.env["mail.message"].search(
            [
                ("model", "=", "crm.pool.request"),
                ("res_id", "=", request.id),
                ("partner_ids", "in", self.agent_3.partner_id.ids),
            ]
        )
        self.assertRegex(told.body, "[一-鿿]")
        todo = self.env["mail.activity"].search([("user_id", "=", self.agent_1.id)])
        self.assertRegex(todo.summary, "[一-鿿]")
        self.assertFalse(
            customer.partner_id.message_ids.filtered(
                lambda m: m.message_type == "user_notification"
            )
        )

    def test_first_approval_wins(self):
        """P26: the others are refused with a sentence, and told so."""
        customer = self._new_customers(1, "target", self.agent_1)
        first = self._apply(self.agent_3, customer)
        second = self._apply(self.agent_2, customer)
        self._codes(second.with_user(self.leader).action_approve(), ["approved"])
        self.assertEqual(first.state, "refused")
        self.assertTrue(first.answer)
        self.assertFalse(first.activity_ids)
        self._codes(first.with_user(self.manager).action_approve(), ["already_decided"])
        self.assertEqual(customer.owner_id, self.agent_2)

    def test_refusal_needs_words(self):
        """P26: and the applicant reads them."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        own = request.with_user(self.leader)
        self._codes(own.action_refuse(), ["answer_needed"])
        self._codes(own.action_refuse("in talks"), ["refused"])
        self._codes(own.action_refuse("in talks"), ["already_decided"])
        self.assertEqual(request.with_user(self.agent_3).answer, "in talks")
        self.assertEqual(customer.owner_id, self.agent_1)

    def test_applicant_at_the_cap(self):
        """P26, P30: who decides sees it; the request stays open."""
        self.policy.holding_cap = 1
        self._new_customers(1, "target", self.agent_3)
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        own = request.with_user(self.leader)
        self.assertTrue(own.is_at_cap)
        self.assertEqual(own.held_count, 1)
        model = self.env["crm.pool.request.operation"].with_user(self.leader)
        dialog = model.browse(model._open("approve", own)["res_id"])
        self.assertIn(self.agent_3.name, dialog.warning)
        dialog.action_run()
        self.assertIn(request.name, dialog.message)
        self.assertEqual((request.state, customer.owner_id), ("open", self.agent_1))
        self.policy.holding_cap = 2
        self._codes(own.action_approve(), ["approved"])

    def test_protected_customer(self):
        """P26, P28: below manager nobody gives a protected customer away."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.agent_1).action_protect()
        request = self._apply(self.agent_3, customer)
        self._codes(request.with_user(self.leader).action_approve(), ["protected"])
        self._codes(request.with_user(self.manager).action_approve(), ["approved"])
        self.assertFalse(customer.is_protected)

    def test_withdraw(self):
        """P26: by the applicant, once."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        self._codes(request.with_user(self.leader).action_withdraw(), ["not_allowed"])
        own = request.with_user(self.agent_3)
        self._codes(own.action_withdraw(), ["withdrawn"])
        self._codes(own.action_withdraw(), ["already_decided"])
        self.assertFalse(request.activity_ids)
        self._codes(
            request.with_user(self.leader).action_approve(), ["already_decided"]
        )

    def test_requests_die_with_their_customer(self):
        """P26: archived or deleted (as a merge does): void, and the applicant knows."""
        for end in (
            lambda row: row.with_user(self.agent_1).write({"active": False}),
            lambda row: row.unlink(),
        ):
            customer = self._new_customers(1, "target", self.agent_1)
            request = self._apply(self.agent_3, customer)
            end(customer)
            self.assertEqual(request.state, "void")
            self.assertTrue(request.answer)
            self.assertFalse(request.activity_ids)

    def test_requests_of_merged_customers(self):
        """P26: they follow; of one person's two the merged customer keeps one."""
        first, second = self._new_customers(2, "target", self.agent_1)
        for row in (first, second):
            self._apply(self.agent_3, row)
        other = self._apply(self.agent_2, second)
        everything = self.requests.search([("customer_id", "in", (first | second).ids)])
        (first | second)._privileged()._collapse(first.partner_id)
        self.env.invalidate_all()
        kept = (first | second).exists()
        waiting = everything.filtered(lambda row: row.state == "open")
        self.assertEqual(waiting.user_id, self.agent_2 | self.agent_3)
        self.assertEqual(len(waiting), 2)
        self.assertEqual(waiting.customer_id, kept)
        self.assertIn(other, waiting)
        self.assertEqual(sorted(everything.mapped("state")), ["open", "open", "void"])

    def test_owner_meanwhile(self):
        """P26: who got the customer otherwise needs no approval."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        customer.with_user(self.manager).action_assign(self.agent_3.id, "x")
        self._codes(request.with_user(self.manager).action_approve(), ["already_there"])
        self.assertEqual(request.state, "void")

    def test_without_a_leader_managers_are_asked(self):
        """P26: every manager of the company has the to-do, in his language."""
        lonely = self._new_user("lonely", "user")
        self.manager.lang = "zh_CN"
        customer = self._new_customers(1, "target", lonely)
        request = self._apply(self.agent_3, customer)
        todo = request.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertRegex(todo.summary, "[一-鿿]")
        self.assertNotIn(self.leader, request.activity_ids.user_id)

    def test_leader_of_the_applicant_decides_for_a_closed_pool(self):
        """P26, P32: also for a shared customer whose pool he does not see himself."""
        closed = self.env["crm.pool"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "user_ids": self.manager.ids,
            }
        )
        customer = self._new_customers(1)
        customer._write_pool({"pool_id": closed.id})
        request = self._apply(self.agent_3, customer)
        self.assertFalse(customer.with_user(self.leader_2).has_access("read"))
        self._codes(request.with_user(self.leader_2).action_approve(), ["approved"])
        self.assertEqual(customer.owner_id, self.agent_3)

    def test_search_equals_compute(self):
        """P26: "waiting for me" of the list and of the form agree, for every role."""
        shared = self._new_customers(1)
        self._set_limit(0, "target")
        shared.with_user(self.agent_3).action_request("x")
        rows = self._new_customers(2, "target", self.agent_1)
        for row in rows:
            self._apply(self.agent_3, row)
        rows[0].with_user(self.leader).action_request("x")
        everything = self.requests.search([])
        for user in (self.agent_3, self.leader, self.leader_2, self.manager):
            with self.subTest(user=user.login):
                seen = self.requests.with_user(user).search([])
                found = seen.search([("is_waiting_for_me", "=", True)])
                self.assertEqual(found, seen.filtered("is_waiting_for_me"))
                self.assertLessEqual(set(seen.ids), set(everything.ids))

    def test_other_company(self):
        """P26: the name is looked for in the current company only."""
        branch = self.env["res.company"].create({"name": "Branch Works"})
        customer = self._new_customers(1, "target", self.agent_1)
        self.agent_3.company_ids |= branch
        model = self.env["crm.pool.customer"].with_user(self.agent_3)
        results = model.with_company(branch).action_request_by_name(customer.name, "x")
        self.assertCodes(results, ["not_found"])

    def test_dialogs(self):
        """P26: apply, refuse and withdraw by the buttons, with the sentences."""
        customer = self._new_customers(1, "target", self.agent_1)
        model = self.env["crm.pool.request.operation"].with_user(self.agent_3)
        dialog = model.create(
            {"action": "apply", "name": customer.name, "words": "please"}
        )
        dialog.action_run()
        self.assertEqual(dialog.state, "done")
        request = self.requests.search([("customer_id", "=", customer.id)])
        opened = request.with_user(self.agent_3).action_open_withdraw()
        self.assertTrue(model.browse(opened["res_id"]).message)
        self.assertEqual(request.state, "withdrawn")
        visible = self._new_customers(1, "target", self.agent_1)
        visible.with_user(self.agent_1).action_share(self.agent_3.id)
        operation = self.env["crm.pool.operation"].with_user(self.agent_3)
        opened = operation._open("request", visible.with_user(self.agent_3))
        asked = operation.browse(opened["res_id"])
        asked.reason = "my turn"
        self.assertEqual(asked.action_run()["tag"], "display_notification")

    def test_message_of_the_bus(self):
        """P26: the applicant who is there is told at once."""
        customer = self._new_customers(1, "target", self.agent_1)
        request = self._apply(self.agent_3, customer)
        sent = []
        with patch.object(
            type(self.env["res.users"]),
            "_bus_send",
            lambda user, kind, message, **_kw: sent.append((user, kind, message)),
        ):
            request.with_user(self.leader).action_refuse("in talks")
        toasts = [row for row in sent if row[1] == "simple_notification"]
        self.assertEqual([row[0] for row in toasts], [self.agent_3])
        self.assertIn("in talks", toasts[0][2]["message"])
