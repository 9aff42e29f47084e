from odoo import api, fields, models


class CrmIncentiveDocumentMixin(models.AbstractModel):
    """A row about an order, invoice or other document, with the name for its reader."""

    _name = "crm.incentive.document.mixin"
    _description = "Incentive of a Document"

    document_model = fields.Char(required=True, readonly=True)
    document_id = fields.Many2oneReference(
        model_field="document_model", required=True, readonly=True
    )
    document_name = fields.Char(
        string="Document Reference", compute="_compute_document_name"
    )

    @api.depends("document_model", "document_id")
    def _compute_document_name(self):
        for model, rows in self.grouped("document_model").items():
            # names alone, for people who may not open the document
            documents_sudo = self.env[model].sudo().browse(rows.mapped("document_id"))
            names = {doc.id: doc.display_name for doc in documents_sudo.exists()}
            for row in rows:
                row.document_name = names.get(row.document_id, False)

    def action_open_document(self):
        """The order or invoice, if the reader may see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model,
            "res_id": self.document_id,
            "view_mode": "form",
        }
