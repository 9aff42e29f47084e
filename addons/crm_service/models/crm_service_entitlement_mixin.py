from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

COVERAGES = [
    ("covered", "Covered"),
    ("used_up", "Used up"),
    ("expired", "Expired"),
    ("not_started", "Not started"),
    ("none", "None"),
]


class CrmServiceEntitlementMixin(models.AbstractModel):
    """Cover of a document by the customer's agreement, checked at entry and kept.

    - The model has `company_id`, `partner_id` and `product_id`.
    - The agreement is proposed as soon as customer and product are known and may be
      changed by hand; result and reason are stored as they were found then.
    - A covered request of an agreement by number uses one; it gives it back when
      it leaves the agreement. Hours are used as they are recorded.
    """

    _name = "crm.service.entitlement.mixin"
    _description = "Cover by an Agreement"

    agreement_id = fields.Many2one(
        comodel_name="crm.service.agreement",
        compute="_compute_agreement_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
    )
    coverage = fields.Selection(
        selection=COVERAGES,
        string="Cover",
        compute="_compute_coverage",
        store=True,
        precompute=True,
        copy=False,
    )
    coverage_facts = fields.Json(
        compute="_compute_coverage",
        store=True,
        precompute=True,
        copy=False,
        groups="base.group_user",
    )
    coverage_message = fields.Char(
        string="Why",
        compute="_compute_coverage_message",
        groups="base.group_user",
    )
    coverage_kind = fields.Selection(
        related="agreement_id.kind", string="Included", groups="base.group_user"
    )
    agreement_entry_ids = fields.One2many(
        comodel_name="crm.service.agreement.entry",
        inverse_name="res_id",
        string="Consumption",
        domain=lambda self: [("res_model", "=", self._name)],
        bypass_search_access=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
    )

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------
    @api.depends("partner_id", "product_id", "company_id")
    def _compute_agreement_id(self):
        for record in self._engine_sudo():
            agreement, _facts = record._check_cover()
            record.agreement_id = agreement

    @api.depends("partner_id", "product_id", "company_id", "agreement_id")
    def _compute_coverage(self):
        for record in self._engine_sudo():
            facts = False
            if record.partner_id and record.company_id:
                _agreement, facts = record._check_cover(record.agreement_id)
            record.coverage = facts and facts["coverage"]
            record.coverage_facts = facts

    @api.depends("coverage_facts")
    @api.depends_context("lang")
    def _compute_coverage_message(self):
        for record in self:
            record.coverage_message = record.agreement_id._coverage_message(
                record.coverage_facts
            )

    # ------------------------------------------------------------------
    # Constrains
    # ------------------------------------------------------------------
    @api.constrains("agreement_id", "partner_id")
    def _check_agreement_partner(self):
        for record in self._engine_sudo():
            agreement, partner = record.agreement_id, record.partner_id
            if agreement and (
                agreement.commercial_partner_id != partner.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "Agreement %(number)s belongs to another customer.",
                        number=agreement.number,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_coverage(vals_list)
        records = super().create(vals_list)
        records._engine_sudo()._settle_cover()
        return records

    def write(self, vals):
        self._refuse_coverage([vals])
        result = super().write(vals)
        if {"agreement_id", "partner_id", "product_id", "company_id"} & vals.keys():
            self._engine_sudo()._settle_cover()
        return result

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    def _engine_sudo(self):
        """These records for the engine, the one door of this file to more rights."""
        # a customer who asks through the portal reads no agreements, and nobody
        # writes consumption by hand
        return self.sudo()

    @api.model
    def _refuse_coverage(self, vals_list):
        """The result of the check is found, never given by a client."""
        for vals in vals_list:
            if not self.env.su:
                vals.pop("coverage", None)
                vals.pop("coverage_facts", None)

    def _check_cover(self, agreement=None):
        """See crm.service.agreement._find_coverage; own use is not counted."""
        self.ensure_one()
        agreements = self.env["crm.service.agreement"]
        if not self.partner_id or not self.company_id:
            return agreements, {}
        return agreements._find_coverage(
            self.partner_id,
            self.company_id,
            self.product_id,
            chosen=agreement,
            own=self._used_by_agreement(),
        )

    def _used_by_agreement(self):
        """{agreement id: requests or hours this document has used of it}."""
        if not self._origin:
            return {}
        groups = self.env["crm.service.agreement.entry"]._read_group(
            [("res_model", "=", self._name), ("res_id", "=", self._origin.id)],
            ["agreement_id"],
            ["quantity:sum"],
        )
        return {agreement.id: used for agreement, used in groups}

    def _settle_cover(self):
        """Make the used requests of agreements by number equal to the cover.

        A request that finds the last one taken in the same moment becomes
        "used up"; nothing is promised to it twice.
        """
        for record in self:
            agreement = record.agreement_id
            wanted = {}
            if record.coverage == "covered" and agreement.kind == "incidents":
                wanted[agreement.id] = 1.0
            used = record._used_by_agreement()
            for agreement_id, quantity in used.items():
                other = agreement.browse(agreement_id)
                if (
                    other.kind == "incidents"
                    and quantity
                    and agreement_id not in wanted
                ):
                    record._use(other, -quantity)
            for agreement_id in wanted:
                missing = 1.0 - used.get(agreement_id, 0.0)
                if missing > 0 and not record._use(agreement, missing):
                    agreement.invalidate_recordset()
                    record.write(
                        {
                            "coverage": "used_up",
                            "coverage_facts": agreement._coverage_facts(
                                fields.Datetime.now()
                            ),
                        }
                    )

    def _use(self, agreement, quantity, note=None, partial=False):
        """Take from the agreement and write the line; what was taken comes back."""
        taken = agreement._take(quantity, partial=partial)
        excess = quantity - taken if partial else 0.0
        if taken or excess:
            self.env["crm.service.agreement.entry"].create(
                {
                    "agreement_id": agreement.id,
                    "res_model": self._name,
                    "res_id": self.id,
                    "document_name": self.display_name,
                    "quantity": taken,
                    "excess_quantity": excess,
                    "note": note,
                    "user_id": self.env.uid,
                }
            )
        return taken

    def _record_hours(self, hours, note=None):
        """Record working hours; those beyond the agreement are kept as excess.

        Raises UserError when the document has no agreement by hours.
        """
        self.ensure_one()
        record_sudo = self._engine_sudo()
        agreement_sudo = record_sudo.agreement_id
        if hours <= 0:
            raise UserError(self.env._("Record more than zero hours."))
        if agreement_sudo.kind != "hours":
            raise UserError(
                self.env._("This request is not under an agreement by hours.")
            )
        return record_sudo._use(agreement_sudo, hours, note=note, partial=True)
