from odoo import fields, models


class CrmPoolPolicy(models.Model):
    """How long and how many customers a person may protect (P28)."""

    _inherit = "crm.pool.policy"

    is_protection_on = fields.Boolean(
        string="Customers May Be Protected",
        default=True,
        help="While a customer is protected it is not recycled, and nobody below "
        "manager takes it from its owner.",
    )
    protection_cap = fields.Integer(
        string="Most Protected Customers",
        default=10,
        help="Most customers one person may have protected at a time. 0: no limit.",
    )
    protection_days = fields.Integer(
        string="Days of Protection",
        default=30,
        help="How long one protection, or one renewal, lasts.",
    )
    protection_renewals = fields.Integer(
        string="Renewals",
        default=1,
        help="How many times the same owner may protect a customer again.",
    )
    protection_reminder_days = fields.Integer(
        string="Days of Reminder",
        default=3,
        help="How many days before the end its owner is reminded, and from when on "
        "the protection may be renewed. 0: on the last day, without a reminder.",
    )

    _protection_check = models.Constraint(
        "CHECK (protection_cap >= 0 AND protection_days > 0"
        " AND protection_renewals >= 0 AND protection_reminder_days >= 0)",
        "A protection lasts one day or more; its other numbers cannot be negative.",
    )
