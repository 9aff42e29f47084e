from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from ..numbering.masking import MASK, mask

# In the context it lets the ORM read numbers as they are stored. An object: no client
# can send it.
READ_SENTINEL = object()
# In the context it masks numbers for code that runs as superuser to show something:
# to the user, or ("always") to whoever reads what is written now.
SHOW_KEY = "crm_number_shown"


class NumberField(fields.Char):
    """A text that holds a telephone number.

    - Whoever may not read the number of a record reads it masked, by every door:
      the cache and the column hold the number, __get__ masks what comes out.
    - Conditions, order and groups treat a masked number as a number that is there and
      equals nothing: no search tells a digit of it.
    - The model of a stored field says by crm.contact.number.mixin whose number it is;
      a related field asks the model that it ends in.
    """

    # nothing of the text is shown, where its form would tell more than the number's
    is_wholly_hidden = False

    def __get__(self, record, owner=None):
        value = super().__get__(record, owner)
        if not value or record is None or not self._is_hidden(record):
            return value
        return MASK if self.is_wholly_hidden else mask(value)

    def to_sql(self, model, alias):
        sql = super().to_sql(model, alias)
        masked = self._masked_sql(model, alias)
        if masked is None:
            return sql
        return SQL("CASE WHEN %s THEN NULL ELSE %s END", masked, sql)

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        masked = self._masked_sql(model, alias)
        if masked is None:
            return super().condition_to_sql(
                field_expr, operator, value, model, alias, query
            )
        raw = model.with_context(crm_number_sentinel=READ_SENTINEL)

        sql = super().condition_to_sql(field_expr, operator, value, raw, alias, query)
        # whether there is a number is no secret: the mask shows it
        if operator in ("in", "not in") and not any(value):
            return sql
        column = fields.Char.to_sql(self, raw, alias)
        hidden = SQL("(NULLIF(%s, '') IS NOT NULL AND %s)", column, masked)
        if operator in Domain.NEGATIVE_OPERATORS:
            return SQL("(%s OR %s)", sql, hidden)
        return SQL("(%s AND NOT %s)", sql, hidden)

    def filter_function(self, records, field_expr, operator, value):
        matches = super().filter_function(records, field_expr, operator, value)
        return lambda record: (
            matches(record)
            and not (
                super(NumberField, self).__get__(record) and self._is_hidden(record)
            )
        )

    def _is_hidden(self, record):
        """Whether the reader sees this number masked, if there is one."""
        env = record.env
        context = env.context
        if env.su and not context.get(SHOW_KEY):
            return False
        if context.get("crm_number_sentinel") is READ_SENTINEL or not env.uid:
            return False
        if context.get(SHOW_KEY) == "always":
            return True
        if not env.user._crm_pool_masking_ids():
            return False
        return self._owner_of(record).is_number_masked

    def _owner_of(self, record):
        """The record whose number it is: another one for a related field."""
        if not self.related:
            return record
        system = record.env["crm.pool.customer"]._privileged().env
        target, field = self.traverse_related(record.with_env(system))
        return field._owner_of(target)

    def _masked_sql(self, model, alias):
        """The condition under which the user of `model` sees a mask, None for never."""
        env = model.env
        is_free = env.su or env.context.get("crm_number_sentinel") is READ_SENTINEL
        if is_free or not env.user._crm_pool_masking_ids():
            return None
        return model._number_masked_sql(alias)
