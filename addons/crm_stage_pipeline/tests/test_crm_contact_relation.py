from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmContactRelation(PoolCase):
    """G15: relations and departments; P53: parent customers with roll-up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "potential", cls.agent_1)
        cls.partner = cls.customer.partner_id
        cls.hidden = cls._new_customers(1, "potential", cls.agent_2).partner_id
        cls.boss, cls.buyer = cls.env["res.partner"].create(
            [
                {
                    "name": "Boss",
                    "parent_id": cls.partner.id,
                    "department": "Board",
                    "decision_role": "decides",
                },
                {
                    "name": "Buyer",
                    "parent_id": cls.partner.id,
                    "department": "Purchasing",
                    "decision_role": "buys",
                },
            ]
        )
        cls.buyer.superior_id = cls.boss
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Stranger", "parent_id": cls.hidden.id}
        )
        cls.departments = cls.env["crm.customer.department"].create(
            [
                {"partner_id": cls.partner.id, "name": "Board"},
                {"partner_id": cls.partner.id, "name": "Purchasing"},
            ]
        )
        cls.departments[1].parent_id = cls.departments[0]
        cls.env.flush_all()

    def _relate(self, user, one, other, kind="friend"):
        return (
            self.env["crm.contact.relation"]
            .with_user(user)
            .create({"partner_id": one.id, "other_id": other.id, "kind": kind})
        )

    def _chart(self, user):
        self.env.flush_all()
        return self.partner.with_user(user).get_relation_chart()

    def test_chart_has_the_tree_and_the_roles(self):
        """G15: departments as a tree, persons in them, who decides and who buys."""
        rows = self._chart(self.agent_1)["departments"]
        told = [
            (row["name"], row["depth"], [one["role"] for one in row["persons"]])
            for row in rows
        ]
        self.assertEqual(told, [("Board", 0, ["decides"]), ("Purchasing", 1, ["buys"])])

    def test_chart_draws_relations(self):
        """G15: typed and directed; the superior of the person's form is drawn too."""
        self._relate(self.agent_1, self.boss, self.buyer, "kin")
        links = self._chart(self.agent_1)["relations"]
        pairs = [(link["from"], link["to"]) for link in links]
        self.assertEqual(pairs, [(self.boss.id, self.buyer.id)] * 2)
        self.assertEqual(len({link["label"] for link in links}), 2)

    def test_chart_of_persons_without_department(self):
        """G15: nobody is left out: unknown departments, none, people elsewhere."""
        self.buyer.department = "Warehouse"
        clerk = self.env["res.partner"].create(
            {"name": "Clerk", "parent_id": self.partner.id}
        )
        friend = self.env["res.partner"].create({"name": "Friend"})
        self._relate(self.agent_1, clerk, friend)
        drawn = {
            person["id"]
            for row in self._chart(self.agent_1)["departments"]
            for person in row["persons"]
        }
        people = self.boss | self.buyer | clerk | friend
        self.assertEqual(drawn, set(people.ids))

    def test_hidden_persons_are_not_drawn(self):
        """G15: a relation to a private customer of others is not told, nor made."""
        self._relate(self.manager, self.boss, self.stranger)
        mine = self._chart(self.agent_1)
        self.assertNotIn(
            self.stranger.id,
            [one["id"] for row in mine["departments"] for one in row["persons"]],
        )
        self.assertEqual(len(mine["relations"]), 1)
        self.assertEqual(len(self._chart(self.manager)["relations"]), 2)
        with self.assertRaises(AccessError):
            self._relate(self.agent_1, self.buyer, self.stranger)
        with self.assertRaises(AccessError):
            self._chart(self.agent_2)

    def test_relations_follow_the_right_to_their_person(self):
        """G15: a colleague neither reads nor changes relations and departments."""
        relation = self._relate(self.agent_1, self.boss, self.buyer)
        for record in (relation, self.departments[0]):
            theirs = record.with_user(self.agent_2)
            self.assertFalse(theirs.has_access("read"))
            self.assertFalse(theirs.has_access("write"))
            self.assertTrue(record.with_user(self.agent_1).has_access("unlink"))

    def test_wrong_relations_and_trees(self):
        """G15: nobody is his own friend, no department stands below itself."""
        with self.assertRaises(ValidationError):
            self._relate(self.agent_1, self.boss, self.boss)
        with self.assertRaises(ValidationError):
            self.departments[0].parent_id = self.departments[1]
        foreign = self.env["crm.customer.department"].create(
            {"partner_id": self.hidden.id, "name": "Board"}
        )
        with self.assertRaises(ValidationError):
            self.departments[0].parent_id = foreign

    def test_chart_opens_from_form_and_card(self):
        """G15: for a person it is the chart of its customer."""
        for opened in (
            self.customer.with_user(self.agent_1).action_open_relations(),
            self.boss.with_user(self.agent_1).action_open_relations(),
        ):
            self.assertEqual(opened["tag"], "crm_relation_chart")
            self.assertEqual(opened["context"]["active_id"], self.partner.id)

    def _merge(self, gone, stays):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((gone | stays).ids, stays, extra_checks=False)
        self.env.invalidate_all()

    def test_merged_customers_have_one_tree(self):
        """G15: departments of the same name become one, with the parts of both."""
        other = self._new_customers(1, "potential", self.agent_1).partner_id
        board, store, cellar = self.env["crm.customer.department"].create(
            [{"partner_id": other.id, "name": n} for n in ("Board", "Store", "Cellar")]
        )
        store.parent_id, cellar.parent_id = board, store
        self._merge(other, self.partner)
        tree = {
            department.name: department.parent_id.name
            for department in self.partner.customer_department_ids
        }
        self.assertEqual(
            tree,
            {
                "Board": False,
                "Purchasing": "Board",
                "Store": "Board",
                "Cellar": "Store",
            },
        )

    def test_merged_persons_have_each_relation_once(self):
        """G15: no relation twice, none of a person to itself, none lost."""
        twin, friend = self.env["res.partner"].create(
            [{"name": n, "parent_id": self.partner.id} for n in ("Twin", "Friend")]
        )
        self.env.flush_all()
        self._relate(self.manager, self.buyer, friend)
        self._relate(self.manager, twin, friend)
        self._relate(self.manager, twin, self.boss)
        self._relate(self.manager, twin, self.buyer)
        self._relate(self.manager, friend, twin, "kin")
        self._merge(twin, self.buyer)
        found = self.env["crm.contact.relation"].search(
            ["|", ("partner_id", "=", self.buyer.id), ("other_id", "=", self.buyer.id)]
        )
        self.assertEqual(
            {(one.partner_id, one.kind, one.other_id) for one in found},
            {
                (self.buyer, "friend", friend),
                (self.buyer, "friend", self.boss),
                (friend, "kin", self.buyer),
            },
        )
        self.assertEqual(len(found), 3)

    def test_parent_customers_roll_up(self):
        """P53: subsidiaries of any depth that one sees, each a customer of its own."""
        child, grandchild, theirs = (
            self._new_customers(1, "deal", owner)
            for owner in (self.agent_1, self.agent_1, self.agent_2)
        )
        child.partner_id.parent_id = self.partner
        grandchild.partner_id.parent_id = child.partner_id
        theirs.partner_id.parent_id = self.partner
        self.env.invalidate_all()
        mine = self.customer.with_user(self.agent_1)
        self.assertEqual(mine.subsidiary_ids, child | grandchild)
        self.assertEqual(mine.family_invoiced, 0)
        self.env.invalidate_all()
        managed = self.customer.with_user(self.manager)
        self.assertEqual(managed.subsidiary_ids, child | grandchild | theirs)
        self.assertFalse(theirs.with_user(self.manager).subsidiary_ids)
