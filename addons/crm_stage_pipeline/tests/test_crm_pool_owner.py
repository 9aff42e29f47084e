from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolOwner(PoolCase):
    """P20, P21, P23, P26, P29, P31, P33: ownership."""

    def test_release(self):
        """P23: back to the pool, with the previous owner remembered."""
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_release(), ["released"])
        self.assertEqual(customer.access, "shared")
        self.assertEqual(customer.previous_owner_id, self.agent_1)
        self.assertFalse(customer.access_ids)
        self.assertCodes(row.action_release(), ["already_there"])

    def test_release_by_others(self):
        """P23, P31: leader and manager with a reason, nobody else."""
        customers = self._new_customers(3, "target", self.agent_1)
        by_agent = customers.with_user(self.agent_2).action_release("mine")
        self.assertCodes(by_agent, ["not_found"] * 3)
        by_leader = customers[0].with_user(self.leader)
        self.assertCodes(by_leader.action_release(), ["reason_needed"])
        self.assertCodes(by_leader.action_release("left"), ["released"])
        by_manager = customers[1].with_user(self.manager)
        self.assertCodes(by_manager.action_release("left"), ["released"])
        self.assertEqual(customers[1].log_ids[0].reason, "left")

    def test_release_in_reserve(self):
        """P23: the reserve has no release, but managers take owners away."""
        customer = self._new_customers(1, "reserve", self.agent_1)
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_release(), ["not_allowed"])
        by_manager = customer.with_user(self.manager)
        self.assertCodes(by_manager.action_release("tidy"), ["released"])

    def test_open_order_keeps_the_customer(self):
        """P3: nobody releases or moves down a customer with an open order."""
        customer = self._new_customers(1, "target", self.agent_1)
        order = self._new_order(customer)
        order.action_confirm()
        self.assertEqual(customer.stage_code, "deal")
        for user in (self.agent_1, self.leader, self.manager):
            row = customer.with_user(user)
            with self.subTest(user=user.login):
                for results in (
                    row.action_release("because"),
                    row.action_demote("potential", "because"),
                    row.action_move("reserve", "because"),
                ):
                    if results[0]["code"] != "illegal_transition":
                        self.assertCodes(results, ["open_order"])
                        self.assertIn(order.name, results[0]["message"])
        with self.assertRaises(UserError):
            customer.with_user(self.manager).active = False
        self.assertEqual(customer.owner_id, self.agent_1)

    def test_finished_order_frees_the_customer(self):
        """P3: delivered, invoiced and paid is finished."""
        customer = self._new_customers(1, "deal", self.agent_1)
        order = self._new_order(customer)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        self.assertTrue(order._is_pool_open())
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertTrue(order._is_pool_open())
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertFalse(order._is_pool_open())
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_release(), ["released"])

    def test_assign(self):
        """P26, P31: leaders in their team, managers everywhere, with a reason."""
        customer = self._new_customers(1, "target", self.agent_1)
        by_agent = customer.with_user(self.agent_1)
        self.assertCodes(by_agent.action_assign(self.agent_2.id, "x"), ["not_allowed"])
        by_leader = customer.with_user(self.leader)
        self.assertCodes(by_leader.action_assign(self.agent_3.id, "x"), ["not_allowed"])
        self.assertCodes(
            by_leader.action_assign(self.agent_2.id, ""), ["reason_needed"]
        )
        self.assertCodes(by_leader.action_assign(self.agent_2.id, "x"), ["assigned"])
        self.assertEqual(customer.owner_id, self.agent_2)
        self.assertEqual(customer.access_ids.user_id, self.agent_2)
        by_manager = customer.with_user(self.manager)
        self.assertCodes(by_manager.action_assign(self.agent_3.id, "x"), ["assigned"])
        self.assertCodes(by_manager.action_assign(self.seller.id, "x"), ["not_allowed"])
        self.assertEqual(customer.log_ids[0].owner_before_id, self.agent_2)

    def test_assign_ignores_quota_obeys_cap(self):
        """P26, P30: no quota for what a manager gives, but the cap holds."""
        self._set_limit(0, "target")
        self.policy.holding_cap = 1
        customers = self._new_customers(2).with_user(self.manager)
        results = customers.action_assign(self.agent_1.id, "spread")
        self.assertCodes(results, ["assigned", "cap_exceeded"])

    def test_assign_of_protected_customer(self):
        """P28: protected from everybody but managers."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer._write_pool(
            {"protected_until": fields.Datetime.now() + timedelta(days=1)}
        )
        by_leader = customer.with_user(self.leader)
        self.assertCodes(by_leader.action_assign(self.agent_2.id, "x"), ["protected"])

    def test_share_and_unshare(self):
        """P21, P29: the owner adds and removes collaborators."""
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_1)
        self.assertFalse(customer.with_user(self.agent_2).has_access("read"))
        self.assertCodes(row.action_share(self.agent_2.id), ["shared"])
        self.assertEqual(customer.access, "collaborative")
        other = customer.with_user(self.agent_2)
        self.assertTrue(other.has_access("write"))
        self.assertCodes(other.action_release(), ["not_allowed"])
        self.assertCodes(other.action_share(self.agent_3.id), ["not_allowed"])
        self.assertCodes(row.action_share(self.agent_2.id), ["already_there"])
        self.assertCodes(row.action_unshare(self.agent_2.id), ["unshared"])
        self.assertEqual(customer.access, "personal")
        self.assertFalse(customer.with_user(self.agent_2).has_access("read"))

    def test_read_only_collaborator(self):
        """P21: a read-only collaborator reads and does not edit."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.agent_1).action_share(self.agent_2.id, True)
        row = customer.with_user(self.agent_2)
        self.assertTrue(row.has_access("read"))
        self.assertFalse(row.has_access("write"))

    def test_no_direct_write_for_anybody(self):
        """P23, bad input: direct writes of protected fields are refused, also through
        commands."""
        customer = self._new_customers(1, "target", self.agent_1)
        for user in (self.agent_1, self.manager, self.env.ref("base.user_root")):
            for vals in (
                {"owner_id": self.agent_2.id},
                {"stage_id": self._stage("deal").id},
                {"access": "shared", "owner_id": False},
                {"access_ids": [Command.clear()]},
                {"track_mark": "paused"},
                {"protected_until": fields.Datetime.now()},
                {"last_contact_at": fields.Datetime.now()},
            ):
                with self.subTest(user=user.login, vals=vals):
                    with self.assertRaises(AccessError):
                        customer.with_user(user).write(vals)
                    forged = {"crm_pool_edit_sentinel": True}
                    with self.assertRaises(AccessError):
                        customer.with_user(user).with_context(**forged).write(vals)

    def test_create_refuses_protected_fields(self):
        """P47: who enters a customer chooses stage and owner, nothing else."""
        partner = self.env["res.partner"].create({"name": "Forged"})
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        with self.assertRaises(AccessError):
            model.create({"partner_id": partner.id, "protected_until": "2040-01-01"})
        customer = model.create({"partner_id": partner.id})
        self.assertEqual(customer.owner_id, self.agent_1)
        self.assertEqual(customer.access, "personal")
        self.assertEqual(customer.stage_code, "reserve")
        self.assertEqual(customer.sudo().access_ids.kind, "owner")

    def test_copy_keeps_nothing(self):
        """G59: a copied row would start without owner, marks and history."""
        names = self.env["crm.pool.customer"]._protected_fields - {
            "company_id",
            "name",
            "stage_code",
            "access_ids",
            "log_ids",
        }
        for name in names:
            field = self.env["crm.pool.customer"]._fields[name]
            self.assertFalse(field.copy, name)

    def test_log_is_append_only(self):
        """P33: nobody writes, creates or deletes a row of the log."""
        log = self._new_customers(1).log_ids
        self.assertEqual(log.action, "enter")
        for operation in (
            lambda: log.write({"reason": "x"}),
            lambda: log.create({"action": "claim"}),
            log.unlink,
        ):
            with self.assertRaises(AccessError):
                operation()

    def test_archive_and_partner(self):
        """P51: the row is archived by its owner; the lone partner follows."""
        customer = self._new_customers(1, "target", self.agent_1)
        with self.assertRaises(AccessError):
            customer.with_user(self.agent_2).active = False
        shared = self._new_customers(1)
        with self.assertRaises(AccessError):
            shared.with_user(self.agent_2).active = False
        customer.with_user(self.agent_1).active = False
        self.assertFalse(customer.partner_id.active)
        self.assertEqual(customer.log_ids[0].action, "archive")

    def test_archived_partner_archives_rows(self):
        """P51: archiving a partner archives its rows, logged."""
        customer = self._new_customers(1)
        customer.partner_id.active = False
        self.assertFalse(customer.active)
        self.assertEqual(customer.log_ids[0].action, "archive")
