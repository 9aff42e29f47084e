from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .visibility_world import WorldCase

THREADS = ("res.partner", "crm.lead", "sale.order")


class RelatedCase(WorldCase):
    """What hangs on customers and their documents is hidden with them."""

    def _internal_people(self):
        return [(name, one) for name, one in self._people() if not one.is_portal]

    def _attached(self, make):
        """{(model, document id): id of what `make` hangs on it}."""
        made = {}
        for model_name in THREADS:
            for one in sorted(self.world.everything(model_name)):
                made[model_name, one] = make(self.env[model_name].browse(one)).id
        self.env.flush_all()
        return made

    @mute_logger("odoo.addons.base.models.ir_rule")
    def _compare_attached(self, model_name, made, is_search=True):
        """Each person sees what hangs on visible documents, and nothing else."""
        for login, person in self._internal_people():
            model = self._env_of(person)[model_name]
            expected = {
                one
                for (owner, document), one in made.items()
                if document in self.world.visible(person, owner)
            }
            model.env.invalidate_all()
            records = model.browse(made.values())
            with self.subTest(user=login, model=model_name):
                self.assertEqual(set(records._filtered_access("read").ids), expected)
                if is_search:
                    found = set(model.search([("id", "in", records.ids)]).ids)
                    self.assertEqual(found, expected)
                else:
                    found = set(model.search([("id", "in", records.ids)]).ids)
                    self.assertLessEqual(found, expected)


@tagged("post_install", "-at_install")
class TestVisibilityRelated(RelatedCase):
    """P20, invariant 9: what hangs on customers, leads and orders."""

    def test_activities(self):
        """Found only by who may post on the document, as in core."""
        root = self.env.ref("base.user_root")
        made = self._attached(
            lambda record: record.activity_schedule(
                "mail.mail_activity_data_todo", user_id=root.id, summary="Visibility"
            )
        )
        self._compare_attached("mail.activity", made, is_search=False)

    def test_messages(self):
        made = self._attached(
            lambda record: record.message_post(
                body="Visibility", subtype_xmlid="mail.mt_comment"
            )
        )
        self._compare_attached("mail.message", made)

    def test_attachments(self):
        made = self._attached(
            lambda record: self.env["ir.attachment"].create(
                {
                    "name": "visibility.txt",
                    "raw": b"Visibility",
                    "res_model": record._name,
                    "res_id": record.id,
                }
            )
        )
        self._compare_attached("ir.attachment", made)

    def test_rows_of_customers(self):
        """P33: log and access rows go with their customer."""
        for model_name in ("crm.pool.log", "crm.pool.access"):
            everything = self.env[model_name].search(
                [("customer_id", "in", list(self.world.rows))]
            )
            self.assertTrue(everything)
            for login, person in self._internal_people():
                model = self._env_of(person)[model_name]
                if not model.has_access("read"):
                    continue
                visible = self.world.visible(person, "crm.pool.customer")
                expected = everything.filtered(
                    lambda one, visible=visible: one.customer_id.id in visible
                )
                with self.subTest(user=login, model=model_name):
                    found = model.search([("id", "in", everything.ids)])
                    self.assertEqual(set(found.ids), set(expected.ids))
                    single = model.browse(everything.ids)._filtered_access("read")
                    self.assertEqual(set(single.ids), set(expected.ids))

    def test_numbers(self):
        """P32: telephone numbers go with their contact."""
        numbers = {}
        for one in sorted(self.world.everything("res.partner")):
            partner = self.env["res.partner"].browse(one)
            partner.phone = f"0592 555{one % 10000:04d}"
            numbers[one] = self.env["crm.phone.number"].search(
                [("partner_id", "=", one)], limit=1
            )
        for login, person in self._internal_people():
            model = self._env_of(person)["crm.phone.number"]
            if not model.has_access("read"):
                continue
            visible = self.world.visible(person, "res.partner")
            expected = {row.id for one, row in numbers.items() if one in visible}
            with self.subTest(user=login):
                ids = [row.id for row in numbers.values()]
                self.assertEqual(set(model.search([("id", "in", ids)]).ids), expected)
                single = model.browse(ids)._filtered_access("read")
                self.assertEqual(set(single.ids), expected)

    def test_order_lines_and_analysis(self):
        """Lines and the analysis of orders show what the orders show."""
        product = self.env["product.product"].create({"name": "Visibility"})
        orders = self.env["sale.order"].browse(self.world.everything("sale.order"))
        for order in orders:
            order.order_line = [(0, 0, {"product_id": product.id})]
        self.env.flush_all()
        for login, person in self._internal_people():
            env = self._env_of(person)
            if not env["sale.order"].has_access("read"):
                continue
            expected = self.world.visible(person, "sale.order")
            with self.subTest(user=login):
                lines = env["sale.order.line"].search([("product_id", "=", product.id)])
                self.assertEqual(set(lines.sudo().order_id.ids), expected)
                if not env["sale.report"].has_access("read"):
                    continue
                rows = env["sale.report"].search([("product_id", "=", product.id)])
                shown = {row.order_reference.id for row in rows.sudo()}
                self.assertEqual(shown, expected)

    def test_names_on_documents(self):
        """What a visible document says of its customer is of a visible customer.

        One's own closed order is the exception: it stays one's own.
        """
        fields = {
            "crm.lead": ("partner_id",),
            "sale.order": ("partner_id", "partner_invoice_id", "partner_shipping_id"),
            "crm.contact.record": ("partner_id", "customer_partner_id"),
        }
        for login, person in self._internal_people():
            if not person.is_sales:
                continue
            partners = self.world.visible(person, "res.partner")
            for model_name, names in fields.items():
                env = self._env_of(person)
                if not env[model_name].has_access("read"):
                    continue
                spec = {name: {"fields": {"display_name": {}}} for name in names}
                ids = sorted(self.world.everything(model_name))
                answer = env[model_name].web_search_read([("id", "in", ids)], spec)
                own = {d.id for d in self.world.documents if d.user_id == person.id}
                for row in answer["records"]:
                    if model_name == "sale.order" and row["id"] in own:
                        continue
                    for name in names:
                        with self.subTest(user=login, model=model_name, field=name):
                            self.assertIn(row[name]["id"], partners)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_probing_by_related_fields(self):
        """A condition through a relation finds nothing hidden."""
        secret = {}
        for one in sorted(self.world.everything("res.partner")):
            secret[one] = f"ZZ{one}"
            self.env["res.partner"].browse(one).ref = secret[one]
        self.env.flush_all()
        for login in ("agent_1", "agent_3", "seller"):
            person = self._person(login)
            env = self._env_of(person)
            visible = self.world.visible(person, "res.partner")
            for one in sorted(set(secret) - visible):
                with self.subTest(user=login, partner=one):
                    for model_name, path in (
                        ("crm.lead", "partner_id.ref"),
                        ("res.partner", "child_ids.ref"),
                        ("res.partner", "parent_id.ref"),
                        ("crm.pool.customer", "partner_id.ref"),
                    ):
                        model = env[model_name]
                        if model.has_access("read"):
                            self.assertFalse(model.search([(path, "=", secret[one])]))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_reports(self):
        """An order is rendered for who sees it, for nobody else."""
        name = "sale.report_saleorder"
        orders = sorted(self.world.everything("sale.order"))[:12]
        for login, person in self._internal_people():
            env = self._env_of(person)
            if not env["sale.order"].has_access("read"):
                continue
            visible = self.world.visible(person, "sale.order")
            own = {d.id for d in self.world.documents if d.user_id == person.id}
            report = env["ir.actions.report"]
            for one in orders:
                order = self.env["sale.order"].browse(one)
                partners = self.world.visible(person, "res.partner")
                if one in own and order.partner_id.id not in partners:
                    continue  # one's own, closed, of another's customer
                env.invalidate_all()
                with self.subTest(user=login, order=one):
                    if one in visible:
                        html, _kind = report._render_qweb_html(name, [one])
                        self.assertIn(order.name.encode(), html)
                    else:
                        with self.assertRaises(AccessError):
                            report._render_qweb_html(name, [one])
