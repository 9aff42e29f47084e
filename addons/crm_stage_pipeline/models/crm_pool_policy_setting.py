from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize_all, float_round

DIGITS = [(str(number), str(number)) for number in range(7)]


class CrmPoolPolicy(models.Model):
    """Reminders, alarms and decimals of a company (G19)."""

    _inherit = "crm.pool.policy"

    alarm_email = fields.Char(
        string="Administrator's E-mail",
        help="Gets alarms: background jobs that failed again and again. Several "
        "addresses are separated by commas.",
    )
    receivable_reminder_days = fields.Integer(
        default=7,
        help="Days before a receivable is due, for the filter Receivable Due Soon.",
    )
    birthday_reminder_days = fields.Integer(
        default=7,
        help="Days before the birthday of a customer or contact person, for the "
        "filter Birthday Soon and the reminders of Telesales.",
    )
    quotation_digits = fields.Selection(
        selection=DIGITS,
        string="Decimals of Quotations",
        help="Unit prices of quotations are stored and shown with so many decimals. "
        "Empty: as they were typed.",
    )
    order_digits = fields.Selection(
        selection=DIGITS,
        string="Decimals of Orders and Contracts",
        help="Unit prices of confirmed orders, from the confirmation on. Empty: as in "
        "the quotation.",
    )
    product_digits = fields.Selection(
        selection=DIGITS,
        string="Decimals of Products",
        help="Sales prices of products that this company enters. Empty: as typed.",
    )
    use_territories = fields.Boolean(
        string="Territories for New Customers",
        help="New customers without owner go to the person, team or pool of the first "
        "territory that they fit.",
    )

    _reminder_check = models.Constraint(
        "CHECK (receivable_reminder_days >= 0 AND birthday_reminder_days >= 0"
        " AND birthday_reminder_days <= 180)",
        "Reminders are given 0 to 180 days before.",
    )

    @api.constrains("alarm_email")
    def _check_alarm_email(self):
        for policy in self.filtered("alarm_email"):
            wanted = [part for part in policy.alarm_email.split(",") if part.strip()]
            if len(email_normalize_all(policy.alarm_email)) != len(wanted):
                raise ValidationError(
                    self.env._(
                        "%(address)s is no e-mail address.", address=policy.alarm_email
                    )
                )

    @api.model
    def _send_alarm(self, subject, message, companies=None):
        """Mail an alarm to the administrators of companies, each address once.

        Superuser: whoever meets the fault need not know the address.

        :param companies: res.company; all when not given
        """
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        domain = [("alarm_email", "!=", False)]
        if companies:
            domain.append(("company_id", "in", companies.ids))
        found = self.with_env(env_sudo).search(domain).mapped("alarm_email")
        addresses = sorted({a for text in found for a in email_normalize_all(text)})
        return env_sudo["mail.mail"].create(
            [
                {
                    "email_to": address,
                    "subject": subject,
                    "body_html": message,
                    "auto_delete": True,
                }
                for address in addresses
            ]
        )

    def _round_price(self, kind, price):
        """`price` with the company's decimals for quotation, order or product."""
        digits = self[f"{kind}_digits"]
        if not digits:
            return price
        return float_round(price, precision_digits=int(digits))


class IrCron(models.Model):
    """Jobs that are switched off after failing are told to the administrators."""

    _inherit = "ir.cron"

    def _notify_admin(self, message):
        result = super()._notify_admin(message)
        self.env["crm.pool.policy"]._send_alarm(
            self.env._("A background job failed"), message
        )
        return result
