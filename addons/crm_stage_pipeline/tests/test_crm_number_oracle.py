import random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged

from .mask_case import MaskCase


@tagged("post_install", "-at_install")
class TestCrmNumberOracle(MaskCase):
    """P32: no search, order or group answers a question about a masked number.

    A door is an oracle when its answer changes with the figure that was guessed. So
    each is asked with the right figures and with wrong ones, and must answer alike;
    the manager's answers differ, which shows that the question means something.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._surround()

    def _paths(self):
        """Model, record and every field path from it to a number."""
        row = self.partner.phone_number_ids.filtered(lambda r: r.kind == "phone")
        number = ("number", "e164", "digits_rev", "display_name")
        rows = [f"phone_number_ids.{name}" for name in number]
        partner = ["phone", "phone_sanitized", "phone_mobile_search", *rows]
        return [
            (self.partner, [*partner, "mobile", "child_ids.phone", "phone_number_ids"]),
            (self.customer, ["phone", "mobile", *[f"partner_id.{p}" for p in partner]]),
            (self.lead, [*partner, *[f"partner_id.{p}" for p in partner]]),
            (row, [*number, "partner_id.phone", "partner_id.mobile"]),
        ]

    def _questions(self, figures):
        """Conditions that a bisection would use, for the beginning of a number."""
        spaced = f"{figures[:3]} {figures[3:7]} {figures[7:]}".strip()
        for text in (figures, spaced, f"+86{figures}", figures[::-1]):
            yield "=like", f"{text}%"
            yield "=ilike", f"{text}%"
            yield "ilike", text
            yield "like", text
            yield "not ilike", text
            yield "=", text
            yield "!=", text
            yield "in", [text, "x"]
            yield "in", [text, False]
            yield "not in", [text, False]
            yield "not in", [text]
            yield "<", text
            yield ">=", text

    def _answer(self, user, record, path, operator, value):
        """Whether the record is found, by SQL and in Python."""
        model = self.env[record._name].with_user(user)
        domain = Domain("id", "=", record.id) & Domain(path, operator, value)
        try:
            found = bool(model.search_count(domain))
            # core's search of names and of any number has no equal in Python, and
            # through a field that bypasses access Python reads as superuser (no
            # client reaches filtered_domain)
            is_bypassed = record._name == "crm.phone.number" and "." in path
            if not is_bypassed and not path.endswith(
                ("_search", "display_name", "number_ids")
            ):
                kept = bool(record.with_user(user).filtered_domain(domain))
                self.assertEqual(found, kept, (record, path, operator, value))
            return found
        except (UserError, AccessError, ValueError, TypeError) as error:
            return type(error)

    def _answers(self, user, figures):
        return {
            (record._name, path, number): self._answer(
                user, record, path, operator, value
            )
            for record, paths in self._paths()
            for path in paths
            for number, (operator, value) in enumerate(self._questions(figures))
        }

    def test_conditions(self):
        """P32: prefixes right and wrong, in every path and with every operator."""
        right = "13917264058"
        seed = random.randrange(10**6)
        figure = random.Random(seed)
        told = set()
        for length in (5, 11):
            wrong = right[: length - 1] + str((int(right[length - 1]) + 5) % 10)
            if figure.random() < 0.5:
                # without 0: core takes 00 in front for + and refuses a short rest
                wrong = "".join(figure.choices("123456789", k=length))
            with self.subTest(seed=seed, length=length):
                guesses = [right[:length], wrong]
                agent = [self._answers(self.agent_1, guess) for guess in guesses]
                self.assertEqual(
                    agent[0],
                    agent[1],
                    {k for k in agent[0] if agent[0][k] != agent[1].get(k)},
                )
                manager = [self._answers(self.manager, guess) for guess in guesses]
                told |= {
                    key[:2] for key in manager[0] if manager[0][key] != manager[1][key]
                }
        for record, paths in self._paths():
            for path in set(paths) - {"mobile", "child_ids.phone", "partner_id.mobile"}:
                self.assertIn((record._name, path), told)

    def test_presence_is_no_secret(self):
        """P32: that there is a number is seen; SQL and Python agree on it."""
        for path in ("phone", "mobile"):
            for operator, value, expected in (
                ("=", False, False),
                ("!=", False, True),
                ("in", [False, "x"], False),
                ("not in", [False, "x"], True),
            ):
                answer = self._answer(self.agent_1, self.partner, path, operator, value)
                self.assertEqual(answer, expected, (path, operator, value))

    def test_order(self):
        """P32: the place in a sorted list does not depend on the number."""
        below, above = self._new_customers(2, "target", self.agent_1).partner_id
        below.phone, above.phone = "13000000000", "13999999999"
        three = below | above | self.partner
        for user, differs in ((self.agent_1, False), (self.manager, True)):
            places = []
            for phone in ("13500000000", "13999999999 9", "1200"):
                self.partner.phone = phone
                self.env.flush_all()
                found = three.with_user(user).search(
                    [("id", "in", three.ids)], order="phone, id"
                )
                places.append(found.ids.index(self.partner.id))
            self.assertEqual(len(set(places)) > 1, differs)
        self.env.invalidate_all()

    def test_groups(self):
        """P32: numbers of a group, and what is aggregated, stay hidden."""
        own = self._new_customers(1, "target", self.agent_1).partner_id
        own.phone = self.NUMBERS["phone"]
        both = own | self.partner
        for user, groups in ((self.agent_1, 2), (self.manager, 1)):
            model = self.env["res.partner"].with_user(user)
            found = model._read_group(
                [("id", "in", both.ids)],
                ["phone"],
                ["__count", "phone_sanitized:count_distinct"],
                order="phone",
            )
            self.assertEqual(len(found), groups)
        agent = self.env(user=self.agent_1)
        found = agent["crm.phone.number"]._read_group(
            [("partner_id", "=", self.partner.id)], ["e164", "digits_rev"], ["__count"]
        )
        self.assertEqual({group[:2] for group in found}, {(False, False)})

    def test_draw(self):
        """P32: a claim by chance from a condition on the number draws nothing."""
        customers = self.env["crm.pool.customer"].with_user(self.agent_1)
        for text in ("139%", "%4058"):
            domain = [("partner_id.phone", "=like", text)]
            results = customers.action_claim_random(1, domain, "target")
            self.assertNotIn(self.customer.id, [row["customer_id"] for row in results])
        self.assertFalse(self.customer.owner_id)

    def test_name_search(self):
        """P32: names are not found by numbers."""
        agent = self.env(user=self.agent_1)
        for name in ("res.partner", "crm.pool.customer", "crm.lead"):
            for text in ("13917264058", "139 1726", "1726"):
                found = dict(agent[name].name_search(text))
                self.assertNotIn(self._of(name).id, found)
        rows = self.partner.phone_number_ids
        found = agent["crm.phone.number"].name_search("1726")
        self.assertFalse({row[0] for row in found} & set(rows.ids))

    def _of(self, name):
        return {
            "res.partner": self.partner,
            "crm.pool.customer": self.customer,
            "crm.lead": self.lead,
        }[name]
