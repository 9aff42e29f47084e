from odoo import models


class CrmPoolLog(models.Model):
    """Customers that a rule took back: the reason is the rule's name (P27)."""

    _inherit = "crm.pool.log"

    _recycle_idx = models.Index("(batch, owner_before_id) WHERE action = 'recycle'")
