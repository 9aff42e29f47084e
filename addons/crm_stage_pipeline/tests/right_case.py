"""Roles' pages and one customer, lead, order and record for each person."""

from odoo import Command

from .common import MODULE, PoolCase

ACTIONS = ("see", "edit", "delete", "export", "print", "assign")


class RightCase(PoolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.agent_1 | cls.agent_2 | cls.agent_3 | cls.leader
        cls.customers = {}
        cls.contacts = {}
        cls.leads = {}
        cls.orders = {}
        cls.records = {}
        for user in cls.people:
            customer = cls._new_customers(1, "target", user)
            partner = customer.partner_id
            cls.customers[user] = customer
            cls.contacts[user] = cls.env["res.partner"].create(
                {"name": f"Contact of {user.login}", "parent_id": partner.id}
            )
            cls.leads[user] = cls.env["crm.lead"].create(
                {
                    "name": f"Lead of {user.login}",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "user_id": user.id,
                }
            )
            cls.orders[user] = cls.env["sale.order"].create(
                {"partner_id": partner.id, "user_id": user.id}
            )
            cls.records[user] = cls.env["crm.contact.record"].create(
                {"customer_id": customer.id, "user_id": user.id}
            )
        cls.env.flush_all()

    @classmethod
    def _role(cls, name, users=None, specials=(), company=None, **ranges):
        """A role of its own: ranges as target=code or target_action=code."""
        group = cls.env["res.groups"].create(
            {"name": name, "user_ids": [Command.set(users.ids if users else [])]}
        )
        page = cls.env["crm.pool.data.right"].create(
            {
                "group_id": group.id,
                "company_id": company.id if company else False,
                **{f"has_{code}": True for code in specials},
            }
        )
        cls._set_ranges(page, **ranges)
        return page

    @classmethod
    def _set_ranges(cls, page, **ranges):
        for key, code in ranges.items():
            target, _sep, action = key.partition("_")
            line = page.line_ids.filtered(
                lambda row, target=target: row.target == target
            )
            names = [action] if action else ACTIONS
            line.write({f"{name}_range": code for name in names})

    @classmethod
    def _page(cls, role):
        return cls.env.ref(f"{MODULE}.crm_pool_data_right_{role}")

    def _whose(self, user, rows):
        """Whose of the rows `user` finds; search and single checks must agree."""
        records = self.env[next(iter(rows.values()))._name].union(*rows.values())
        found = records.with_user(user).search([("id", "in", records.ids)])
        self.env.invalidate_all()
        single = records.with_user(user)._filtered_access("read")
        self.assertEqual(set(found.ids), set(single.ids))
        return {owner.name for owner, row in rows.items() if row.id in found.ids}
