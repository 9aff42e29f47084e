import json

from odoo import api, fields, models


class CrmPoolExport(models.Model):
    """Who exported or printed which records, and how many; append-only (G18)."""

    _name = "crm.pool.export"
    _description = "Export Log"
    _order = "date desc, id desc"
    _rec_name = "model_id"

    kind = fields.Selection(
        selection=[("export", "Export"), ("print", "Print")],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    date = fields.Datetime(required=True, readonly=True, index=True)
    model_id = fields.Many2one(
        comodel_name="ir.model",
        string="Records",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    count = fields.Integer(readonly=True)
    filter = fields.Char(
        readonly=True, help="The filter of the list; empty: chosen records."
    )
    columns = fields.Char(readonly=True, help="The exported columns, or the report.")
    record_ids = fields.Char(string="Record IDs", readonly=True, help="The first 100.")

    @api.model
    def _log(self, records, columns, kind="export"):
        """Note an export of `records`. Superuser: nobody else writes here.

        :param columns: names of the fields, or the name of the report
        """
        domain = self.env.context.get("crm_pool_export_domain")
        log_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        return log_sudo.create(
            {
                "kind": kind,
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "date": fields.Datetime.now(),
                "model_id": self.env["ir.model"]._get_id(records._name),
                "count": len(records),
                "filter": json.dumps(domain, default=str) if domain else False,
                "columns": ", ".join(columns),
                "record_ids": ",".join(str(one) for one in records.ids[:100]),
            }
        )
