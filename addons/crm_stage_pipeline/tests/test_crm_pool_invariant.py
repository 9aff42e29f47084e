import random
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..pool.transition import STAGES
from .common import PoolCase

LIMIT = 5
CAP, PROTECTIONS = 6, 2
SEEDS, STEPS = 12, 40
ACTIONS = (
    "claim", "screen", "draw", "release", "assign", "share", "unshare", "promote",
    "demote", "batch", "pause", "resume", "archive", "restore", "protect", "unprotect",
    "expire", "request", "approve", "refuse", "withdraw", "recycle",
)  # fmt: skip
# what needs something to be there first is tried more often
WEIGHTS = {
    "request": 4, "approve": 2, "refuse": 4, "withdraw": 2, "protect": 2, "pause": 2,
    "resume": 2, "archive": 2, "restore": 2, "share": 2, "unshare": 3, "recycle": 2,
}  # fmt: skip
# what leaves no entry of its own in the log
UNLOGGED = {"draw", "expire", "request", "approve", "refuse", "withdraw"}
# the kind of move that a log row must have been
KINDS = {"screen": "screen", "promote": "promote", "demote": "demote", "batch": "batch"}


@tagged("post_install", "-at_install")
class TestCrmPoolInvariant(PoolCase):
    """P3, P21, P23, P24, P26 to P28, P33: what holds after any series of actions by
    anybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_limit(LIMIT, "reserve", "target", "potential")
        cls.policy.write(
            {
                "holding_cap": CAP,
                "protection_cap": PROTECTIONS,
                "recycle_share_limit": 100,
            }
        )
        rule = cls.env["crm.pool.recycle.rule"].create(
            {"name": "Idle", "policy_id": cls.policy.id, "days": 5}
        )
        rule._put_in_force()
        cls.people = cls.agent_1 | cls.agent_2 | cls.leader | cls.manager

    def _acts(self, draw, rows, others):
        """Name → what one person may try with some customers."""
        code = draw.choice([*STAGES, False])
        members = rows.sudo().access_ids.filtered(lambda a: a.kind == "collaborator")
        other = draw.choice(members.user_id or self.people).id
        anybody = draw.choice(self.people).id
        reason = draw.choice([None, "tidy"])
        pool = [("id", "in", others.ids)]
        source = draw.choice(["reserve", "target"])
        return {
            "claim": lambda: rows.action_claim(),
            "screen": lambda: rows.action_screen(code or "target"),
            "draw": lambda: rows.action_claim_random(2, pool, source),
            "release": lambda: rows.action_release(reason),
            "assign": lambda: rows.action_assign(anybody, reason),
            "share": lambda: rows.action_share(anybody, draw.random() < 0.3),
            "unshare": lambda: rows.action_unshare(other),
            "promote": lambda: rows.action_promote(code),
            "demote": lambda: rows.action_demote(code, reason),
            "batch": lambda: rows.action_move(code, reason),
            "pause": lambda: rows.action_pause(),
            "resume": lambda: rows.action_resume(),
            "archive": lambda: rows.action_archive(),
            "restore": lambda: rows.action_unarchive(),
            "protect": lambda: rows.action_protect(),
            "unprotect": lambda: rows.action_unprotect(),
            "expire": lambda: self._expire(rows, draw.random() < 0.5),
            "request": lambda: rows.action_request_by_name(
                draw.choice(others.filtered("owner_id") or others).name, "need it"
            ),
            "approve": lambda: self._requests(draw, rows, others).action_approve(),
            "refuse": lambda: self._requests(draw, rows, others).action_refuse(
                draw.choice([None, "no", "no", "no"])
            ),
            "withdraw": lambda: self._requests(draw, rows, others).action_withdraw(),
            "recycle": lambda: self._recycle(rows),
        }

    def _requests(self, draw, rows, others):
        """One of the requests for the customers, three times of four an open one."""
        requests = self.env["crm.pool.request"].search(
            [("customer_id", "in", others.ids)]
        )
        waiting = requests.filtered(lambda request: request.state == "open")
        found = waiting if draw.random() < 0.75 else requests
        if rows.env.user in (self.agent_1, self.agent_2):
            found = found.filtered(lambda one: one.user_id == rows.env.user) or found
        chosen = draw.choice(found) if found else found
        return chosen.with_user(rows.env.user)

    def _expire(self, rows, is_seen):
        """The end of the protections comes, and the nightly job sees it or not yet."""
        protected = rows.sudo().filtered("is_protected")
        past = fields.Datetime.now() - timedelta(minutes=1)
        protected._write_pool({"protected_until": past})
        if is_seen:
            rows.sudo()._end_expired()

    def _recycle(self, rows):
        """A night on which whoever of `rows` was never contacted is due."""
        past = fields.Datetime.now() - timedelta(days=30)
        rows.sudo().filtered("owner_id")._write_pool({"claimed_at": past})
        self.env.cr.flush()  # as before the end of a transaction: the dates of return
        run = self.env["crm.pool.recycle.run"]._open(self.policy)
        while run and run.state == "running":
            run._run_batch(2)

    def _some(self, draw, name, customers):
        """One to three customers, of those that the action is for if there are any;
        now and then whichever."""
        fitting = customers.filtered(
            {
                "restore": lambda row: not row.active,
                "resume": lambda row: row.track_mark == "paused",
                "pause": lambda row: row.stage_code == "potential",
                "unshare": lambda row: row.access == "collaborative",
                "share": lambda row: row.owner_id,
                "protect": lambda row: row.owner_id,
                "recycle": lambda row: row.owner_id,
                "unprotect": lambda row: row.is_protected,
                "expire": lambda row: row.is_protected,
            }.get(name, lambda row: row.active)
        )
        if not fitting or draw.random() < 0.2:
            fitting = customers
        count = min(draw.randint(1, 3), len(fitting))
        return customers.browse(draw.sample(fitting.ids, count))

    def _act(self, draw, customers):
        """One random action on some customers by a random person: its name."""
        [name] = draw.choices(ACTIONS, [WEIGHTS.get(name, 1) for name in ACTIONS])
        rows = self._some(draw, name, customers)
        people = self.people if name == "claim" else rows.owner_id or self.people
        if name in ("request", "withdraw"):
            people = self.agent_1 | self.agent_2
        led = ("assign", "batch", "approve", "refuse", "restore")
        if name in led and draw.random() < 0.7:
            people = self.manager | self.leader
        rows = rows.with_user(draw.choice(people))
        try:
            with self.env.cr.savepoint():
                answer = self._acts(draw, rows, customers)[name]()
        except (AccessError, UserError):
            self.assertIn(name, ("archive", "restore"))  # the others answer by row
        else:
            for row in answer if isinstance(answer, list) else ():
                self.assertTrue(row["message"])
        return name

    def _check_access(self, customer):
        """Invariant 3: shared, without owner and without access rows are one."""
        access = customer.access_ids.filtered(lambda row: row.kind != "document")
        owners = access.filtered(lambda row: row.kind == "owner").user_id
        members = (access - access.filtered(lambda row: row.kind == "owner")).user_id
        self.assertEqual(owners, customer.owner_id)
        self.assertEqual(customer.access == "shared", not customer.owner_id)
        self.assertEqual(customer.access == "shared", not access)
        self.assertEqual(customer.access == "collaborative", bool(members))
        self.assertNotIn(customer.owner_id, members)

    def _check_fold(self, customer):
        """Invariants 1, 4, 8: the log tells owner, members, stage and archiving, each
        step from where the last one ended, and by moves that are allowed."""
        moves = self.env["crm.pool.transition"]._move_table()
        nobody = self.env["res.users"]
        owner, members, stage, active = nobody, nobody, False, True
        for entry in customer.log_ids.sorted("id"):
            self.assertEqual(entry.owner_before_id, owner)
            self.assertEqual(entry.stage_before, stage)
            if entry.action == "claim":
                self.assertFalse(owner, "claimed from somebody")
            owner = entry.owner_after_id
            if entry.stage_after != stage and entry.action != "enter":
                roles = set(entry.actor_id.all_group_ids.ids)
                step = (stage or None, entry.stage_after or None)
                self.assertTrue(moves.find(KINDS[entry.action], *step, roles), step)
            stage = entry.stage_after
            if entry.action in ("archive", "restore"):
                self.assertEqual(active, entry.action == "archive")
                active = not active
            if entry.action == "share":
                members |= entry.member_id
            elif entry.action == "unshare":
                members -= entry.member_id
            members = members - owner if owner else nobody
        found = customer.access_ids.filtered(lambda row: row.kind == "collaborator")
        self.assertEqual(
            (owner, stage, active),
            (customer.owner_id, customer.stage_code, customer.active),
        )
        self.assertEqual(members, found.user_id)

    def _check_protection(self, customer):
        """P28: the log tells whether a protection runs; each that ended ended once;
        who lost the customer protects nothing."""
        is_open = False
        for entry in customer.log_ids.sorted("id"):
            if entry.action == "protect":
                # a renewal goes on, a first one follows an end
                is_open = True
            elif entry.action == "unprotect":
                self.assertTrue(is_open, "ended twice")
                is_open = False
            elif entry.action in ("claim", "screen"):
                self.assertFalse(is_open, "claimed while protected")
        self.assertEqual(is_open, bool(customer.is_protection_open))
        if customer.is_protected:
            self.assertTrue(customer.owner_id and customer.is_protection_open)
        if not customer.owner_id:
            self.assertFalse(customer.is_protection_open or customer.protected_until)

    def _check_requests(self, customers):
        """P26: one open request of a person and customer, none for what is his or
        archived; every approval stands in the log as an assignment."""
        requests = self.env["crm.pool.request"].search(
            [("customer_id", "in", customers.ids)]
        )
        waiting = Counter(
            (request.user_id, request.customer_id)
            for request in requests
            if request.state == "open"
        )
        self.assertTrue(all(count == 1 for count in waiting.values()))
        self.assertTrue(all(customer.active for _user, customer in waiting))
        approved = Counter(
            (request.customer_id, request.user_id)
            for request in requests
            if request.state == "approved"
        )
        logged = Counter(
            (entry.customer_id, entry.owner_after_id)
            for entry in customers.log_ids
            if entry.action == "assign" and (entry.reason or "").startswith("request: ")
        )
        self.assertEqual(approved, logged)

    def _check_counters(self):
        """Invariants 2, 5: the counters are the log's claims, never above the limit,
        and nobody holds or protects more than the cap."""
        log = self.env["crm.pool.log"].search([("quota_day", "!=", False)])
        claims = Counter(
            (entry.actor_id, entry.quota_scope, entry.quota_day) for entry in log
        )
        counters = self.env["crm.pool.quota"].search(
            [("used", ">", 0), ("scope", "!=", "holding")]
        )
        self.assertEqual(
            claims, {(c.user_id, c.scope, c.day): c.used for c in counters}
        )
        limited = [
            count
            for (_user, scope, _day), count in claims.items()
            if scope in ("reserve", "target", "potential")
        ]
        self.assertTrue(all(count <= LIMIT for count in limited))
        held = Counter(self.env["crm.pool.customer"].search([]).mapped("owner_id"))
        held.pop(self.env["res.users"], None)
        self.assertLessEqual(max(held.values(), default=0), CAP)
        protected = Counter(
            self.env["crm.pool.customer"]
            .search([("is_protected", "=", True)])
            .mapped("owner_id.id")
        )
        self.assertLessEqual(max(protected.values(), default=0), PROTECTIONS)

    def test_any_series_of_actions(self):
        """Invariants 1 to 5, 8 and 11, after every single action."""
        done, logged, decided = Counter(), set(), set()
        for seed in range(SEEDS):
            with self.env.cr.savepoint() as savepoint:
                story, actions, states = self._series(random.Random(seed))
                savepoint.rollback()
            self.env.invalidate_all()
            done.update(story)
            logged |= actions
            decided |= states
        self.assertLessEqual(set(ACTIONS) - UNLOGGED, logged, f"tried: {done}")
        self.assertLessEqual({"approved", "refused", "withdrawn", "void"}, decided)

    def _series(self, draw):
        """One series on customers of its own: what was tried, what was logged, what
        became of requests."""
        customers = self._new_customers(3, "reserve") | self._new_customers(3)
        customers = customers.with_context(active_test=False)
        story = []
        for _step in range(STEPS):
            story.append(self._act(draw, customers))
            self.env.invalidate_all()
            with self.subTest(story=story):
                for customer in customers:
                    self._check_access(customer)
                    self._check_fold(customer)
                    self._check_protection(customer)
                self._check_requests(customers)
                self._check_counters()
        requests = self.env["crm.pool.request"].search([])
        return (
            story,
            set(customers.log_ids.mapped("action")),
            set(requests.mapped("state")),
        )

    def test_order_of_candidates_changes_who_not_how_many(self):
        """Metamorphic: any permutation of the ids is answered by the same codes."""
        draw = random.Random(1)
        customers = self._new_customers(LIMIT + 3)
        counts = set()
        for _try in range(4):
            ids = draw.sample(customers.ids, len(customers))
            with self.env.cr.savepoint() as savepoint:
                rows = customers.browse(ids).with_user(self.agent_1).action_claim()
                self.assertEqual([row["customer_id"] for row in rows], ids)
                counts.add(tuple(sorted(Counter(r["code"] for r in rows).items())))
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(len(counts), 1)

    def test_series_of_claims_and_releases_of_one_customer(self):
        """Invariant 5: the loop ends at the limit, whoever gives back in between."""
        customer = self._new_customers(1)
        codes = Counter()
        for _number in range(LIMIT + 2):
            for row in customer.with_user(self.agent_1).action_claim():
                codes[row["code"]] += 1
            if customer.owner_id:
                customer.with_user(self.manager).action_release("again")
        self.assertEqual(codes, {"claimed": LIMIT, "quota_exceeded": 2})
