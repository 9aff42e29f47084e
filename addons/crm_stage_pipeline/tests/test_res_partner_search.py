from types import SimpleNamespace

from odoo.modules.db import FunctionStatus
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.res_partner_search import trigrams


@tagged("post_install", "-at_install")
class TestResPartnerSearch(TransactionCase):
    """The search for a contact has an index for every column that it reads."""

    def test_every_searched_column_has_its_index(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'res_partner'"
            " AND indexdef LIKE '%gin_trgm_ops%'"
        )
        definitions = " ".join(row[0] for row in self.env.cr.fetchall())
        for name in self.env["res.partner"]._rec_names_search:
            with self.subTest(column=name):
                self.assertIn(f"({name} gin_trgm_ops)", definitions)

    def _core_search(self, text, limit, domain=None):
        """What core answers: all that fits, sorted."""
        wanted = [("display_name", "ilike", text), *(domain or [])]
        return self.env["res.partner"].search(wanted, limit=limit).ids

    def _found(self, text, limit=8, **kwargs):
        found = self.env["res.partner"].name_search(text, limit=limit, **kwargs)
        return [partner_id for partner_id, _name in found]

    def test_few_that_fit_are_core_s(self):
        """The same contacts in the same order, names, e-mails and numbers."""
        self.env["res.partner"].create(
            [
                {"name": "Zunyi Quaxly Paper", "email": "a@quaxly.example.com"},
                {"name": "Anshan Quaxly 100% Board", "ref": "quaxly_7"},
                {"name": "恒达办公用品有限公司", "company_registry": "QUAXLY-1"},
            ]
        )
        for text in ("quaxly", "Quaxly P", "办公用品有", "100%", "y_7", "no such one"):
            with self.subTest(text=text):
                self.assertEqual(self._found(text), self._core_search(text, 8))
        self.assertEqual(len(self._found("quaxly")), 3)
        only = [("ref", "!=", False)]
        self.assertEqual(
            self._found("quaxly", domain=only), self._core_search("quaxly", 8, only)
        )

    def test_of_many_that_fit_the_beginnings_come_first(self):
        self.env["res.partner"].create(
            [{"name": f"Works Quaxly {number}"} for number in range(12)]
            + [{"name": f"QuaXly Works {number}"} for number in range(3)]
        )
        found = self._found("quaxly")
        self.assertEqual(len(set(found)), 8)
        self.assertLessEqual(set(found), set(self._core_search("quaxly", None)))
        names = self.env["res.partner"].browse(found).mapped("name")
        self.assertEqual(names[:3], [f"QuaXly Works {number}" for number in range(3)])
        self.assertEqual(names[3:], sorted(names[3:]))

    def test_plans_are_free_again(self):
        self._found("quaxly")
        self.env.cr.execute("SHOW enable_seqscan")
        self.assertEqual(self.env.cr.fetchone(), ("on",))

    def test_hidden_customers_stay_hidden(self):
        """The rule holds in this search too (P20)."""
        partners = self.env["res.partner"].create(
            [{"name": f"Quaxly {number}"} for number in range(12)]
        )
        rows = self.env["crm.pool.customer"].create(
            [{"partner_id": partner.id, "owner_id": False} for partner in partners]
        )
        group = "crm_stage_pipeline.crm_stage_pipeline_group_user"
        mine, theirs = (
            new_test_user(self.env, f"search_{n}", groups=group) for n in range(2)
        )
        rows[:11]._set_owner(theirs)
        found = self.env["res.partner"].with_user(mine).name_search("quaxly", limit=8)
        self.assertEqual([partner_id for partner_id, _n in found], partners[11].ids)

    def test_without_the_extension_nothing_is_made(self):
        """Nor does an installation fail."""
        registry = SimpleNamespace(has_trigram=False)
        self.assertEqual(trigrams("email")(registry), "")

    def test_index_stands_on_what_the_search_asks(self):
        registry = SimpleNamespace(
            has_trigram=True,
            has_unaccent=FunctionStatus.INDEXABLE,
            unaccent=lambda text: f"unaccent({text})",
        )
        self.assertEqual(
            trigrams("email")(registry), 'USING gin (unaccent("email") gin_trgm_ops)'
        )
