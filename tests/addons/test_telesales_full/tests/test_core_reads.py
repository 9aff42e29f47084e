from odoo.tests import TransactionCase, new_test_user, tagged

from .common import ADDONS

# people who have none of our roles
GROUPS = (
    "base.group_user",
    "base.group_portal",
    "base.group_system",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman",
    "sales_team.group_sale_manager",
    "event.group_event_manager",
    "account.group_account_manager",
)


@tagged("post_install", "-at_install")
class TestCoreReads(TransactionCase):
    """Who has none of our roles reads core's records with all their fields, as without
    our addons: a client that names no fields asks for all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [
            new_test_user(cls.env, f"core_{number}", groups=group)
            for number, group in enumerate(GROUPS)
        ]

    def _lists_of_ours(self, user):
        """x2many fields of ours on core's models, where the user reads the model."""
        for model in map(self.env.get, sorted(self.env.registry)):
            if model._abstract or model._original_module in ADDONS:
                continue
            for field in model._fields.values():
                if (
                    field.type in ("one2many", "many2many")
                    and not field.compute_sudo
                    and set(field._modules) & set(ADDONS)
                    and model.with_user(user).has_access("read")
                ):
                    yield model.with_user(user), field

    def test_lists_are_shown_to_who_reads_their_rows(self):
        """A list whose rows a user may not read is not among his fields."""
        checked = set()
        for user in self.users:
            for model, field in self._lists_of_ours(user):
                checked.add(str(field))
                if not model._has_field_access(field, "read"):
                    continue
                with self.subTest(field=str(field), login=user.login):
                    rows = model.env[field.comodel_name]
                    self.assertTrue(rows.has_access("read"))
        self.assertGreater(len(checked), 5)

    def test_all_fields_of_ours_are_read(self):
        """The same, done, with every field that our addons give to core's models."""
        partner = self.env["res.partner"].create({"name": "Read", "phone": "1234567"})
        documents = {"partner_id": partner.id, "user_id": False}
        lead = self.env["crm.lead"].create({"name": "Read", **documents})
        order = self.env["sale.order"].create(documents)
        for user in self.users:
            for record in (partner, lead, order, user.company_id):
                mine = record.with_user(user)
                names = [
                    name
                    for name, field in mine._fields.items()
                    if set(field._modules) & set(ADDONS)
                    and mine._has_field_access(field, "read")
                ]
                if names and mine.has_access("read"):
                    with self.subTest(model=record._name, login=user.login):
                        self.assertEqual(mine.read(names)[0]["id"], record.id)
