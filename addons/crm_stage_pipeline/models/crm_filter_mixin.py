import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrmFilterMixin(models.AbstractModel):
    """A record that chooses others by a filter: literals only, nothing is evaluated."""

    _name = "crm.filter.mixin"
    _description = "Choice by a Filter"

    domain = fields.Char(default="[]", required=True)

    @api.constrains("domain")
    def _check_domain(self):
        for record in self:
            try:
                record._filter_domain().validate(record._filter_model())
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._(
                        "The filter of %(name)s cannot be read: %(error)s",
                        name=record.display_name,
                        error=error,
                    )
                ) from error

    def _filter_domain(self):
        """The filter, as it is typed.

        :raises ValueError, SyntaxError, TypeError: when it cannot be read
        """
        self.ensure_one()
        return Domain(ast.literal_eval(self.domain or "[]"))

    def _filter_model(self):
        """The model that is filtered: contacts, unless somebody says otherwise."""
        return self.env["res.partner"]
