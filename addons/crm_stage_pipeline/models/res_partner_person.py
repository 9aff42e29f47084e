from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import clean_context


def age_on(birthday, day):
    """Full years on a day. Who was born on 29 February turns a year older on
    1 March of common years.

    >>> from datetime import date
    >>> born = date(2000, 2, 29)
    >>> age_on(born, date(2026, 2, 28)), age_on(born, date(2026, 3, 1))
    (25, 26)
    """
    is_before = (day.month, day.day) < (birthday.month, birthday.day)
    return day.year - birthday.year - is_before


class ResPartner(models.Model):
    """Who a contact person is (G17, P54): sex, age, department, superior, hobbies.

    - The age follows from the birthday.
    - The superior belongs to the same customer, and nobody is above himself.
    - One person is the main contact of a customer; it can be changed at any time.
    """

    _inherit = "res.partner"

    gender = fields.Selection(selection=[("male", "Male"), ("female", "Female")])
    birthday = fields.Date()
    age = fields.Integer(
        compute="_compute_age", search="_search_age", help="Full years, from birthday."
    )
    department = fields.Char(help="Where in the customer's company the person works.")
    superior_id = fields.Many2one(
        comodel_name="res.partner",
        domain="[('commercial_partner_id', '=', commercial_partner_id),"
        " ('is_company', '=', False), ('id', '!=', id)]",
        index="btree_not_null",
        ondelete="set null",
    )
    hobbies = fields.Char()
    qq = fields.Char(string="QQ")
    messenger = fields.Char(
        string="Other Messenger", help="MSN, WeChat or another one: name and account."
    )
    primary_contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Main Contact",
        domain="[('parent_id', '=', id), ('type', '=', 'contact')]",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    primary_of_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="primary_contact_id",
        string="Main Contact Of",
        copy=False,
    )
    is_primary_contact = fields.Boolean(
        string="Main Contact Person",
        compute="_compute_is_primary_contact",
        inverse="_inverse_is_primary_contact",
        search="_search_is_primary_contact",
        help="Whom to ask for first at this customer.",
    )
    contact_name = fields.Char(
        string="Contact Person",
        compute="_compute_contact_name",
        inverse="_inverse_contact_name",
        search="_search_contact_name",
        compute_sudo=True,
        help="The main contact; a name typed here makes the person.",
    )
    contact_function = fields.Char(
        string="Contact's Position",
        compute="_compute_contact_name",
        inverse="_inverse_contact_function",
        search="_search_contact_function",
        compute_sudo=True,
    )

    @api.depends("birthday")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for partner in self:
            birthday = partner.birthday
            partner.age = max(age_on(birthday, today), 0) if birthday else 0

    @api.model
    def _search_age(self, operator, value):
        """Conditions on the age as conditions on the birthday."""
        today = fields.Date.context_today(self)
        if operator == "in":
            return Domain.OR(
                Domain("birthday", ">", today - relativedelta(years=years + 1))
                & Domain("birthday", "<=", today - relativedelta(years=years))
                for years in value
                if years is not False
            )
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        # n years or older: born on that day n years ago, or before
        years = value + 1 if operator in ("<=", ">") else value
        limit = today - relativedelta(years=years)
        return Domain("birthday", ">" if operator in ("<", "<=") else "<=", limit)

    @api.depends("parent_id.primary_contact_id")
    def _compute_is_primary_contact(self):
        for partner in self:
            main = partner.parent_id.primary_contact_id
            partner.is_primary_contact = bool(main) and main == partner._origin

    def _inverse_is_primary_contact(self):
        for partner in self:
            customer = partner.parent_id
            if partner.is_primary_contact:
                customer.primary_contact_id = partner
            elif customer.primary_contact_id == partner:
                customer.primary_contact_id = False

    @api.model
    def _search_is_primary_contact(self, operator, value):
        if operator != "in" or len(value) != 1:
            return NotImplemented
        return Domain("primary_of_ids", "!=" if True in value else "=", False)

    @api.depends("primary_contact_id.name", "primary_contact_id.function")
    def _compute_contact_name(self):
        for partner in self:
            partner.contact_name = partner.primary_contact_id.name
            partner.contact_function = partner.primary_contact_id.function

    def _inverse_contact_name(self):
        self._write_main_contact("name", "contact_name")

    @api.model
    def _search_contact_name(self, operator, value):
        return self._get_main_contact_domain("name", operator, value)

    def _inverse_contact_function(self):
        self._write_main_contact("function", "contact_function")

    @api.model
    def _search_contact_function(self, operator, value):
        return self._get_main_contact_domain("function", operator, value)

    @api.constrains("superior_id", "parent_id")
    def _check_superior_id(self):
        subordinates = self.filtered("superior_id")
        for partner in subordinates:
            if partner.superior_id.commercial_partner_id != (
                partner.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(superior)s works for another customer than %(person)s.",
                        superior=partner.superior_id.display_name,
                        person=partner.display_name,
                    )
                )
        if subordinates and subordinates._has_cycle("superior_id"):
            raise ValidationError(self.env._("Nobody is his own superior."))

    @api.constrains("birthday")
    def _check_birthday(self):
        today = fields.Date.context_today(self)
        if any(partner.birthday and partner.birthday > today for partner in self):
            raise ValidationError(self.env._("A birthday lies in the past."))

    @api.constrains("primary_contact_id")
    def _check_primary_contact_id(self):
        for partner in self.filtered("primary_contact_id"):
            if partner.primary_contact_id.parent_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(person)s is no contact person of %(customer)s.",
                        person=partner.primary_contact_id.display_name,
                        customer=partner.display_name,
                    )
                )

    def write(self, vals):
        if "parent_id" in vals or vals.get("active") is False:
            self._leave_main_contact(vals)
        return super().write(vals)

    def _leave_main_contact(self, vals):
        """Who goes to another customer, or is archived, is nobody's main contact.

        Superuser: whoever may move a person may not always write both customers.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        customers_sudo = (
            self.with_env(system)
            .with_context(active_test=False)
            .search([("primary_contact_id", "in", self.ids)])
        )
        if "parent_id" in vals:
            customers_sudo = customers_sudo.filtered(
                lambda customer: customer.id != vals["parent_id"]
            )
        customers_sudo.primary_contact_id = False

    def _write_main_contact(self, name, field_name):
        """Write on the main contact; a name makes the person who is missing.

        Superuser: whoever may write the customer may write its contact.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        # the person is none of what the customer's form says by default
        context = {**clean_context(self.env.context), "crm_pool_enter": False}
        for partner in self:
            value = partner[field_name]
            partner_sudo = partner.with_env(system).with_context(**context)
            person_sudo = partner_sudo.primary_contact_id
            if person_sudo and (value or name != "name"):
                person_sudo[name] = value
            elif person_sudo:
                partner_sudo.primary_contact_id = False
            elif value and name == "name":
                partner_sudo.primary_contact_id = partner_sudo.create(
                    partner_sudo._prepare_main_contact_vals(value)
                )

    def _prepare_main_contact_vals(self, name):
        self.ensure_one()
        return {
            "name": name,
            "parent_id": self.id,
            "type": "contact",
            "company_id": self.company_id.id,
            "lang": self.lang,
        }

    @api.model
    def _get_main_contact_domain(self, name, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in" and False in value:
            empty = Domain("primary_contact_id", "=", False)
            rest = [item for item in value if item]
            return empty | Domain("primary_contact_id", "any", [(name, "in", rest)])
        return Domain("primary_contact_id", "any", [(name, operator, value)])
