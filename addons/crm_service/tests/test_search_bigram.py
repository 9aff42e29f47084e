import doctest

from odoo.tests import BaseCase, tagged

from ..search import all_query, any_query, bigram, phrase_query, tokens, vector


@tagged("post_install", "-at_install")
class TestSearchBigram(BaseCase):
    """S8: text that a search of two characters finds."""

    def test_doctests(self):
        result = doctest.testmod(bigram)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_s8_full_width_and_case_fold_to_one_form(self):
        self.assertEqual(tokens("ＡＢＣ１２３"), tokens("abc123"))

    def test_s8_every_word_of_two_characters_is_a_lexeme(self):
        text = "客户服务管理模块无法登录"
        lexemes = set(tokens(text))
        for index in range(len(text) - 1):
            self.assertIn(text[index : index + 2], lexemes)

    def test_s8_positions_count_characters_across_scripts(self):
        self.assertEqual(
            vector([("ERP系统", "A"), ("故障", "C")]),
            "'erp':1A '系统':2A '统':3A '故障':14C '障':15C",
        )

    def test_s8_one_character_matches_beginnings(self):
        self.assertEqual(phrase_query("卡"), "'卡':*")

    def test_s8_text_without_words_gives_no_query(self):
        for text in ("", "  ", "-- !!", "（）"):
            with self.subTest(text=text):
                self.assertEqual(phrase_query(text), "")
                self.assertEqual(all_query(text), "")
                self.assertEqual(any_query(text), "")
                self.assertEqual(vector([(text, "A")]), "")

    def test_s8_operators_and_quotes_are_only_text(self):
        self.assertEqual(phrase_query("a' | 'b & !c:*"), "'a':* & 'b':* & 'c':*")

    def test_s8_long_text_stays_inside_the_limits_of_the_database(self):
        literal = vector([("打印机卡纸" * 5000, "C")])
        highest = max(
            int(place[:-1])
            for entry in literal.split(" ")
            for place in entry.rsplit(":", 1)[1].split(",")
        )
        self.assertLessEqual(highest, 16383)
