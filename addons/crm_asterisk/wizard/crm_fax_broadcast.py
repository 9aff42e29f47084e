from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmFaxBroadcast(models.TransientModel):
    """One fax to many recipients, each with a cover sheet of his own (G33)."""

    _name = "crm.fax.broadcast"
    _description = "Fax to Many Recipients"
    _check_company_auto = True

    @api.model
    def _default_partners(self):
        """The contacts of the list from which it was opened."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model == "res.partner":
            return self.env[model].browse(ids)
        if model == "crm.pool.customer":
            return self.env[model].browse(ids).partner_id
        return self.env["res.partner"]

    name = fields.Char(string="Subject", required=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    template_id = fields.Many2one(comodel_name="crm.fax.template", check_company=True)
    note = fields.Text(string="Words on the Cover Sheet")
    document = fields.Binary(attachment=True, help="A PDF.")
    filename = fields.Char()
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Recipients",
        default=lambda self: self._default_partners(),
    )
    refusal_ids = fields.One2many(
        comodel_name="crm.fax.broadcast.refusal",
        inverse_name="broadcast_id",
        string="Not Sent",
        readonly=True,
    )
    sent_count = fields.Integer(string="Faxes", readonly=True)

    def action_send(self):
        """A fax for each recipient, into the queue; who cannot get one is listed with
        the reason, and the others get theirs."""
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Choose the recipients."))
        refusals = []
        faxes = self.env["crm.fax"].with_company(self.company_id)
        if not faxes._default_server():
            raise UserError(
                self.env._("No telephone system of the company sends faxes.")
            )
        for partner in self.partner_ids:
            try:
                with self.env.cr.savepoint():
                    fax = faxes.create(self._prepare_fax_vals(partner))
                    fax.action_send()
                    faxes |= fax
            except UserError as error:
                refusals.append({"partner_id": partner.id, "reason": str(error)})
        self.write(
            {
                "refusal_ids": [fields.Command.create(vals) for vals in refusals],
                "sent_count": len(faxes),
                "partner_ids": [fields.Command.clear()],
            }
        )
        if not refusals:
            return self._action_faxes(faxes)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fax to Many Recipients"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _prepare_fax_vals(self, partner):
        return {
            "name": self.name,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "template_id": self.template_id.id,
            "note": self.note,
            "document": self.document,
            "filename": self.filename,
        }

    def _action_faxes(self, faxes):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_asterisk.crm_fax_action"
        )
        return {**action, "domain": [("id", "in", faxes.ids)]}


class CrmFaxBroadcastRefusal(models.TransientModel):
    """A recipient to whom nothing was sent, and why."""

    _name = "crm.fax.broadcast.refusal"
    _description = "Recipient without a Fax"

    broadcast_id = fields.Many2one(
        comodel_name="crm.fax.broadcast", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Contact", required=True, ondelete="cascade"
    )
    reason = fields.Char()
