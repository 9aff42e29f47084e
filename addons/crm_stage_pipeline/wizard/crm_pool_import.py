import errno

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Rows a click on the page waits for.
STEP = 200


class CrmPoolImport(models.Model):
    """A file of customers on its way into the pool.

    - Reading puts the rows into a table of their own; each batch of them is imported
      or refused in one transaction, so that a break loses and doubles nothing.
    - A customer whose name or number exists, in the file or in the company, is
      refused; the unique index of the customers' keys decides between two imports.
    - Equal names can be allowed by managers; who did it stands here.
    - Claim quotas are not used; customers above the owner's cap become shared.
    - Refused rows come back as a file that can be corrected and loaded again.
    """

    _name = "crm.pool.import"
    _inherit = ["crm.pool.batch.mixin", "crm.pool.import.settings.mixin"]
    _description = "Customer Import"
    _order = "id desc"
    _rec_name = "file_name"
    _check_company_auto = True

    _batch_cron = "crm_stage_pipeline.crm_pool_import_cron"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Imported by",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    state = fields.Selection(
        selection=[
            ("draft", "File"),
            ("ready", "Columns"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Stopped"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    allow_same_name = fields.Boolean(
        string="Allow Equal Names",
        help="Managers only. Exact copies of a row are refused all the same.",
    )
    column_ids = fields.One2many(
        comodel_name="crm.pool.import.column", inverse_name="import_id", copy=False
    )
    row_ids = fields.One2many(
        comodel_name="crm.pool.import.row", inverse_name="import_id", copy=False
    )
    rejected_row_ids = fields.One2many(
        comodel_name="crm.pool.import.row",
        inverse_name="import_id",
        domain=[("state", "=", "rejected")],
        string="Refused Rows",
    )
    position = fields.Integer(
        readonly=True, copy=False, help="Number of the last row that was handled."
    )
    row_count = fields.Integer(string="Rows", compute="_compute_row_count")
    done_count = fields.Integer(string="Imported", compute="_compute_row_count")
    rejected_count = fields.Integer(string="Refused", compute="_compute_row_count")
    progress = fields.Float(
        compute="_compute_row_count", help="Share of the rows handled, in percent."
    )
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    rejects_file = fields.Binary(attachment=True, readonly=True, copy=False)
    rejects_file_name = fields.Char(compute="_compute_rejects_file_name")

    @api.depends("row_ids.state")
    def _compute_row_count(self):
        groups = self.env["crm.pool.import.row"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        )
        counts = {(record.id, state): count for record, state, count in groups}
        for record in self:
            done = counts.get((record._origin.id, "done"), 0)
            rejected = counts.get((record._origin.id, "rejected"), 0)
            total = done + rejected + counts.get((record._origin.id, "waiting"), 0)
            record.done_count = done
            record.rejected_count = rejected
            record.row_count = total
            record.progress = 100 * (done + rejected) / total if total else 0

    @api.depends("row_ids.reason")
    def _compute_summary(self):
        labels = dict(
            self.env["crm.pool.import.row"]
            ._fields["reason"]
            ._description_selection(self.env)
        )
        for record in self:
            lines = [
                Markup("<tr><td>%s</td><td class='text-end ps-4'>%s</td></tr>")
                % (labels[reason], count)
                for reason, count in record._count_reasons().items()
            ]
            record.summary = (
                Markup("<table>%s</table>") % Markup("").join(lines) if lines else False
            )

    @api.depends("file_name")
    def _compute_rejects_file_name(self):
        for record in self:
            stem = (record.file_name or "").rpartition(".")[0] or "customers"
            record.rejects_file_name = f"{stem}.refused.xlsx"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_rights()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"allow_same_name", "owner_mode", "owner_id"} & set(vals):
            self._check_rights()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(record.state == "running" for record in self):
            raise UserError(self.env._("Stop the import before you delete it."))

    def action_run(self):
        """Start: batches run in the background and while this page is open."""
        self.ensure_one()
        if self.state not in ("ready", "cancelled"):
            raise UserError(self.env._("Read a file first."))
        if "name" not in self.column_ids.mapped("field_name"):
            raise UserError(
                self.env._("Choose the column that holds the customers' names.")
            )
        if self.owner_mode == "user" and not self.owner_id:
            raise UserError(self.env._("Choose the person who gets the customers."))
        self._check_rights()
        self.state = "running"
        self._wake_job()
        return True

    def action_step(self):
        """Handle the next rows, for a page that waits.

        :return: dict with state and handled, the number of rows of this step; 0 when
            the background job is at it
        """
        self.ensure_one()
        self.check_access("write")
        try:
            handled = self._run_batch(STEP) if self.state == "running" else 0
            self.env.flush_all()
        except (psycopg2.errors.DiskFull, OSError) as error:
            raise self._full_disk_error(error) from error
        return {"state": self.state, "handled": handled}

    def action_stop(self):
        """Stop after the batch that is running; the rest can be resumed."""
        for record in self:
            if record.state == "running":
                record.state = "cancelled"
                record._write_rejects()
        return True

    def action_open_customers(self):
        """The customers that this file brought."""
        self.ensure_one()
        brought = [("import_id", "=", self.id)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Imported Customers"),
            "res_model": "crm.pool.customer",
            "view_mode": "list,form",
            "domain": brought,
        }

    def _full_disk_error(self, error):
        """What people are told when the server has no room; other errors stay."""
        if isinstance(error, OSError) and error.errno != errno.ENOSPC:
            return error
        return UserError(
            self.env._(
                "The server's disk is full: the last rows were not saved, those before "
                "are. Have your administrator make room; the import goes on by itself "
                "where it stopped."
            )
        )

    def _check_rights(self):
        """Importing, equal names and other people's customers go by the role's rights.

        :raises AccessError: naming what is missing
        """
        user = self.env.user
        if self.env.su:
            return
        for record in self:
            company = record.company_id
            if not user._crm_pool_has_special("import", company):
                raise AccessError(self.env._("Your role may not import customers."))
            if record.allow_same_name and not user._crm_pool_has_special(
                "same_name", company
            ):
                raise AccessError(self.env._("Your role may not allow equal names."))
            reach = user._crm_pool_reach("customer", "assign", company.id)
            if (
                record.owner_mode == "user"
                and record.owner_id
                and record.owner_id != user
                and not reach.covers(record.owner_id.id)
            ):
                raise AccessError(
                    self.env._("You may give customers to members of your team only.")
                )

    def _count_reasons(self):
        """Refused rows by reason, the most frequent first."""
        self.ensure_one()
        groups = self.env["crm.pool.import.row"]._read_group(
            [("import_id", "in", self.ids), ("state", "=", "rejected")],
            ["reason"],
            ["__count"],
            order="__count desc, reason",
        )
        return dict(groups)
