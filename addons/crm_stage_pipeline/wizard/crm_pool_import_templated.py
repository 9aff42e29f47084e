from odoo import api, fields, models


class CrmPoolImport(models.Model):
    """Imports by a stored template (P49)."""

    _inherit = "crm.pool.import"

    template_id = fields.Many2one(
        comodel_name="crm.pool.import.template",
        domain="[('company_id', '=', company_id)]",
        check_company=True,
        ondelete="set null",
        help="How files of this kind are read. Empty: the columns are found by their "
        "headers.",
    )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id:
            self.update(self.template_id._get_settings())

    @api.model_create_multi
    def create(self, vals_list):
        """A template that is named stands for what is not said."""
        templates = self.env["crm.pool.import.template"]
        return super().create(
            [
                {**templates.browse(vals["template_id"])._get_settings(), **vals}
                if vals.get("template_id")
                else vals
                for vals in vals_list
            ]
        )

    def action_save_template(self):
        """Keep the columns and settings of this file for the next one like it."""
        self.ensure_one()
        self.check_access("write")
        name = (self.file_name or "").rpartition(".")[0] or self.env._("Import")
        taken = self.env["crm.pool.import.template"].search_count(
            [("company_id", "=", self.company_id.id), ("name", "=like", f"{name}%")]
        )
        lines = self.column_ids.filtered("field_name")
        template = self.env["crm.pool.import.template"].create(
            {
                "name": f"{name} ({taken + 1})" if taken else name,
                "company_id": self.company_id.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "sequence": line.index,
                            "header": line.header,
                            "field_name": line.field_name,
                            "is_required": line.is_required,
                        }
                    )
                    for line in lines
                ],
                **self._get_settings(),
            }
        )
        self.template_id = template
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Template"),
            "res_model": template._name,
            "res_id": template.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _create_columns(self, sheet):
        result = super()._create_columns(sheet)
        if self.template_id:
            self.invalidate_recordset(["column_ids"])
            self.template_id._apply(self.column_ids)
        return result
