from odoo import fields, models

from .res_partner_header import USER_GROUP

# More persons than a chart can show.
MOST = 200


class ResPartner(models.Model):
    """Departments, decision roles and relations of a customer's persons (G15)."""

    _inherit = "res.partner"

    decision_role = fields.Selection(
        selection=[
            ("decides", "Decides"),
            ("influences", "Influences"),
            ("buys", "Buys"),
            ("uses", "Uses"),
        ],
        string="Role in Decisions",
    )
    relation_ids = fields.One2many(
        comodel_name="crm.contact.relation",
        inverse_name="partner_id",
        string="Relations",
        groups=USER_GROUP,
        copy=False,
    )
    customer_department_ids = fields.One2many(
        comodel_name="crm.customer.department",
        inverse_name="partner_id",
        string="Departments",
        groups=USER_GROUP,
        copy=False,
    )

    def action_open_relations(self):
        """Draw the chart of the customer, for a person that of its customer."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(
            "crm_stage_pipeline.res_partner_action_relations"
        )
        return {**action, "context": {"active_id": self.commercial_partner_id.id}}

    def get_relation_chart(self):
        """What the chart draws, with the reader's own rights.

        :return: dict name; departments in the order of the tree, each with depth and
            persons; relations between the persons drawn
        """
        self.ensure_one()
        self.check_access("read")
        customer = self.commercial_partner_id
        persons = self.search(
            [("parent_id", "=", customer.id), ("is_company", "=", False)], limit=MOST
        ).filtered(lambda person: person.type == "contact")
        links = self.env["crm.contact.relation"].search(
            ["|", ("partner_id", "in", persons.ids), ("other_id", "in", persons.ids)]
        )
        others = (links.partner_id | links.other_id) - persons
        return {
            "name": customer.name,
            "departments": customer._chart_departments(persons, others),
            "relations": [*links._chart_links(), *persons._chart_superiors()],
        }

    def _chart_departments(self, persons, others):
        """Departments depth first; then those who have none, and other people."""
        left = persons.sorted(lambda p: (not p.is_primary_contact, p.name or ""))
        rows = []

        def add(name, depth, members):
            nonlocal left
            left -= members
            people = [person._chart_person() for person in members]
            rows.append({"name": name, "depth": depth, "persons": people})

        def walk(departments, depth):
            for department in departments:
                name = department.name
                add(name, depth, left.filtered(lambda p, n=name: p.department == n))
                walk(
                    tree.filtered(lambda d, up=department: d.parent_id == up), depth + 1
                )

        tree = self.customer_department_ids
        walk(tree.filtered(lambda department: not department.parent_id), 0)
        for name in dict.fromkeys(filter(None, left.mapped("department"))):
            add(name, 0, left.filtered(lambda p, n=name: p.department == n))
        if left:
            add(self.env._("Without Department"), 0, left)
        if others:
            add(self.env._("Outside the Customer"), 0, others)
        return rows

    def _chart_person(self):
        roles = dict(self._fields["decision_role"]._description_selection(self.env))
        return {
            "id": self.id,
            "name": self.name,
            "function": self.function or "",
            "role": self.decision_role or "",
            "role_label": roles.get(self.decision_role, ""),
        }

    def _chart_superiors(self):
        label = self.env._("Superior of")
        return [
            {"from": person.superior_id.id, "to": person.id, "label": label}
            for person in self
            if person.superior_id in self
        ]


class CrmContactRelation(models.Model):
    _inherit = "crm.contact.relation"

    def _chart_links(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return [
            {
                "from": link.partner_id.id,
                "to": link.other_id.id,
                "label": labels[link.kind],
            }
            for link in self
        ]
