from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestKnowledge(ServiceCommon):
    """S8: articles, and a search that finds Chinese words of two characters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.articles = cls.env["crm.service.article"].create(
            [
                {"name": "打印机无法连接", "body": "<p>检查<b>网络</b>与汇率无关</p>"},
                {"name": "汇率过期", "body": "<p>重新导入</p>", "keywords": "牌价"},
                {"name": "Label printer jams", "body": "<p>Open the cover</p>"},
            ]
        )

    def _found(self, text):
        return (
            self.env["crm.service.article"]
            .with_user(self.agent)
            .search([("search_words", "ilike", text), ("id", "in", self.articles.ids)])
        )

    def test_s8_two_characters_are_found(self):
        self.assertEqual(self._found("网络"), self.articles[0])
        self.assertEqual(self._found("牌价"), self.articles[1])
        self.assertEqual(self._found("无法连接"), self.articles[0])

    def test_s8_latin_words_and_beginnings(self):
        self.assertEqual(self._found("PRINTER"), self.articles[2])
        self.assertEqual(self._found("ｊａｍ"), self.articles[2])

    def test_s8_changed_text_is_found_at_once(self):
        self.articles[2].body = "<p>换纸</p>"
        self.assertEqual(self._found("换纸"), self.articles[2])
        self.assertFalse(self._found("cover"))

    def test_s8_hit_in_the_title_comes_first(self):
        ranked = (
            self.env["crm.service.article"]
            .with_user(self.agent)
            .search_ranked("汇率", domain=[("id", "in", self.articles.ids)])
        )
        self.assertEqual(
            [hit["id"] for hit in ranked], [self.articles[1].id, self.articles[0].id]
        )

    def test_s8_looser_when_there_is_no_phrase(self):
        self.assertIn(self.articles[0], self._found("连接打印机"))

    def test_s8_odd_text_breaks_nothing(self):
        for text in ("'", "a & | !", "(", "卡", "\\", "<->", "a:*b"):
            with self.subTest(text=text):
                self._found(text)

    def test_s8_requests_are_found_by_their_text(self):
        ticket = self._ticket(name="打印机卡纸", description="<p>每天早上</p>")
        found = self.env["crm.service.ticket"].search(
            [("search_words", "ilike", "早上")]
        )
        self.assertEqual(found, ticket)

    def test_s8_only_managers_publish(self):
        article = (
            self.env["crm.service.article"].with_user(self.agent).create({"name": "A"})
        )
        with self.assertRaises(AccessError):
            article.action_publish()
        article.with_user(self.manager).action_publish()
        with self.assertRaises(AccessError):
            article.name = "B"

    def test_s8_ranked_search_obeys_the_rules(self):
        reader = self._new_user("reader", "base.group_user")
        search = self.env["crm.service.article"].with_user(reader).search_ranked
        self.assertFalse(search("打印机"))
        self.articles[0].is_published = True
        self.assertEqual([hit["id"] for hit in search("打印机")], [self.articles[0].id])
