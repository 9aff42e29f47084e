from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..numbering import NumberError, normalise


class CrmContactRestriction(models.Model):
    """Do not call, write, mail or fax: a number, an address or a contact.

    - Holds for one channel or for all, for one company or for all, while its period
      runs.
    - A restriction of a company's contact holds for the persons below it.
    - Core's blacklists of telephone numbers and e-mail addresses are honoured beside.
    """

    _name = "crm.contact.restriction"
    _description = "Contact Restriction"
    _order = "id desc"
    _check_company_auto = True

    kind = fields.Selection(
        selection=[
            ("number", "Number"),
            ("address", "E-mail Address"),
            ("partner", "Contact"),
        ],
        required=True,
        default="number",
    )
    channel = fields.Selection(
        selection=[
            ("all", "All Channels"),
            ("call", "Call"),
            ("email", "E-mail"),
            ("sms", "Text Message"),
            ("fax", "Fax"),
            ("letter", "Letter"),
            ("visit", "Visit"),
        ],
        required=True,
        default="call",
    )
    number = fields.Char(help="As it was typed; compared in international form.")
    address = fields.Char(string="E-mail Address")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="cascade",
    )
    key = fields.Char(
        compute="_compute_key",
        store=True,
        precompute=True,
        help="The number in E.164 or the address in lower case.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Empty: holds for all companies.",
    )
    date_from = fields.Date()
    date_to = fields.Date()
    reason = fields.Char()
    source = fields.Char(help="Who asked for it, or which register it comes from.")
    active = fields.Boolean(default=True)

    _key_uniq = models.UniqueIndex(
        "(kind, key, channel, COALESCE(company_id, 0)) "
        "WHERE active AND key IS NOT NULL",
        "This restriction exists already.",
    )
    _partner_uniq = models.UniqueIndex(
        "(partner_id, channel, COALESCE(company_id, 0)) "
        "WHERE active AND kind = 'partner'",
        "This restriction exists already.",
    )

    @api.depends("kind", "number", "address")
    def _compute_key(self):
        for restriction in self:
            if restriction.kind == "number":
                restriction.key = self._number_key(restriction.number)
            elif restriction.kind == "address":
                restriction.key = email_normalize(restriction.address or "")
            else:
                restriction.key = False

    @api.depends("kind", "number", "address", "partner_id", "channel")
    def _compute_display_name(self):
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for restriction in self:
            what = (
                restriction.partner_id.display_name
                if restriction.kind == "partner"
                else restriction.key
            )
            restriction.display_name = f"{what or ''} ({labels[restriction.channel]})"

    @api.constrains("kind", "number", "address", "partner_id")
    def _check_key(self):
        for restriction in self:
            if restriction.kind == "partner":
                missing = not restriction.partner_id
            else:
                missing = not restriction.key
            if missing:
                raise ValidationError(
                    self.env._(
                        "A restriction needs a valid number, an e-mail address or a "
                        "contact."
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for restriction in self:
            begin, end = restriction.date_from, restriction.date_to
            if begin and end and begin > end:
                raise ValidationError(
                    self.env._("The period of a restriction ends before it begins.")
                )

    @api.model
    def _restriction_for(self, partner=None, number=None, channel="call"):
        """What forbids this contact now, in the current company.

        :param partner: res.partner, a restriction of its company counts too
        :param number: text, for the channels call, sms and fax
        :param channel: call, email, sms, fax, letter or visit
        :return: one record of crm.contact.restriction, phone.blacklist or
            mail.blacklist (superuser, so that its reason can be told), or an empty
            recordset when contact is allowed
        """
        # a restriction binds everybody, also those who may not read the list
        system = self.env["crm.pool.customer"]._privileged().env
        restrictions_sudo = self.with_env(system)
        today = fields.Date.context_today(self)
        in_force = (
            Domain("channel", "in", [channel, "all"])
            & Domain("company_id", "in", [self.env.company.id, False])
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", today))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
        )
        what = Domain.FALSE
        key = self._number_key(number) if number else False
        address = partner.email_normalized if partner else False
        if partner:
            what |= Domain("kind", "=", "partner") & Domain(
                "partner_id", "in", (partner | partner.commercial_partner_id).ids
            )
        if key:
            what |= Domain("kind", "=", "number") & Domain("key", "=", key)
        if channel == "email" and address:
            what |= Domain("kind", "=", "address") & Domain("key", "=", address)
        found = restrictions_sudo.search(in_force & what, limit=1)
        if not found and key and channel in ("call", "sms"):
            found = system["phone.blacklist"].search([("number", "=", key)])
        if not found and address and channel == "email":
            found = system["mail.blacklist"].search([("email", "=", address)])
        return found

    @api.model
    def _restrict_partner(self, partner, channel, company):
        """Restrict a contact unless he is restricted already."""
        if self.with_company(company)._restriction_for(partner, channel=channel):
            return
        # agents may not edit the list, but what a customer asks for is written down
        system = self.env["crm.pool.customer"]._privileged().env
        self.with_env(system).create(
            {
                "kind": "partner",
                "partner_id": partner.id,
                "channel": channel,
                "company_id": company.id,
                "reason": self.env._("Asked not to be contacted."),
                "source": self.env.user.name,
            }
        )

    @api.model
    def _number_key(self, number):
        try:
            return normalise(number, self.env.company.country_id.code).e164
        except NumberError:
            return False
