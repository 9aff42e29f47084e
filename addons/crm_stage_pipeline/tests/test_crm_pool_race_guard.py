from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common import MODULE, RaceCase

CAP = 7


def naive_protect(customers):
    """What protecting is not to be: count, compare, write, without the guard."""
    model = customers.env["crm.pool.customer"].sudo()
    count = model.search_count(
        [("owner_id", "=", customers.env.uid), ("is_protected", "=", True)]
    )
    chosen = customers[: max(CAP - count, 0)]
    until = fields.Datetime.now() + timedelta(days=10)
    chosen.sudo()._write_pool({"protected_until": until, "is_protection_open": True})


def naive_approve(request):
    """What an approval is not to be: only its own request is looked at and written."""
    if request.state == "open":
        request.sudo().write({"state": "approved"})
        request.sudo().customer_id._set_owner(request.user_id)


def naive_assign(customers, user_id):
    """What an assignment is not to be: nobody is asked to wait before the people of
    the customers are written, and how many the person holds is counted unguarded."""
    env = customers.env
    policy = env["crm.pool.policy"]._policy_for(env.company)
    held = env["crm.pool.customer"].search_count([("owner_id", "=", user_id)])
    chosen = customers
    if policy.holding_cap:
        chosen = customers[: max(policy.holding_cap - held, 0)]
    rows = chosen.sudo().access_ids
    rows.filtered(lambda row: row.kind == "owner").unlink()
    rows.create(
        [{"customer_id": c.id, "user_id": user_id, "kind": "owner"} for c in chosen]
    ).flush_recordset()
    chosen.sudo()._write_pool({"owner_id": user_id, "access": "personal"})
    return [{"customer_id": customer.id, "code": "assigned"} for customer in chosen]


@tagged("post_install", "-at_install", "race")
class TestCrmPoolRaceGuard(RaceCase):
    """P26, P28, P31: protections, assignments and approvals that really run at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            cls.manager_ids = [
                new_test_user(
                    env,
                    f"race_manager_{number}",
                    groups=f"{MODULE}.{MODULE}_group_manager",
                ).id
                for number in range(2)
            ]
            env.cr.commit()
        cls.agent_ids = list(cls.user_ids)
        cls.user_ids = cls.user_ids + cls.manager_ids

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            policy = env["crm.pool.policy"]._policy_for(env.company)
            policy.write({"protection_cap": CAP, "is_protection_on": True})
            env.cr.commit()  # pylint: disable=invalid-commit  # other cursors see it

    def _reset(self):
        with self._environment() as env:
            env.cr.execute(
                """
                DELETE FROM crm_pool_request WHERE user_id = ANY(%(users)s);
                DELETE FROM mail_activity
                 WHERE user_id = ANY(%(users)s) OR res_model = 'crm.pool.request';
                UPDATE res_users SET active = TRUE WHERE id = ANY(%(users)s);
                UPDATE crm_pool_customer
                   SET protected_until = NULL, is_protection_open = NULL,
                       protection_count = NULL, previous_owner_id = NULL
                 WHERE id = ANY(%(ids)s)
                """,
                {"ids": self.customer_ids, "users": self.user_ids},
            )
            env.cr.commit()  # pylint: disable=invalid-commit  # other cursors see it
        return super()._reset()

    def _give(self, ids, user_id):
        with self._environment() as env:
            rows = env["crm.pool.customer"].browse(ids)
            codes = {row["code"] for row in rows.action_assign(user_id, "race")}
            self.assertEqual(codes, {"assigned"})
            env.cr.commit()  # pylint: disable=invalid-commit  # other cursors see it

    def _protected_count(self, user_id):
        with self._environment() as env:
            return env["crm.pool.customer"].search_count(
                [("owner_id", "=", user_id), ("is_protected", "=", True)]
            )

    def _check_log(self, ids):
        """The log of each customer folds to its owner, without a break."""
        with self._environment() as env:
            for customer in env["crm.pool.customer"].browse(ids):
                owner = env["res.users"]
                for entry in customer.log_ids.sorted("id"):
                    self.assertEqual(entry.owner_before_id, owner)
                    owner = entry.owner_after_id
                self.assertEqual(owner, customer.owner_id)
                access = customer.access_ids.filtered(lambda r: r.kind == "owner")
                self.assertEqual(access.user_id, owner)

    def _tabs(self, function):
        """Five tabs of one agent, each with five customers of his."""
        ids = self.customer_ids[:25]
        self._give(ids, self.agent_ids[0])
        return [
            (
                self.agent_ids[0],
                lambda env, part=ids[start : start + 5]: function(
                    env["crm.pool.customer"].browse(part)
                ),
            )
            for start in range(0, 25, 5)
        ]

    def test_protection_cap_of_one_agent(self):
        """P28: five tabs protect five each, the cap is seven: seven, not one more."""
        results = self._race(self._tabs(lambda rows: rows.action_protect()))
        codes = [row["code"] for rows in results for row in rows]
        self.assertEqual(codes.count("protected_until"), CAP)
        self.assertEqual(codes.count("protection_cap_exceeded"), 25 - CAP)
        self.assertEqual(self._protected_count(self.agent_ids[0]), CAP)

    def test_naive_twin_breaks_the_protection_cap(self):
        """P28: counting before writing, without the guard, lets every tab through."""
        self._race(self._tabs(naive_protect))
        self.assertGreater(self._protected_count(self.agent_ids[0]), CAP)

    def test_double_click_protects_once(self):
        """P28: one customer, five clicks at once: one protection, one row of log."""
        ids = self.customer_ids[:1]
        self._give(ids, self.agent_ids[0])
        click = (
            self.agent_ids[0],
            lambda env: env["crm.pool.customer"].browse(ids).action_protect(),
        )
        results = self._race([click] * 5)
        codes = sorted(row["code"] for rows in results for row in rows)
        self.assertEqual(codes, ["already_there"] * 4 + ["protected_until"])

    def test_two_managers_assign_the_same_customers(self):
        """P31, bad input: two managers assign the same customers: one after the other;
        the log tells both, and folds to the owner."""
        ids = self.customer_ids[:10]
        self._give(ids, self.agent_ids[0])
        results = self._race(
            [
                (manager_id, self._assign(ids, user_id))
                for manager_id, user_id in zip(
                    self.manager_ids, self.agent_ids[1:3], strict=True
                )
            ]
        )
        self.assertEqual(
            {row["code"] for rows in results for row in rows}, {"assigned"}
        )
        self._check_log(ids)

    def test_two_managers_give_the_same_person_the_same_customer(self):
        """P31: no second assignment, of a shared customer and of an owned one."""
        for ids, owner_id in (
            (self.customer_ids[:1], None),
            (self.customer_ids[1:2], self.agent_ids[0]),
        ):
            if owner_id:
                self._give(ids, owner_id)
            job = self._assign(ids, self.agent_ids[1])
            results = self._race([(uid, job) for uid in self.manager_ids])
            codes = sorted(row["code"] for rows in results for row in rows)
            self.assertEqual(codes, ["already_there", "assigned"])
            self._check_log(ids)

    def _assign(self, ids, user_id, naively=False):
        def job(env):
            customers = env["crm.pool.customer"].browse(ids)
            if naively:
                return naive_assign(customers, user_id)
            return customers.action_assign(user_id, "x")

        return job

    def _assign_shared_at_once(self, naively=False):
        """Two managers give the same shared customers to two people."""
        ids = self.customer_ids[:3]
        return self._race(
            [
                (manager_id, self._assign(ids, user_id, naively))
                for manager_id, user_id in zip(
                    self.manager_ids, self.agent_ids[:2], strict=True
                )
            ]
        )

    def test_two_managers_assign_the_same_shared_customers(self):
        """P31: both are answered, the log folds to the later one's."""
        results = self._assign_shared_at_once()
        self.assertEqual(
            {row["code"] for rows in results for row in rows}, {"assigned"}
        )
        self._check_log(self.customer_ids[:3])

    def test_naive_twin_assigns_with_an_error(self):
        """P31: without the lock on the customers one manager gets an error."""
        with self.assertRaises(ValidationError):
            self._assign_shared_at_once(naively=True)

    def _assign_over_the_cap(self, naively=False):
        """Two managers give one person five customers each, who may hold seven.

        :return: how many he holds then
        """
        with self._environment() as env:
            env["crm.pool.policy"]._policy_for(env.company).holding_cap = CAP
            env.cr.commit()  # pylint: disable=invalid-commit  # other cursors see it
        parts = self.customer_ids[:5], self.customer_ids[5:10]
        self._race(
            [
                (manager_id, self._assign(ids, self.agent_ids[0], naively))
                for manager_id, ids in zip(self.manager_ids, parts, strict=True)
            ]
        )
        return self._held()

    def test_two_managers_keep_the_holding_cap(self):
        """P30, P31: together they give a person as many as he may hold."""
        self.assertEqual(self._assign_over_the_cap(), CAP)

    def test_naive_twin_assigns_over_the_holding_cap(self):
        """P30, P31: counting before writing, without the guard, lets both through."""
        self.assertGreater(self._assign_over_the_cap(naively=True), CAP)

    def test_user_archived_in_the_middle_of_a_claim(self):
        """P31: whichever commits first, the log folds, and the job gives them back."""
        ids = self.customer_ids[:5]
        agent_id = self.agent_ids[0]
        results = self._race(
            [
                (
                    agent_id,
                    lambda env: env["crm.pool.customer"].browse(ids).action_claim(),
                ),
                (1, lambda env: env["res.users"].browse(agent_id).action_archive()),
            ]
        )
        self.assertEqual({row["code"] for row in results[0]}, {"claimed"})
        self._check_log(ids)
        with self._environment() as env:
            env["crm.pool.customer"]._cron_release_departed()
        self._check_log(ids)
        self.assertEqual(self._held(), 0)

    def _request(self, customer_id, user_id):
        """A request of `user_id`, committed. :return: its id"""
        with self._environment(user_id) as env:
            customer = env["crm.pool.customer"].sudo().browse(customer_id)
            model = env["crm.pool.customer"]
            (row,) = model.action_request_by_name(customer.name, "race")
            self.assertEqual(row["code"], "requested")
            env.cr.commit()  # pylint: disable=invalid-commit  # other cursors see it
            return (
                env["crm.pool.request"]
                .search([("user_id", "=", user_id), ("state", "=", "open")], limit=1)
                .id
            )

    def _decide_at_once(self, decide):
        """Two managers decide two people's requests for one customer.

        :return: results, how many requests are approved, the owner's id
        """
        ids = self.customer_ids[:1]
        self._give(ids, self.agent_ids[0])
        request_ids = [self._request(ids[0], uid) for uid in self.agent_ids[1:3]]
        results = self._race(
            [
                (
                    manager_id,
                    lambda env, request_id=request_id: decide(
                        env["crm.pool.request"].browse(request_id)
                    ),
                )
                for manager_id, request_id in zip(
                    self.manager_ids, request_ids, strict=True
                )
            ]
        )
        with self._environment() as env:
            requests = env["crm.pool.request"].browse(request_ids)
            approved = requests.filtered(lambda row: row.state == "approved")
            return results, approved.user_id.ids, requests.customer_id.owner_id.id

    def test_two_approvals_at_once(self):
        """P26: two managers approve two requests for one customer: one wins."""
        results, approved, owner_id = self._decide_at_once(
            lambda request: request.action_approve()
        )
        codes = sorted(row["code"] for rows in results for row in rows)
        self.assertEqual(codes, ["already_decided", "approved"])
        self.assertEqual(approved, [owner_id])
        self._check_log(self.customer_ids[:1])

    def test_naive_twin_approves_both(self):
        """P26: looking at one's own request only, both are approved."""
        _results, approved, _owner = self._decide_at_once(naive_approve)
        self.assertEqual(len(approved), 2)

    def test_double_click_on_approve(self):
        """P26: one request, approved twice at once: one assignment."""
        ids = self.customer_ids[:1]
        self._give(ids, self.agent_ids[0])
        request_id = self._request(ids[0], self.agent_ids[1])
        click = lambda env: (  # noqa: E731 (the same for both)
            env["crm.pool.request"].browse(request_id).action_approve()
        )
        results = self._race([(uid, click) for uid in self.manager_ids])
        codes = sorted(row["code"] for rows in results for row in rows)
        self.assertEqual(codes, ["already_decided", "approved"])
        self._check_log(ids)

    def test_double_click_on_apply(self):
        """P26: five tabs apply for one customer: one request, the others are told."""
        ids = self.customer_ids[:1]
        self._give(ids, self.agent_ids[0])
        with self._environment() as env:
            name = env["crm.pool.customer"].browse(ids).name
        results = self._race(
            [
                (
                    self.agent_ids[1],
                    lambda env: env["crm.pool.customer"].action_request_by_name(
                        name, "race"
                    ),
                )
            ]
            * 5
        )
        codes = sorted(row["code"] for rows in results for row in rows)
        self.assertEqual(codes, ["already_requested"] * 4 + ["requested"])
