import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

SHOWN = 80


class CrmPoolEnrolment(models.Model):
    """Bringing contacts that were there before into the pool of a company.

    - Chosen by a filter, with stage and owner; the preview tells how many there are
      and shows the first ones.
    - Colleagues' own contacts, companies' own and mere vendors stay outside, and so
      do persons of a company: the company itself enters.
    - In batches, by contact id: broken off it goes on after the last one; repeated it
      changes nothing. Above the owner's cap customers become shared.
    """

    _name = "crm.pool.enrolment"
    _inherit = ["crm.pool.batch.mixin", "crm.filter.mixin"]
    _description = "Enter Existing Contacts"
    _order = "id desc"
    _check_company_auto = True
    _rec_name = "create_date"

    _batch_cron = "crm_stage_pipeline.crm_pool_enrolment_cron"

    @api.model
    def _default_stage_id(self):
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        return policy._entry_stage()

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    domain = fields.Char(string="Contacts", help="Empty: all customers.")
    stage_id = fields.Many2one(
        comodel_name="crm.pool.stage",
        required=True,
        default=lambda self: self._default_stage_id(),
        domain="[('company_id', 'in', [company_id, False])]",
        ondelete="restrict",
    )
    owner_id = fields.Many2one(
        comodel_name="res.users",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: shared customers.",
        ondelete="restrict",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Choice"),
            ("running", "Running"),
            ("paused", "Stopped"),
            ("done", "Done"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    position = fields.Integer(
        readonly=True, copy=False, help="Id of the last contact that was handled."
    )
    waiting_count = fields.Integer(
        string="Contacts to Enter", compute="_compute_waiting_count"
    )
    preview_ids = fields.Many2many(
        comodel_name="res.partner",
        string="The First of Them",
        compute="_compute_waiting_count",
    )
    done_count = fields.Integer(string="Entered", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="crm.pool.enrolment.line",
        inverse_name="enrolment_id",
        string="Refused Contacts",
        readonly=True,
    )
    refused_count = fields.Integer(compute="_compute_refused_count", string="Refused")

    @api.depends("domain", "company_id", "position", "state")
    def _compute_waiting_count(self):
        for enrolment in self:
            partners = self.env["res.partner"]
            try:
                domain = enrolment._waiting_domain()
                enrolment.waiting_count = partners.search_count(domain)
                enrolment.preview_ids = partners.search(domain, limit=SHOWN, order="id")
            except (ValueError, SyntaxError, TypeError, KeyError):
                enrolment.waiting_count = 0
                enrolment.preview_ids = False

    @api.depends("line_ids")
    def _compute_refused_count(self):
        for enrolment in self:
            enrolment.refused_count = len(enrolment.line_ids)

    @api.constrains("owner_id", "company_id")
    def _check_owner_id(self):
        customers = self.env["crm.pool.customer"]
        for enrolment in self.filtered("owner_id"):
            row = customers.new({"company_id": enrolment.company_id.id})
            if not row._can_own(enrolment.owner_id):
                refusal = row._result(
                    "wrong_user",
                    owner=enrolment.owner_id.name,
                    company=enrolment.company_id.name,
                )
                raise ValidationError(refusal["message"])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(enrolment.state == "running" for enrolment in self):
            raise UserError(self.env._("Stop it before you delete it."))

    def action_run(self):
        """Enter the first batch at once, the rest in the background."""
        self.ensure_one()
        if self.state not in ("draft", "paused"):
            raise UserError(self.env._("This has run already."))
        self.state = "running"
        self._run_first_batch()
        return True

    def action_stop(self):
        """Stop after the batch that is running; the rest can be resumed."""
        self.filtered(lambda one: one.state == "running").state = "paused"
        return True

    def _waiting_domain(self):
        """Contacts that fit, may enter, have no row yet and were not handled."""
        companies = (
            self.env["res.company"].search([("partner_id", "!=", False)]).partner_id
        )
        buys = Domain("customer_rank", ">", 0) | Domain("supplier_rank", "=", 0)
        rows = [("company_id", "=", self.company_id.id)]
        return (
            self._filter_domain()
            & Domain("id", ">", self.position)
            & Domain("partner_share", "=", True)
            & Domain("company_id", "in", [self.company_id.id, False])
            & (Domain("is_company", "=", True) | Domain("parent_id", "=", False))
            & Domain("id", "not in", companies.ids)
            & buys
            & Domain("crm_pool_customer_ids", "not any!", rows)
        )

    def _count_left(self):
        return self.env["res.partner"].search_count(self._waiting_domain())

    def _run_batch(self, limit):
        """Enter the next contacts."""
        if not self._take_batch():
            return 0
        partners = self.env["res.partner"].search(
            self._waiting_domain(), limit=limit, order="id"
        )
        if partners:
            self._enter(partners)
            self.position = partners[-1].id
        if len(partners) < limit:
            self.state = "done"
        return len(partners)

    def _enter(self, partners):
        """Rows of the contacts; one by one when the whole batch is refused."""
        refused = (psycopg2.IntegrityError, UserError)
        vals_list = self._prepare_row_vals(partners)
        # a manager enters whom he sees, for whom he likes; duplicates are refused
        customers_sudo = self.env["crm.pool.customer"]._privileged()
        entered = len(vals_list)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                customers_sudo.create(vals_list).flush_recordset()
        except refused:
            entered = 0
            for vals in vals_list:
                try:
                    with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                        customers_sudo.create([vals]).flush_recordset()
                    entered += 1
                except refused as error:
                    self._note_refused(vals["partner_id"], error)
        self.done_count += entered

    def _prepare_row_vals(self, partners):
        owner = self.owner_id
        room = len(partners)
        if owner:
            free = self.env["crm.pool.customer"]._holding_room(owner, self.company_id)
            room = room if free is None else free
        return [
            {
                "partner_id": partner.id,
                "company_id": self.company_id.id,
                "stage_id": self.stage_id.id,
                "owner_id": owner.id if owner and number < room else False,
            }
            for number, partner in enumerate(partners)
        ]

    def _note_refused(self, partner_id, error):
        message = str(error) if isinstance(error, UserError) else ""
        self.env["crm.pool.enrolment.line"].create(
            {
                "enrolment_id": self.id,
                "partner_id": partner_id,
                "message": message[:200]
                or self.env._("A customer with this name or number exists already."),
            }
        )


class CrmPoolEnrolmentLine(models.Model):
    """A contact that did not enter, and why."""

    _name = "crm.pool.enrolment.line"
    _description = "Refused Contact"
    _order = "id"
    _rec_name = "partner_id"

    enrolment_id = fields.Many2one(
        comodel_name="crm.pool.enrolment", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, index=True, ondelete="cascade"
    )
    message = fields.Char()
