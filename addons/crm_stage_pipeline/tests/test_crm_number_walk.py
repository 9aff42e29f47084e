from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.number_field import NumberField
from .mask_case import MaskCase, tells

# Records per relation and steps away from the customer.
WIDTH = 6
DEPTH = 3
# What such a relation leads to tells nothing of a customer.
DULL = ("ir.model", "ir.module", "ir.ui.", "res.groups", "ir.rule", "ir.actions")
# Related fields that show the number of a colleague or of one's own company, which no
# pool masks.
COLLEAGUES = {"res.company", "crm.team.member", "resource.resource", "res.users"}


@tagged("post_install", "-at_install")
class TestCrmNumberWalk(MaskCase):
    """P32: no field of anything around a masked customer holds its number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._surround()
        cls.numbers = [*cls.NUMBERS.values(), cls.CONTACT]

    def _around(self, env):
        """The customer and every record of any model that refers to it."""
        found = [
            self.customer.with_env(env),
            self.partner.with_env(env),
            self.contact.with_env(env),
            self.lead.with_env(env),
            self.env["crm.phone.number"]
            .with_env(env)
            .search([("partner_id", "in", (self.partner | self.contact).ids)]),
        ]
        starts = {}
        for record in found:
            starts.setdefault(record._name, []).extend(record.ids)
        for name, model in env.items():
            if model._abstract or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.store
                    and field.comodel_name in starts
                ):
                    records = self._search(model, field, starts[field.comodel_name])
                    if records and name not in ("res.users",):
                        found.append(records)
        return found

    def _search(self, model, field, ids):
        try:
            return model.search([(field.name, "in", ids)], limit=WIDTH)
        except (AccessError, UserError):
            return model.browse()

    def _leaks(self, env, is_all=False):
        """(model, field) of every readable value with a number in it."""
        leaks = set()
        seen = set()
        wave = self._around(env)
        for _step in range(DEPTH):
            further = []
            for records in wave:
                fresh = records.browse(
                    record_id
                    for record_id in records.ids[:WIDTH]
                    if (records._name, record_id) not in seen
                )
                seen.update((fresh._name, record_id) for record_id in fresh.ids)
                for name, field in fresh._fields.items():
                    values = self._values(fresh, name)
                    if field.relational:
                        further += self._followed(values)
                    if field.type != "binary" and any(
                        tells(number, value)
                        for number in self.numbers
                        for value in values
                    ):
                        leaks.add((fresh._name, name))
            wave = further
        return leaks, seen

    def _values(self, records, name):
        """The field's values, and what a client reads of it."""
        values = []
        for record in records:
            try:
                values.append(record.read([name]))
                values.append(record[name])
            except (AccessError, MissingError, UserError):
                continue
        return values

    def _followed(self, values):
        return [
            value
            for value in values
            if not isinstance(value, list) and value and not self._is_dull(value)
        ]

    def _is_dull(self, records):
        return records._name.startswith(DULL) or records._transient

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.orm.models")
    def test_walk(self):
        """P32: all fields, found by introspection, read as agent and as manager."""
        leaks, seen = self._leaks(self.env(user=self.agent_1))
        self.assertFalse(leaks)
        models = {name for name, _record_id in seen}
        for name in ("crm.lead", "crm.phone.number", "calendar.attendee", "sale.order"):
            self.assertIn(name, models)
        self.env.invalidate_all()
        told, _seen = self._leaks(self.env(user=self.manager))
        for name in (
            ("res.partner", "phone"),
            ("res.partner", "phone_sanitized"),
            ("res.partner", "mobile"),
            ("crm.phone.number", "digits_rev"),
            ("crm.phone.number", "display_name"),
            ("crm.pool.customer", "phone"),
            ("crm.lead", "phone"),
            ("calendar.attendee", "phone"),
            ("mail.notification", "sms_number"),
        ):
            self.assertIn(name, told)

    def test_related_fields(self):
        """P32: every related field that ends in a number masks it."""
        for model in self.env.values():
            for field in model._fields.values():
                if not field.related or isinstance(field, NumberField):
                    continue
                end = self._end_of(model, field)
                if isinstance(end, NumberField):
                    self.assertIn(model._name, COLLEAGUES, f"{field} shows a number")

    def _end_of(self, model, field):
        *path, last = field.related.split(".")
        for name in path:
            model = self.env[model._fields[name].comodel_name]
        return model._fields[last]
