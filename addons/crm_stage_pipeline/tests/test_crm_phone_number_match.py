from odoo.tests import new_test_user, tagged

from .common import PoolCase

NUMBER = "13490000070"


@tagged("post_install", "-at_install")
class TestCrmPhoneNumberMatch(PoolCase):
    """A2, P20: whose number it is, asked by indexes first and by the rules then: the
    same as a search by the rules, whatever they say at that moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.numbers = cls.env["crm.phone.number"]
        cls.owned = cls._contact("Owned", owner=cls.agent_1)
        cls.foreign = cls._contact("Foreign", owner=cls.agent_2)
        cls.shared = cls._contact("Shared")
        cls.leads = cls.env["crm.lead"].create(
            [
                {"name": "Mine", "phone": NUMBER, "user_id": cls.agent_1.id},
                {"name": "Free", "phone": NUMBER, "user_id": False},
                {"name": "Theirs", "phone": NUMBER, "user_id": cls.agent_2.id},
                {
                    "name": "Private",
                    "phone": NUMBER,
                    "user_id": cls.agent_2.id,
                    "partner_id": cls.foreign.partner_id.id,
                },
            ]
        )

    @classmethod
    def _contact(cls, name, **kwargs):
        customer = cls._new_customers(1, **kwargs)
        customer.partner_id.write({"name": name, "phone": NUMBER})
        return customer

    def _searched(self, numbers):
        return numbers.search([("e164", "=", f"+86{NUMBER}")])

    def _assert_matched(self, user, *others):
        """Matched is what a search finds, and no more."""
        for person in (user, *others):
            numbers = self.numbers.with_user(person)
            found = numbers._match(NUMBER)
            self.assertEqual(found, self._searched(numbers), person.login)
            self.assertEqual(
                set(numbers._match(NUMBER[-9:]).ids), set(found.ids), person.login
            )
        return self.numbers.with_user(user)._match(NUMBER).sudo()

    def _everybody(self):
        return (self.agent_1, self.agent_2, self.leader, self.manager)

    def test_contacts_and_leads(self):
        found = self._assert_matched(*self._everybody())
        self.assertEqual(
            set(found.partner_id.mapped("name")), {"Owned", "Shared"}, "agent_1"
        )
        self.assertEqual(set(found.lead_id.mapped("name")), {"Mine", "Free"})

    def test_contacts_alone_or_leads_alone(self):
        """Of what was found the rules are simplified: nothing else is shown by it."""
        self.leads.phone = False
        self.assertEqual(
            set(self._assert_matched(*self._everybody()).partner_id.mapped("name")),
            {"Owned", "Shared"},
        )
        self.leads.phone = NUMBER
        for customer in (self.owned, self.foreign, self.shared):
            customer.partner_id.phone = False
        # a lead takes the number of its contact
        self.leads.phone = NUMBER
        found = self._assert_matched(*self._everybody())
        self.assertIn("Mine", found.lead_id.mapped("name"))
        self.assertNotIn("Theirs", found.lead_id.mapped("name"))

    def test_rules_of_this_moment(self):
        """What is kept of the rules goes when they change."""

        def names(user):
            return set(self._assert_matched(user).partner_id.mapped("name"))

        self.assertEqual(names(self.agent_1), {"Owned", "Shared"})
        self.foreign.action_assign(self.agent_1.id, "test")
        self.assertEqual(names(self.agent_1), {"Owned", "Shared", "Foreign"})
        # his open lead keeps the contact visible to him
        self.assertEqual(names(self.agent_2), {"Shared", "Foreign"})
        self.leads[3].user_id = self.agent_1
        self.assertEqual(names(self.agent_2), {"Shared"})
        group = "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        self.agent_2.group_ids += self.env.ref(group)
        self.assertEqual(names(self.agent_2), {"Owned", "Shared", "Foreign"})
        rule = self.env["ir.rule"].create(
            {
                "name": "Nobody but Owned",
                "model_id": self.env["ir.model"]._get_id("crm.phone.number"),
                "domain_force": "[('partner_id.name', '=', 'Owned')]",
            }
        )
        self.assertEqual(names(self.agent_2), {"Owned"})
        rule.domain_force = "[('lead_id', '!=', False)]"
        self.assertEqual(names(self.agent_2), set())
        rule.unlink()
        self.assertEqual(names(self.agent_2), {"Owned", "Shared", "Foreign"})

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.owned.partner_id.company_id = self.company
        self.shared.partner_id.company_id = self.company
        group = "crm_stage_pipeline.crm_stage_pipeline_group_user"
        stranger = new_test_user(
            self.env,
            "match_stranger",
            groups=group,
            company_id=company.id,
            company_ids=company.ids,
        )
        found = self._assert_matched(stranger)
        self.assertFalse(found.partner_id & (self.owned | self.shared).partner_id)
        stranger.company_ids += self.company
        both = self.numbers.with_user(stranger).with_context(
            allowed_company_ids=[company.id, self.company.id]
        )
        self.assertEqual(both._match(NUMBER), self._searched(both))
        self.assertIn(self.shared.partner_id, both._match(NUMBER).sudo().partner_id)

    def test_more_than_anybody_chooses_from(self):
        """The visible ones are found behind any number of hidden ones."""
        self.env["crm.lead"].create(
            [
                {"name": f"Lead {n}", "phone": NUMBER, "user_id": self.agent_2.id}
                for n in range(60)
            ]
        )
        last = self._contact("Last", owner=self.agent_1)
        found = self.numbers.with_user(self.agent_1)._match(NUMBER).sudo()
        self.assertIn(last.partner_id, found.partner_id)
        self.assertNotIn("Lead 1", found.lead_id.mapped("name"))
        self.assertEqual(len(self.numbers._match(NUMBER)), 50)
