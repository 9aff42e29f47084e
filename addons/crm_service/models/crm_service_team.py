from odoo import fields, models


class CrmServiceTeam(models.Model):
    """People who answer the same requests, with their leader and hours."""

    _name = "crm.service.team"
    _description = "Service Team"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    leader_id = fields.Many2one(
        comodel_name="res.users",
        domain=[("share", "=", False)],
        check_company=True,
        index="btree_not_null",
        help="Is told about missed promises of requests that nobody has taken.",
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        string="Members",
        domain=[("share", "=", False)],
        check_company=True,
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Hours in which promised times run, unless the agreement or the policy "
        "names others. Empty: the company's working hours.",
    )
