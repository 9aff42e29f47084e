import doctest
import importlib

from hypothesis import example, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.text import name_key, pinyin_initials

FORMS = [
    "有限公司",
    "有限责任公司",
    "股份有限公司",
    " Co., Ltd.",
    " GmbH",
    " Inc",
    " S.R.L.",
    "（普通合伙）",
]


@tagged("post_install", "-at_install")
class TestText(BaseCase):
    """P47, P54: names as keys, mnemonic code."""

    def test_doctests(self):
        attempted = 0
        for name in ("naming", "initials"):
            module = importlib.import_module(
                f"odoo.addons.crm_stage_pipeline.text.{name}"
            )
            result = doctest.testmod(module)
            self.assertFalse(result.failed, name)
            attempted += result.attempted
        self.assertGreater(attempted, 2)

    def test_same_customer(self):
        for first, second in [
            ("临江办公用品有限公司", "临江办公用品"),
            ("临江办公用品有限责任公司", "临江办公用品股份有限公司"),
            ("临江办公用品 有限 公司", "临江办公用品"),
            ("临江（杭州）办公用品有限公司", "临江(杭州)办公用品"),
            ("ＡＢＣ贸易", "abc贸易"),
            ("ACME Trading Co., Ltd.", "Acme Trading"),
            ("ACME Co.Ltd", "acme"),
            ("Müller GmbH & Co. KG", "MÜLLER"),
            ("Foo Inc 有限公司", "foo"),
            ("Rossi S.r.l.", "ROSSI"),
            ("株式会社山田", "山田"),
            ("桃子有限公司", "桃子"),
            ("a\u200bb", "AB"),
        ]:
            with self.subTest(first=first):
                self.assertEqual(name_key(first), name_key(second))

    def test_other_customer(self):
        for first, second in [
            ("临江办公用品有限公司", "临江办公用品有限公司上海分公司"),
            ("临江集团有限公司", "临江有限公司"),
            ("Disco Ltd", "Dis Ltd"),
            ("Coca", "Co"),
        ]:
            with self.subTest(first=first):
                self.assertNotEqual(name_key(first), name_key(second))

    def test_nothing_but_a_form_stays(self):
        for name in ("有限公司", "Ltd", "GmbH"):
            self.assertTrue(name_key(name))
        for name in (None, "", " ()（）--"):
            self.assertEqual(name_key(name), "")

    @settings(max_examples=500, deadline=None)
    @given(st.text(max_size=80))
    @example("a \u0301b")
    @example("有限 公司")
    @example("a co 有限 公司")
    def test_key_of_a_key_is_the_key(self, name):
        key = name_key(name)
        self.assertEqual(name_key(key), key)

    @settings(max_examples=300, deadline=None)
    @given(
        st.text(alphabet="临江办公用品杭州贸易ACMEfoo", min_size=2, max_size=12),
        st.sampled_from(FORMS),
    )
    def test_legal_form_does_not_count(self, name, form):
        self.assertEqual(name_key(name + form), name_key(name))

    def test_long_and_odd_names(self):
        self.assertLessEqual(len(name_key("长" * 10_000)), 300)
        self.assertEqual(name_key("a\x00b"), name_key("a b"))
        self.assertEqual(pinyin_initials("长" * 10_000)[:1], "c")

    def test_pinyin_initials(self):
        for name, expected in [
            ("重庆长江贸易", "cqcjmy"),
            ("ＡＢＣ贸易", "abcmy"),
            ("", ""),
            (None, ""),
            ("Müller", "mller"),
        ]:
            with self.subTest(name=name):
                self.assertEqual(pinyin_initials(name), expected)
