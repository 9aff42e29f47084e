from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmContactComment(models.Model):
    """What a team leader or manager says to an agent's contact record (T21).

    The agent is told; what is said is kept with the record.
    """

    _name = "crm.contact.comment"
    _description = "Comment on a Contact Record"
    _order = "id"

    record_id = fields.Many2one(
        comodel_name="crm.contact.record",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="record_id.company_id", store=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    text = fields.Text(string="Comment", required=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(
            vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list
        ):
            raise AccessError(self.env._("Comments are written in one's own name."))
        comments = super().create(vals_list)
        for comment in comments:
            # who comments on a record has to see it
            comment.record_id.check_access("read")
            comment._tell_agent()
        return comments

    def _tell_agent(self):
        """A message in his inbox and, when he is there, on his screen."""
        agent = self.record_id.user_id
        if agent == self.env.user or not agent.active:
            return
        env = self.with_context(lang=agent.lang, tz=agent.tz).env
        subject = env._(
            "%(user)s on your contact with %(customer)s",
            user=self.user_id.name,
            customer=self.record_id.customer_id.name,
        )
        env["mail.thread"].message_notify(
            partner_ids=agent.partner_id.ids, subject=subject, body=self.text
        )
        message = {"type": "info", "title": subject, "message": self.text}
        agent._bus_send("simple_notification", {**message, "sticky": True})


class CrmContactRecord(models.Model):
    _inherit = "crm.contact.record"

    comment_ids = fields.One2many(
        comodel_name="crm.contact.comment", inverse_name="record_id", string="Comments"
    )

    def action_comment(self):
        """Say something to the record's author."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Comment"),
            "res_model": "crm.contact.comment",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_record_id": self.id},
        }
