from odoo import api, fields, models


class CrmPoolStage(models.Model):
    """Which fields of its customers an owner may edit in a stage (P16), and which a
    customer must have to enter it (G57).

    They bind when the company's policy says so (C4: by default owners edit in every
    stage); contact persons and the facts of the pool are always the owner's to edit.
    """

    _inherit = "crm.pool.stage"

    editable_field_ids = fields.Many2many(
        comodel_name="ir.model.fields",
        string="Editable Fields",
        domain=[("model", "=", "res.partner")],
        help="Where the policy restricts fields by stage: what the owner of a "
        "customer in this stage may still change. Empty: nothing but contact persons "
        "and the facts of the pool.",
    )

    required_field_ids = fields.Many2many(
        comodel_name="ir.model.fields",
        relation="crm_pool_stage_required_field_rel",
        string="Required Fields",
        domain=[
            ("model", "=", "res.partner"),
            ("ttype", "not in", ["boolean", "one2many"]),
        ],
        help="What a customer must have before somebody moves it up into this stage; "
        "0 counts as empty. Screening, orders and imports are not held up.",
    )
    required_field_text = fields.Char(
        string="Fields Required to Enter",
        compute="_compute_editable_field_text",
        help="The required fields, for people who do not read the registry of fields.",
    )
    editable_field_text = fields.Char(
        string="Fields Open to Owners",
        compute="_compute_editable_field_text",
        help="The editable fields, for people who do not read the registry of fields.",
    )

    @api.depends("editable_field_ids", "required_field_ids")
    @api.depends_context("lang")
    def _compute_editable_field_text(self):
        # superuser: managers do not read the registry of fields, whose labels they see
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        for stage in self:
            stage_sudo = stage.with_env(env_sudo).with_context(lang=self.env.lang)
            for kind in ("editable", "required"):
                labels = stage_sudo[f"{kind}_field_ids"].mapped("field_description")
                stage[f"{kind}_field_text"] = ", ".join(labels)

    def _open_field_names(self):
        """Names of the partner's fields that are open in these stages.

        Superuser: agents do not read the registry of fields.
        """
        stages_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        return set(stages_sudo.editable_field_ids.mapped("name"))

    def _missing_field_labels(self, partner):
        """Labels of what the stage requires and the partner has not, in its order.

        Superuser: agents do not read the registry of fields.
        """
        stage_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        return [
            partner._fields[field.name]._description_string(self.env)
            for field in stage_sudo.required_field_ids
            if field.name in partner._fields and not partner[field.name]
        ]


class CrmPoolPolicy(models.Model):
    """Whether a company restricts the fields by stage."""

    _inherit = "crm.pool.policy"

    restrict_fields = fields.Boolean(
        string="Editable Fields Depend on the Stage",
        help="On: owners change only the fields that the stage of the customer "
        "names. Off: they change everything in every stage. Managers always may.",
    )
