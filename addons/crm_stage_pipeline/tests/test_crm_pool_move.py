from odoo.tests import tagged

from ..pool.transition import default_moves
from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolMove(PoolCase):
    """P2, P3, P4, P7, P9, P11: moving between stages."""

    def test_shipped_moves_are_the_pure_table(self):
        """P3, P4, P6, P7, C3: the data are pool/transition.py."""
        groups = {
            role: self.env.ref(f"{MODULE}.{MODULE}_group_{role}").id
            for role in ("user", "leader", "manager")
        }
        shipped = {
            (
                row.kind,
                row.from_code or None,
                row.to_code or None,
                row.group_id.id,
                row.clear_owner,
            )
            for row in self.env["crm.pool.transition"].search([])
        }
        pure = {
            (
                move.kind,
                move.from_code,
                move.to_code,
                groups[move.role],
                move.clear_owner,
            )
            for move in default_moves()
        }
        self.assertEqual(shipped, pure)

    def test_moves_of_agents(self):
        """P3: agents promote and demote from target on, skipping allowed."""
        cases = [
            ("target", "promote", "opportunity", "moved"),
            ("target", "promote", "deal", "moved"),
            ("potential", "demote", "target", "moved"),
            ("deal", "demote", "opportunity", "moved"),
            ("opportunity", "demote", False, "moved"),
            ("reserve", "promote", "target", "illegal_transition"),
            ("target", "promote", "reserve", "illegal_transition"),
            ("target", "demote", "deal", "illegal_transition"),
            ("target", "promote", "nonsense", "illegal_transition"),
            ("target", "promote", "target", "already_there"),
        ]
        for stage, kind, target, code in cases:
            with self.subTest(stage=stage, kind=kind, target=target):
                customer = self._new_customers(1, stage, self.agent_1)
                row = customer.with_user(self.agent_1)
                results = getattr(row, f"action_{kind}")(target)
                self.assertCodes(results, [code])
                expected = target if code == "moved" else stage
                self.assertEqual(customer.stage_code, expected)

    def test_archive_is_left_by_managers_only(self):
        """P2, P3, C3: the archive is not promoted from, but by managers."""
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_1)
        row.action_demote()
        self.assertFalse(customer.stage_id)
        self.assertEqual(customer.owner_id, self.agent_1)
        self.assertCodes(row.action_promote("target"), ["illegal_transition"])
        by_manager = customer.with_user(self.manager)
        self.assertCodes(by_manager.action_promote("target"), ["moved"])

    def test_demote_to_reserve_shares(self):
        """P4: owner and collaborators go, and the log says so."""
        customer = self._new_customers(1, "potential", self.agent_1)
        row = customer.with_user(self.agent_1)
        row.action_share(self.agent_2.id)
        self.assertCodes(row.action_demote("reserve", "no need"), ["moved"])
        self.assertEqual(customer.access, "shared")
        self.assertFalse(customer.owner_id)
        self.assertFalse(customer.access_ids)
        log = customer.log_ids[0]
        self.assertEqual(
            (log.action, log.owner_before_id, log.owner_after_id, log.reason),
            ("demote", self.agent_1, self.env["res.users"], "no need"),
        )
        self.assertEqual((log.stage_before, log.stage_after), ("potential", "reserve"))

    def test_batch_move(self):
        """P7: the batch move applies what is legal and lists the rest."""
        customers = self._new_customers(1, "reserve") | self._new_customers(
            1, "target", self.agent_1
        )
        by_agent = customers.with_user(self.agent_1).action_move("potential")
        self.assertCodes(by_agent, ["illegal_transition"] * 2)
        moved = customers.with_user(self.leader)
        self.assertCodes(moved.action_move("potential"), ["moved"] * 2)
        self.assertCodes(moved.action_move("potential"), ["already_there"] * 2)

    def test_demotion_by_others_needs_a_reason(self):
        """P31: who moves down another's customer says why."""
        customer = self._new_customers(1, "potential", self.agent_1)
        by_leader = customer.with_user(self.leader)
        self.assertCodes(by_leader.action_demote("target"), ["reason_needed"])
        self.assertCodes(by_leader.action_demote("target", "stale"), ["moved"])

    def test_collaborator_promotes_only(self):
        """P21: a collaborator moves up, not down; a read-only one not at all."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.agent_1).action_share(self.agent_2.id)
        row = customer.with_user(self.agent_2)
        self.assertCodes(row.action_promote("potential"), ["moved"])
        self.assertCodes(row.action_demote("target"), ["not_allowed"])
        customer.with_user(self.agent_1).action_share(self.agent_3.id, True)
        reader = customer.with_user(self.agent_3)
        self.assertCodes(reader.action_promote("deal"), ["not_allowed"])

    def test_stranger_moves_nothing(self):
        """P20: ids of others' customers are not found."""
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_2)
        self.assertCodes(row.action_promote("deal"), ["not_found"])
        self.assertEqual(customer.stage_code, "target")

    def test_shared_customer_moves_without_claim(self):
        """P22: shared customers are operated by everybody of the pool."""
        customer = self._new_customers(1)
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_promote("potential"), ["moved"])
        self.assertFalse(customer.owner_id)

    def test_pause_and_resume(self):
        """P9, P11: pausing pauses the running opportunities, resuming does not."""
        customer = self._new_customers(1, "opportunity", self.agent_1)
        lead = self.env["crm.lead"].create(
            {
                "name": "Chairs",
                "type": "opportunity",
                "partner_id": customer.partner_id.id,
                "user_id": self.agent_1.id,
            }
        )
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_pause(), ["paused"])
        self.assertEqual(customer.track_mark, "paused")
        self.assertEqual(customer.owner_id, self.agent_1)
        self.assertEqual(lead.sales_mark, "paused")
        self.assertCodes(row.action_pause(), ["already_there"])
        self.assertCodes(row.action_resume(), ["resumed"])
        self.assertEqual(lead.sales_mark, "paused")
        target = self._new_customers(1, "target", self.agent_1)
        paused = target.with_user(self.agent_1).action_pause()
        self.assertCodes(paused, ["illegal_transition"])
