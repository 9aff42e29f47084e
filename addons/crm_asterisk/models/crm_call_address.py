from odoo import api, models

from odoo.addons.crm_stage_pipeline.numbering import digits


class CrmCall(models.Model):
    """The address by which telephone systems of other make pop the caller (A12):
    /odoo/caller?number=…"""

    _inherit = "crm.call"

    @api.model
    def action_pop_number(self, number):
        """The page of whoever has the number, as far as the user may see him.

        :param number: any text; a plus sign that a browser has made a space of counts
        :return: action: the contact or lead, the choice of several, or a new lead with
            the number filled in
        """
        self.browse().check_access("read")
        text = self._presented_text(number)
        found = self._holders_of(text)
        action = {"type": "ir.actions.act_window", "target": "current"}
        if len(found) == 1:
            return {
                **action,
                "res_model": found[0]._name,
                "res_id": found[0].id,
                "views": [[False, "form"]],
            }
        if found:
            return {
                "type": "ir.actions.client",
                "tag": "crm_asterisk.callers",
                "name": self.env._("Who Calls?"),
                "params": {"number": text},
            }
        return {
            **action,
            "name": self.env._("New lead"),
            "res_model": "crm.lead",
            "views": [[False, "form"]],
            "context": {
                # who hides his number is presented by a word
                "default_phone": text if digits(text) else False,
                "default_name": text,
            },
        }

    @api.model
    def callers(self, number):
        """Contacts and leads with the number, for the page on which one of them is
        chosen.

        :return: [{"model", "id", "name", "kind" (company, person, lead or opportunity),
            "of" (whose employee), "user" (who looks after it)}]
        """
        self.browse().check_access("read")
        return [
            self._caller_data(record)
            for record in self._holders_of(self._presented_text(number))
        ]

    @api.model
    def _presented_text(self, number):
        text = str(number or "")[:60]
        return f"+{text.strip()}" if text.startswith(" ") else text

    @api.model
    def _holders_of(self, text):
        """Contacts, then leads, that have the number and that the user sees."""
        numbers = self.env["crm.phone.number"]._match(text)
        partners = numbers.partner_id._filtered_access("read")
        leads = numbers.lead_id._filtered_access("read")
        return [*partners, *leads]

    @api.model
    def _caller_data(self, record):
        if record._name == "crm.lead":
            kind, of, user = record.type, record.partner_id, record.user_id
        else:
            kind = "company" if record.is_company else "person"
            customer = record.pool_customer_id._filtered_access("read")
            of, user = record.parent_id, customer.owner_id
        of = of._filtered_access("read")
        return {
            "model": record._name,
            "id": record.id,
            "name": record.name or "",
            "kind": kind,
            "of": of.name or "",
            "user": user.name or "",
        }
