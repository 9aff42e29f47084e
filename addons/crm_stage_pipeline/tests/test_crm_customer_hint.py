from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmCustomerHint(PoolCase):
    """P48: what one sees of customers that are there already, while one types."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.mine = cls._named("杭州恒达办公用品有限公司", cls.agent_1)
        cls.theirs = cls._named("宁波恒达电子有限公司", cls.agent_2)
        cls.shared = cls._named("Harbour Pearl Trading Ltd.", None)
        cls.mine.partner_id.phone = "0571-88886666"
        cls.theirs.partner_id.phone = "0574-77776666"

    @classmethod
    def _named(cls, name, owner):
        (customer,) = cls._new_customers(1, "target", owner)
        customer.partner_id.name = name
        return customer

    def _hint(self, text, kind="name", user=None, **kwargs):
        model = self.env["crm.pool.customer"].with_user(user or self.agent_1)
        return model.get_duplicate_hint(text, kind, **kwargs)

    def _names(self, *args, **kwargs):
        return [row["name"] for row in self._hint(*args, **kwargs)["rows"]]

    def test_P48_from_two_characters_on(self):
        """P48: anywhere in the name, Chinese or Latin, of any width and case."""
        for text, expected in (
            ("恒达", self.mine),
            ("杭州", self.mine),
            ("办公用", self.mine),
            ("Pe", self.shared),
            ("ＰＥＡＲＬ", self.shared),
            ("pearl  trad", self.shared),
            ("恒", None),
            ("P", None),
            ("", None),
            ("有限公司", None),
            ("%%", None),
            ("__", None),
        ):
            with self.subTest(text=text):
                names = self._names(text)
                self.assertEqual(names, [expected.name] if expected else [])

    def test_P48_whichever_way_they_are_found(self):
        """P48: among the names that are read first, or by the index; the same one
        though more begin like it than are looked at."""
        names = {self._named(f"长江物流 {number}", None).name for number in range(4)}
        same = self._named("长江物流", None).name
        module = "odoo.addons.crm_stage_pipeline.models.crm_customer_key_hint"
        for read, most in ((5000, 80), (1, 80), (1, 4), (5000, 4)):
            with (
                self.subTest(read=read, most=most),
                patch(f"{module}.READ", read),
                patch(f"{module}.CANDIDATES", most),
            ):
                found = set(self._names("江物"))
                self.assertLessEqual(found, names | {same})
                self.assertEqual(len(found), min(most, 5))
                hint = self._hint("长江物流")
                self.assertEqual(hint["rows"][0]["name"], same)
                self.assertTrue(hint["rows"][0]["is_same"])

    def test_P48_the_same_comes_first(self):
        """P48: who has the same name is marked, before those that are like it."""
        longer = self._named("Harbour Pearl Trading South", None)
        rows = self._hint("harbour pearl trading")["rows"]
        self.assertEqual([row["name"] for row in rows], [self.shared.name, longer.name])
        self.assertEqual([row["is_same"] for row in rows], [True, False])

    def test_P48_private_customers_stay_private(self):
        """P48: of a hidden customer nothing, until its whole name is typed; then that
        it exists, and whose team has it, but not who."""
        for text in ("恒达", "宁波", "宁波恒达", "宁波恒达电"):
            hint = self._hint(text)
            self.assertNotIn("宁波", str(hint))
            self.assertFalse(hint["notice"])
        hint = self._hint("宁波恒达电子")
        self.assertFalse(hint["rows"])
        self.assertIn(self.team.name, hint["notice"])
        self.assertNotIn(self.agent_2.name, hint["notice"])
        seen = self._names("恒达", user=self.manager)
        self.assertEqual(set(seen), {self.mine.name, self.theirs.name})

    def test_P48_numbers(self):
        """P48: by the beginning of a number, as people write it; hidden ones whole."""
        for text in ("0571", "057188", "+86 571-8888", "０５７１８８８８", "88886666"):
            expected = [] if text == "88886666" else [self.mine.name]
            self.assertEqual(self._names(text, "phone"), expected, text)
        self.assertEqual(self._names("0571 8888 6666", "phone"), [self.mine.name])
        self.assertFalse(self._hint("0574-7777", "phone")["notice"])
        self.assertTrue(self._hint("0574-77776666", "phone")["notice"])

    def test_P48_masked_numbers_are_not_found_digit_by_digit(self):
        """P48, C1: a hint is no way to guess a number that is masked."""
        self.pool.mask_numbers = True
        self.shared.partner_id.phone = "0571-66668888"
        self.assertFalse(self._names("0571-6666", "phone"))
        self.assertEqual(self._names("0571-66668888", "phone"), [self.shared.name])

    def test_P48_not_the_one_that_is_edited(self):
        """P48: the contact on the form is no duplicate of itself."""
        hint = self._hint("杭州恒达", partner_id=self.mine.partner_id.id)
        self.assertEqual(hint, {"rows": [], "notice": False})

    def test_P48_other_companies_and_the_bin(self):
        """P48: of the current company, and not what was deleted."""
        branch = self.env["res.company"].create({"name": "Branch Works"})
        self.agent_1.company_ids |= branch
        other = self.env["crm.pool.customer"].with_user(self.agent_1)
        other = other.with_context(allowed_company_ids=[branch.id])
        self.assertFalse(other.get_duplicate_hint("恒达")["rows"])
        self.mine.with_user(self.agent_1).action_delete()
        self.assertFalse(self._names("恒达"))

    def test_P48_at_most_eight(self):
        """P48: a list that one reads at a glance; nonsense is no error."""
        for number in range(12):
            self._named(f"恒达 {number}", None)
        self.assertEqual(len(self._names("恒达")), 8)
        for text in (None, False, 12, "x" * 10_000, "\u202eab", "\ud83d\ude00"):
            self._hint(text)
            self._hint(text, "phone")
        self._hint("恒达", "no such kind")

    def test_P48_needs_a_role(self):
        """P48: who works in no pool is told nothing."""
        with self.assertRaises(AccessError):
            self._hint("恒达", user=self.seller)
