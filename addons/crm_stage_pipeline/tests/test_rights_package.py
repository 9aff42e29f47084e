import doctest
from functools import reduce

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.rights import Reach, reach, widest

people = st.frozensets(st.integers(min_value=1, max_value=9))
reaches = st.one_of(
    st.just(Reach(is_all=True)), people.map(lambda ids: Reach(user_ids=ids))
)


@tagged("post_install", "-at_install")
class TestRightsPackage(BaseCase):
    """G18: ranges of rights without a database."""

    def test_examples(self):
        self.assertFalse(doctest.testmod(reach).failed)

    @settings(deadline=None)
    @given(st.lists(reaches), st.integers(min_value=1, max_value=9))
    def test_widest_covers_what_one_of_them_covers(self, found, person):
        """Who has several roles reaches whom one of them reaches, nobody else."""
        self.assertEqual(
            widest(found).covers(person), any(one.covers(person) for one in found)
        )

    @settings(deadline=None)
    @given(st.lists(reaches, min_size=1), st.integers(min_value=1, max_value=9))
    def test_within_covers_what_all_cover(self, found, person):
        """An action reaches no further than seeing does."""
        narrow = reduce(Reach.within, found)
        self.assertEqual(
            narrow.covers(person), all(one.covers(person) for one in found)
        )

    def test_nothing_is_false(self):
        self.assertFalse(Reach())
        self.assertTrue(Reach(is_all=True))
        self.assertFalse(widest([]))
