from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rating.crediting import ShareError, parse_share


class CrmIncentiveCreditRule(models.Model):
    """One receiver of a measure's lines and his share.

    - Salesperson: of the order or invoice; of the invoice, for its credit note.
    - Customer's owner: of the pool customer, when the deal is credited first; a later
      owner does not take it over.
    - Direct shares are parts of the deal, overlays are paid beside it; an overlay may
      be for some of the measure's lines only.
    """

    _name = "crm.incentive.credit.rule"
    _inherit = "crm.filter.mixin"
    _description = "Incentive Crediting Rule"
    _order = "sequence, id"
    _check_company_auto = True

    measure_id = fields.Many2one(
        comodel_name="crm.incentive.measure",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="measure_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    receiver = fields.Selection(
        selection=[
            ("salesperson", "Salesperson"),
            ("owner", "Customer's Owner"),
            ("fixed", "Fixed Participant"),
            ("house", "House"),
        ],
        required=True,
        default="salesperson",
    )
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    kind = fields.Selection(
        selection=[("direct", "Direct"), ("overlay", "Overlay")],
        required=True,
        default="direct",
    )
    share = fields.Char(
        string="Share (%)",
        required=True,
        default="100",
        help="Percent of the line, or a fraction of it such as 1/3.",
    )
    numerator = fields.Integer(compute="_compute_fraction", store=True)
    denominator = fields.Integer(compute="_compute_fraction", store=True)

    domain = fields.Char(
        string="Only Lines",
        required=False,
        default=False,
        help="An overlay for lines that fit, for instance of a campaign's products.",
    )

    _fixed_participant = models.Constraint(
        "CHECK ((receiver = 'fixed') = (participant_id IS NOT NULL))",
        "Name the participant of a fixed share, and only there.",
    )

    @api.depends("share")
    def _compute_fraction(self):
        for rule in self:
            try:
                part = parse_share(rule.share)
            except ShareError:
                part = Fraction(0)
            fits = part.denominator < 2**31
            rule.numerator = part.numerator if fits else 0
            rule.denominator = part.denominator if fits else 1

    @api.constrains("share")
    def _check_share(self):
        for rule in self:
            if not rule.numerator:
                raise ValidationError(
                    self.env._(
                        "%(share)s is no share: write a percentage up to 100, or a "
                        "fraction such as 1/3.",
                        share=rule.share,
                    )
                )

    @api.constrains("domain", "kind", "measure_id")
    def _check_domain(self):
        for rule in self:
            if rule.kind == "direct" and rule._is_narrowed():
                raise ValidationError(
                    self.env._(
                        "Direct shares are of every line of the measure: narrow the "
                        "measure, or make the share an overlay."
                    )
                )
        return super()._check_domain()

    @api.constrains("share", "kind", "measure_id")
    def _check_measure_total(self):
        self.measure_id._check_rule_ids()

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.measure_id._check_unlocked()
        return rules

    def write(self, vals):
        self.measure_id._check_unlocked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.measure_id._check_unlocked()

    def _direct_total(self):
        """Sum of the direct shares, a Fraction; 1 is the whole."""
        direct = self.filtered(lambda rule: rule.kind == "direct")
        return sum((Fraction(r.numerator, r.denominator) for r in direct), Fraction(0))

    def _is_narrowed(self):
        return self.domain not in (False, "", "[]")

    def _filter_model(self):
        return self.env[self.measure_id.line_model]

    def _line_ids_query(self):
        """SQL for the ids of the lines that an overlay is for."""
        lines = self._filter_model().with_context(active_test=False)
        return lines._search(self._filter_domain()).subselect()
