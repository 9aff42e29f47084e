"""A random world of customers and documents, and its people in every role."""

import os
import random

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from .visibility_model import Document, Partner, Person, Row, World

POOL = "crm_stage_pipeline.crm_stage_pipeline_group"
EXPORT = "base.group_allow_export"
ROLES = {
    "agent": f"{POOL}_user,{EXPORT}",
    "leader": f"{POOL}_leader,{EXPORT}",
    "manager": f"{POOL}_manager,{EXPORT}",
    "consultant": f"{POOL}_manager,{EXPORT},base.group_system",
    "seller": f"sales_team.group_sale_salesman,{EXPORT}",
    "all_documents": f"sales_team.group_sale_salesman_all_leads,{EXPORT}",
    "service": f"crm_service.crm_service_group_user,{EXPORT}",
    "accountant": f"account.group_account_invoice,{EXPORT}",
    "portal": "base.group_portal",
    "reseller": "base.group_portal",
}
# login → role, companies
PEOPLE = {
    "agent_1": ("agent", "a"),
    "agent_2": ("agent", "a"),
    "agent_3": ("agent", "a"),
    "agent_both": ("agent", "ab"),
    "leader": ("leader", "a"),
    "manager": ("manager", "a"),
    "consultant": ("consultant", "ab"),
    "seller": ("seller", "a"),
    "all_documents": ("all_documents", "a"),
    "service": ("service", "a"),
    "accountant": ("accountant", "a"),
    "portal": ("portal", "a"),
    "reseller": ("reseller", "a"),
    "agent_b": ("agent", "b"),
    "manager_b": ("manager", "b"),
}
MODELS = (
    "crm.pool.customer",
    "res.partner",
    "crm.lead",
    "sale.order",
    "crm.contact.record",
)
SEED = int(os.environ.get("VISIBILITY_SEED", "20261122"))
CUSTOMERS = int(os.environ.get("VISIBILITY_CUSTOMERS", "30"))


class WorldCase(TransactionCase):
    """The world is made once by the superuser; `world` holds its plain facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.random = random.Random(SEED)
        cls.world = World()
        cls.a = cls.env.company
        cls.b = cls.env["res.company"].create({"name": "Visibility B"})
        cls._make_people()
        cls._make_pools()
        for number in range(CUSTOMERS):
            cls._make_customer(number)
        for number in range(6):
            cls._make_partner(f"Visibility plain {number}")
        cls._make_documents()
        cls.env.flush_all()
        cls.env.registry.clear_cache()
        cls.env.invalidate_all()

    @classmethod
    def _make_people(cls):
        cls.users = {}
        for login, (role, codes) in PEOPLE.items():
            companies = cls.a.union(*(cls.a if c == "a" else cls.b for c in codes))
            companies = companies if "a" in codes else cls.b
            cls.users[login] = new_test_user(
                cls.env,
                f"see_{login}",
                groups=ROLES[role],
                company_id=companies[0].id,
                company_ids=[Command.set(companies.ids)],
            )
        firm = cls.env["res.partner"].create({"name": "Reselling", "is_company": True})
        cls.users["reseller"].partner_id.parent_id = firm
        cls.reseller = firm
        leader = cls.users["leader"]
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Visibility team",
                "company_id": cls.a.id,
                "user_id": leader.id,
                "member_ids": (cls.users["agent_1"] | cls.users["agent_2"]).ids,
            }
        )
        for login, user in cls.users.items():
            person = Person(
                user.id,
                PEOPLE[login][0],
                set(user.company_ids.ids),
                user.partner_id.commercial_partner_id.id,
            )
            if login == "leader":
                team = ("leader", "agent_1", "agent_2")
                person.led_ids = {cls.users[name].id for name in team}
            cls.world.people.append(person)
            partner = user.partner_id
            cls.world.partners[partner.id] = Partner(
                partner.id, person.commercial_id, is_colleague=not person.is_portal
            )
        cls.world.partners[firm.id] = Partner(firm.id, firm.id)

    @classmethod
    def _make_pools(cls):
        closed = cls.env["crm.pool"].create(
            {
                "name": "Visibility closed",
                "company_id": cls.a.id,
                "user_ids": cls.users["agent_3"].ids,
            }
        )
        default = cls.env.ref("crm_stage_pipeline.crm_pool_default")
        cls.pools = {
            default: None,
            closed: {cls.users["agent_3"].id},
        }

    @classmethod
    def _make_partner(cls, name):
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        cls.world.partners[partner.id] = Partner(partner.id, partner.id)
        for number in range(cls.random.choice((0, 1, 2))):
            contact = partner.create(
                {"name": f"{name}, {number}", "parent_id": partner.id}
            )
            cls.world.partners[contact.id] = Partner(contact.id, partner.id)
        return partner

    @classmethod
    def _make_customer(cls, number):
        partner = cls._make_partner(f"Visibility {number}")
        if cls.random.random() < 0.75:
            cls._make_row(partner, cls.a, ("agent_1", "agent_2", "agent_3", "leader"))
        if cls.random.random() < 0.4:
            cls._make_row(partner, cls.b, ("agent_b", "agent_both"))

    @classmethod
    def _make_row(cls, partner, company, logins):
        owner = cls.users[cls.random.choice(logins)]
        kind = cls.random.choice(("personal", "collaborative", "shared"))
        record = cls.env["crm.pool.customer"].create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "owner_id": False if kind == "shared" else owner.id,
            }
        )
        row = Row(record.id, partner.id, company.id, pool_user_ids=None)
        cls.world.rows[row.id] = row
        if cls.random.random() < 0.3:
            record.reseller_id = cls.reseller
            row.reseller_id = cls.reseller.id
        if kind == "shared":
            pools = list(cls.pools) if company == cls.a else list(cls.pools)[:1]
            pool = cls.random.choice(pools)
            record._write_pool({"pool_id": pool.id})
            row.pool_user_ids = cls.pools[pool]
            return
        row.owner_id = owner.id
        row.is_shared = False
        if kind == "collaborative":
            others = [cls.users[login] for login in logins if cls.users[login] != owner]
            member = cls.random.choice(others)
            record._add_member(member, cls.random.random() < 0.5)
            row.member_ids.add(member.id)

    @classmethod
    def _make_documents(cls):
        rows = list(cls.world.rows.values())
        by_company = {
            cls.a.id: ["agent_1", "agent_2", "agent_3", "leader", "seller", None],
            cls.b.id: ["agent_b", "agent_both", None],
        }
        for row in rows:
            logins = by_company[row.company_id]
            if cls.random.random() < 0.8:
                cls._make_lead(row, cls.random.choice(logins))
            if cls.random.random() < 0.8:
                cls._make_order(row, cls.random.choice(logins))
            if cls.random.random() < 0.6:
                user = cls.users[cls.random.choice(logins[:-1])]
                record = cls.env["crm.contact.record"].create(
                    {"customer_id": row.id, "user_id": user.id, "note": "Visibility"}
                )
                cls._note(record, user.id, row, row.partner_id)

    @classmethod
    def _contact_of(cls, row):
        mine = [
            p.id
            for p in cls.world.partners.values()
            if p.commercial_id == row.partner_id
        ]
        return cls.random.choice(sorted(mine))

    @classmethod
    def _make_lead(cls, row, login):
        user_id = cls.users[login].id if login else False
        partner_id = cls._contact_of(row)
        lead = cls.env["crm.lead"].create(
            {
                "name": "Visibility lead",
                "type": "opportunity",
                "partner_id": partner_id,
                "user_id": user_id,
                "company_id": row.company_id,
                "team_id": False,
            }
        )
        is_open = cls.random.random() < 0.6
        if not is_open:
            lead.action_set_won()
        cls._note(lead, user_id, row, partner_id, is_open)

    @classmethod
    def _make_order(cls, row, login):
        user_id = cls.users[login].id if login else False
        partner_id = cls._contact_of(row)
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner_id,
                "user_id": user_id,
                "company_id": row.company_id,
                "team_id": False,
            }
        )
        order.user_id = user_id  # core puts the customer's salesperson
        is_open = cls.random.random() < 0.6
        if not is_open:
            order._action_cancel()
        cls._note(order, user_id, row, partner_id, is_open)

    @classmethod
    def _note(cls, record, user_id, row, partner_id, is_open=False):
        document = Document(
            record.id, record._name, user_id or 0, partner_id, row.company_id, row.id
        )
        cls.world.documents.append(document)
        if is_open and user_id:
            row.salespeople.add(user_id)

    def _env_of(self, person):
        """What the person's session would have: all of his companies switched on."""
        user = self.env["res.users"].browse(person.id)
        companies = sorted(person.company_ids, key=lambda c: c != user.company_id.id)
        return self.env(
            user=user.id, su=False, context={"allowed_company_ids": companies}
        )

    def _people(self):
        for person in self.world.people:
            login = self.env["res.users"].browse(person.id).login
            yield login.removeprefix("see_"), person

    def _person(self, login):
        return next(p for name, p in self._people() if name == login)
