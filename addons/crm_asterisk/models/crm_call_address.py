from odoo import api, models


class CrmCall(models.Model):
    """The address by which telephone systems of other make pop the caller (A12):
    /odoo/caller?number=…"""

    _inherit = "crm.call"

    @api.model
    def action_pop_number(self, number):
        """The page of whoever has the number, as far as the user may see him.

        :param number: any text; a plus sign that a browser has made a space of counts
        :return: action: the contact or lead, the list of several, or a new lead with
            the number filled in
        """
        self.browse().check_access("read")
        text = str(number or "")[:60]
        if text.startswith(" "):
            text = f"+{text.strip()}"
        numbers = self.env["crm.phone.number"]._match(text)
        partners = numbers.partner_id._filtered_access("read")
        found = partners or numbers.lead_id._filtered_access("read")
        action = {"type": "ir.actions.act_window", "target": "current"}
        if len(found) == 1:
            return {
                **action,
                "res_model": found._name,
                "res_id": found.id,
                "views": [[False, "form"]],
            }
        if found:
            return {
                **action,
                "name": self.env._("Who Calls?"),
                "res_model": found._name,
                "views": [[False, "list"], [False, "form"]],
                "domain": [("id", "in", found.ids)],
            }
        return {
            **action,
            "name": self.env._("New lead"),
            "res_model": "crm.lead",
            "views": [[False, "form"]],
            "context": {"default_phone": text, "default_name": text},
        }
