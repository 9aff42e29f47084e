from odoo import fields, models


class CrmCustomerValue(models.Model):
    """Why a customer has its value: the parts, as they were when it was rated.

    Beside the customer's row and not on it: every claim rewrites that one. Written by
    the nightly rating alone, in SQL; customers of whom nothing is known have none.
    """

    _name = "crm.customer.value"
    _description = "Customer Value"
    _log_access = False

    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    rated_on = fields.Date(required=True, readonly=True)
    parts = fields.Json(
        readonly=True,
        help="For each part its code, figure, points, weight and share of the score.",
    )
    unconverted_count = fields.Integer(
        readonly=True,
        help="Orders left out: their currency has no rate.",
    )

    _customer_uniq = models.Constraint(
        "UNIQUE (customer_id)", "A customer has one explanation of its value."
    )
