from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

CHANNELS = [
    ("call", "Call"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("sms", "Text Message"),
    ("fax", "Fax"),
    ("letter", "Letter"),
    ("meeting", "Meeting"),
]


class CrmContactRecord(models.Model):
    """One contact with a customer, of whatever kind; the hub of all contact.

    - Its date is never in the future.
    - A record without outcome, or with one that counts as contact, marks the
      customer as contacted and moves the time of the last contact, only forwards.
    - The latest record that names a next visit sets the customer's; a later contact
      that names none has kept the visit.
    - Changed or deleted, the customer's marks and dates are computed anew.
    - A record of a private customer is seen by its members and managers, of a shared
      one by all who see the customer; one's own can be changed and deleted.
    """

    _name = "crm.contact.record"
    _description = "Contact Record"
    _order = "date desc, id desc"
    _check_company_auto = True

    # the indexes of customer, company and user are those with the date, below
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", required=True, ondelete="cascade"
    )
    customer_partner_id = fields.Many2one(
        related="customer_id.partner_id", string="Customer's Contact"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact Person",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="customer_id.company_id", store=True, precompute=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    channel = fields.Selection(selection=CHANNELS, required=True, default="call")
    direction = fields.Selection(
        selection=[("out", "Outgoing"), ("in", "Incoming")],
        required=True,
        default="out",
    )
    outcome_id = fields.Many2one(
        comodel_name="crm.contact.outcome", index="btree_not_null", ondelete="restrict"
    )
    date = fields.Datetime(
        required=True, default=lambda self: fields.Datetime.now(), copy=False
    )
    note = fields.Text()
    next_visit_date = fields.Datetime(string="Next Visit", copy=False)
    progress_id = fields.Many2one(
        comodel_name="crm.contact.progress",
        index="btree_not_null",
        ondelete="restrict",
    )
    res_model = fields.Char(string="Source Model", copy=False)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", copy=False
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    order_id = fields.Many2one(
        comodel_name="sale.order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    _customer_date_idx = models.Index("(customer_id, date DESC)")
    # the review of a month and the main line count from these alone
    _company_date_idx = models.Index(
        "(company_id, date) INCLUDE (user_id, outcome_id, channel, customer_id)"
    )
    _user_date_idx = models.Index(
        "(user_id, date) INCLUDE (outcome_id, customer_id, company_id)"
    )
    _source_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("customer_id", "date", "channel")
    def _compute_display_name(self):
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for record in self:
            date = fields.Datetime.context_timestamp(
                record, record.date or record._now()
            )
            what = labels.get(record.channel, "")
            name = record.customer_id.display_name or ""
            record.display_name = f"{name}, {what} {date:%Y-%m-%d %H:%M}"

    @api.constrains("date")
    def _check_date(self):
        now = self._now()
        for record in self:
            if record.date > now:
                raise ValidationError(
                    self.env._("A contact record cannot be dated in the future.")
                )

    @api.constrains("partner_id", "customer_id")
    def _check_partner(self):
        for record in self:
            partner = record.partner_id
            customer_partner = record.customer_id.partner_id
            if partner and partner.commercial_partner_id != customer_partner:
                raise ValidationError(
                    self.env._(
                        "%(person)s is no contact person of %(customer)s.",
                        person=partner.display_name,
                        customer=customer_partner.display_name,
                    )
                )

    @api.onchange("customer_id")
    def _onchange_customer_id(self):
        partner = self.customer_id.partner_id
        if self.partner_id.commercial_partner_id != partner:
            self.partner_id = partner

    @api.model_create_multi
    def create(self, vals_list):
        self._check_author(vals_list)
        self._check_customers(vals_list)
        records = super().create([self._prepare_record_vals(v) for v in vals_list])
        records._check_references()
        for record in records.sorted("date"):
            record._apply_to_customer()
        records._restrict_if_asked()
        return records

    def write(self, vals):
        if any(
            name in vals and record[name].id != vals[name]
            for record in self
            for name in ("customer_id", "company_id")
        ):
            raise ValidationError(
                self.env._("A contact record stays with its customer.")
            )
        self._check_author([vals])
        result = super().write(vals)
        if {"lead_id", "order_id", "partner_id"} & set(vals):
            self._check_references()
        if {"date", "outcome_id", "next_visit_date"} & set(vals):
            self.customer_id._recompute_contacts()
        if vals.get("outcome_id"):
            self._restrict_if_asked()
        return result

    def unlink(self):
        customers = self.customer_id
        result = super().unlink()
        customers._recompute_contacts()
        return result

    def action_open_customer(self):
        """Open the customer's form, which is the contact's."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.customer_id.partner_id.id,
            "view_mode": "form",
        }

    @api.model
    def _now(self):
        return fields.Datetime.now()

    @api.model
    def _prepare_record_vals(self, vals):
        """Without a contact person it is the customer himself."""
        vals = dict(vals)
        if not vals.get("partner_id") and vals.get("customer_id"):
            customer = self.env["crm.pool.customer"].browse(vals["customer_id"])
            vals["partner_id"] = customer.partner_id.id
        return vals

    @api.model
    def _check_author(self, vals_list):
        """Nobody writes records in another's name, managers and the system may."""
        if self.env.su or self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        ):
            return
        if any(vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list):
            raise AccessError(
                self.env._("Contact records are written in one's own name.")
            )

    @api.model
    def _check_customers(self, vals_list):
        """Say in words that a customer went meanwhile, and to nobody whose he is now.

        :raises AccessError: when the user does not see one of the customers any more
        """
        ids = {vals["customer_id"] for vals in vals_list if vals.get("customer_id")}
        customers = self.env["crm.pool.customer"].with_context(active_test=False)
        if customers.search_count([("id", "in", list(ids))]) < len(ids):
            raise AccessError(
                self.env._(
                    "This customer has changed hands or was archived meanwhile, so the"
                    " contact was not saved. Copy your note and give it to your team"
                    " leader."
                )
            )

    def _check_references(self):
        """A client may not attach what its user does not see."""
        if self.env.su:
            return
        for name in ("lead_id", "order_id", "partner_id"):
            self[name].check_access("read")

    @api.model
    def _counted_domain(self):
        """The records that `_counts`: by the outcomes' ids, of which there are few."""
        contact_ids = self.env["crm.contact.outcome"]._contact_ids()
        return Domain("outcome_id", "in", [*contact_ids, False])

    def _counts(self):
        """Whether the customer was really reached."""
        self.ensure_one()
        return not self.outcome_id or self.outcome_id.is_contact

    def _apply_to_customer(self):
        """Move the customer's marks and dates, only forwards."""
        self.ensure_one()
        # whoever may record a contact may not always write the (shared) customer
        customer_sudo = self.customer_id._privileged()
        vals = {}
        last = customer_sudo.last_contact_at
        if self._counts():
            if customer_sudo.contact_mark != "contacted":
                vals["contact_mark"] = "contacted"
            if not last or self.date > last:
                vals["last_contact_at"] = self.date
        # records that only others may see count as well
        later = self.with_env(customer_sudo.env).search_count(
            Domain("customer_id", "=", customer_sudo.id)
            & Domain("date", ">", self.date)
            & Domain("next_visit_date", "!=", False),
            limit=1,
        )
        planned = customer_sudo.next_visit_date
        if self.next_visit_date:
            if not later:
                vals["next_visit_date"] = self.next_visit_date
        elif planned and self._counts() and planned <= self.date:
            vals["next_visit_date"] = False
        if vals:
            customer_sudo._write_pool(vals)

    def _restrict_if_asked(self):
        """Who asked not to be called is not called any more."""
        asking = self.filtered("outcome_id.is_do_not_call")
        for record in asking:
            record.env["crm.contact.restriction"]._restrict_partner(
                record.partner_id, channel="call", company=record.company_id
            )
