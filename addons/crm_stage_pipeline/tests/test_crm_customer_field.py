from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.res_partner_person import age_on
from .field_case import CUSTOMER, PERSON, FieldCase


@tagged("post_install", "-at_install")
class TestCrmCustomerField(FieldCase):
    """G17, P54: the fields of 001 and 002, through form, list, import and export."""

    def _class(self, kind, name):
        return self.env["crm.customer.class"].create({"kind": kind, "name": name})

    def _form_values(self):
        """Field of the form to value, for every word of CUSTOMER."""
        return {
            "mnemonic_code": "ljzy",
            "pool_customer_number": "K-77",
            "name": "临江纸业有限公司",
            "street": "滨江路18号",
            "phone": "0571-90000001",
            "zip": "310000",
            "email": "info@paper.example",
            "city": "杭州",
            "industry_id": self.industry,
            "pool_grade_id": self._class("grade", "A+"),
            "pool_type_id": self._class("type", "大客户"),
            "pool_status_id": self._class("status", "合作中"),
            "pool_credit_rating_id": self._class("rating", "AAA"),
            "pool_credit_limit": 50000.0,
            "parent_id": self.group,
            "finance_phone": "0571-90000002",
            "website": "https://paper.example",
            "comment": "<p>老客户介绍</p>",
            "pool_registered_on": date(2024, 5, 6),
            "pool_team_id": self.team,
            "keyword": "箱板纸",
            "profile": "年产十万吨",
            "category_id": self.tag,
            "pool_source_id": self.source,
            "fax": "0571-90000003",
            "mobile": "13490003001",
            "contact_name": "李华",
            "contact_function": "采购经理",
        }

    def _fill(self, user, values):
        """A new customer by the form of the pool's button New Customer."""
        context = self.env["crm.pool.customer"].action_new_partner()["context"]
        model = self.env["res.partner"].with_user(user).with_context(**context)
        with Form(model, view="base.view_partner_form") as form:
            form.name = values["name"]
            for name, value in values.items():
                if name == "category_id":
                    form.category_id.add(value)
                elif name not in ("name", "contact_function"):
                    setattr(form, name, value)
            if "contact_function" in values:
                form.contact_function = values["contact_function"]
        return form.record

    def assertSame(self, value, expected):
        """Telephone numbers are written in international form by the forms."""
        if isinstance(expected, str) and expected.replace("-", "").isdigit():
            digits = "".join(char for char in value or "" if char.isdigit())
            self.assertTrue(digits.endswith(expected.replace("-", "")[-9:]), value)
        else:
            self.assertEqual(value, expected)

    def _by_right(self, name):
        """Who may set a field: agents all but the number and the credit limit."""
        return name in ("pool_customer_number", "pool_credit_limit")

    def test_form_of_an_agent(self):
        """G17: every field is filled in one form, on creation, by an agent."""
        values = self._form_values()
        own = {k: v for k, v in values.items() if not self._by_right(k)}
        partner = self._fill(self.agent_1, own)
        self.assertEqual(partner.pool_owner_id, self.agent_1)
        for word, (name, _field, _cell) in CUSTOMER.items():
            if not self._by_right(name):
                with self.subTest(word=word, field=name):
                    # the owner is who enters the customer (P47)
                    self.assertSame(partner[name], values.get(name, self.agent_1))
        self.assertRegex(partner.pool_customer_number, r"^C\d{6}$")

    def test_form_of_a_manager(self):
        """G17: number and credit limit are given by right."""
        partner = self._fill(self.manager, self._form_values())
        self.assertEqual(partner.pool_customer_number, "K-77")
        self.assertEqual(partner.pool_credit_limit, 50000)
        company_limit = partner.sudo().with_company(self.company).credit_limit
        self.assertEqual(company_limit, 50000)

    def test_write_by_call(self):
        """G17: the owner writes every field by RPC; what needs a right is refused."""
        customer = self._new_customers(1, owner=self.agent_1)
        partner = customer.partner_id.with_user(self.agent_1)
        for name, value in self._form_values().items():
            raw = value.id if hasattr(value, "id") else value
            raw = [(6, 0, value.ids)] if name == "category_id" else raw
            with self.subTest(field=name):
                if self._by_right(name):
                    with self.assertRaises(AccessError):
                        partner.write({name: raw})
                else:
                    partner.write({name: raw})
                    self.assertEqual(partner[name], value)

    def test_lists_show_every_field(self):
        """G17: every field is a column of its list, and can be read there."""
        customer = self._new_customers(1, owner=self.agent_1).with_user(self.agent_1)
        for model, fields in (
            (customer, [field for _name, field, _cell in CUSTOMER.values()]),
            (customer.partner_id, [name for name, _cell in PERSON.values()]),
        ):
            arch = model.get_view(view_type="list")["arch"]
            for name in fields:
                shown = (
                    "complete_name" if model != customer and name == "name" else name
                )
                if name == "comment" and model != customer:
                    continue  # a long text is read on the form
                with self.subTest(model=model._name, field=name):
                    self.assertIn(f'name="{shown}"', arch)
                    self.assertIn(name, model.read([name])[0])

    def test_search_by_every_field(self):
        """G17: every field of the row and the person can be searched."""
        partner = self._fill(self.manager, self._form_values())
        customers = self.env["crm.pool.customer"].with_user(self.manager)
        for word, (_name, field, _cell) in CUSTOMER.items():
            if field == "credit_limit":
                continue  # core's, of accounting
            value = partner.pool_customer_id[field]
            if field.endswith("_ids"):
                condition = [(field, "in", value.ids)]
            else:
                condition = [(field, "=", getattr(value, "id", value))]
            with self.subTest(word=word, field=field):
                self.assertIn(partner.pool_customer_id, customers.search(condition))

    def test_export_of_every_field(self):
        """G17: the export of an agent's own customer holds every field."""
        values = self._form_values()
        own = {k: v for k, v in values.items() if not self._by_right(k)}
        partner = self._fill(self.agent_1, own)
        self.agent_1.group_ids += self.env.ref("base.group_allow_export")
        customer = partner.pool_customer_id.with_user(self.agent_1)
        columns = [field for _name, field, _cell in CUSTOMER.values()]
        [row] = customer.export_data(columns)["datas"]
        for column, value in zip(columns, row, strict=True):
            with self.subTest(field=column):
                if column != "credit_limit":
                    self.assertTrue(value)

    def test_person_form(self):
        """G17: a contact person's fields, in the form below the customer's."""
        customer = self._new_customers(1, owner=self.agent_1)
        boss = self.env["res.partner"].create(
            {"name": "Boss", "parent_id": customer.partner_id.id}
        )
        values = {
            "name": "Li Hua",
            "gender": "female",
            "department": "Purchasing",
            "function": "Buyer",
            "superior_id": boss,
            "phone": "0571-90000009",
            "mobile": "13490003009",
            "email": "li@paper.example",
            "home_phone": "0571-90000010",
            "fax": "0571-90000011",
            "birthday": date(1990, 1, 2),
            "hobbies": "Badminton",
            "qq": "10002",
            "messenger": "li.hua",
            "is_primary_contact": True,
        }
        partner = customer.partner_id.with_user(self.agent_1)
        with (
            Form(partner, view="base.view_partner_form") as form,
            form.child_ids.new() as line,
        ):
            for name, value in values.items():
                setattr(line, name, value)
        person = partner.child_ids - boss.with_user(self.agent_1)
        for name, value in values.items():
            with self.subTest(field=name):
                self.assertSame(person[name], value)
        self.assertEqual(partner.primary_contact_id, person)

    def test_age(self):
        """P54: the age follows from the birthday; 29 February on 1 March."""
        born = date(2000, 2, 29)
        for day, age in (
            (date(2026, 2, 28), 25),
            (date(2026, 3, 1), 26),
            (date(2028, 2, 28), 27),
            (date(2028, 2, 29), 28),
        ):
            with self.subTest(day=day), freeze_time(day):
                person = self.env["res.partner"].create({"name": "P", "birthday": born})
                self.assertEqual(person.age, age)
                self.assertEqual(age_on(born, day), age)
                for operator, value, found in (
                    ("=", age, True),
                    ("=", age - 1, False),
                    (">=", age, True),
                    (">", age, False),
                    ("<=", age, True),
                    ("<", age, False),
                ):
                    hits = person.search(
                        [("age", operator, value), ("id", "=", person.id)]
                    )
                    self.assertEqual(bool(hits), found, (operator, value))
        with self.assertRaises(ValidationError):
            self.env["res.partner"].create({"name": "P", "birthday": "2999-01-01"})

    def test_superior(self):
        """G17: a superior of the same customer, no circle."""
        one, other = self._new_customers(2).partner_id
        boss, person, stranger = self.env["res.partner"].create(
            [
                {"name": "Boss", "parent_id": one.id},
                {"name": "Person", "parent_id": one.id},
                {"name": "Stranger", "parent_id": other.id},
            ]
        )
        person.superior_id = boss
        for wrong in (stranger, person):
            with self.assertRaises(ValidationError):
                boss.superior_id = wrong

    def test_main_contact(self):
        """P53, G17: one main contact, changed at any time, gone when he goes."""
        one, other = self._new_customers(2).partner_id
        first, second = self.env["res.partner"].create(
            [
                {"name": "First", "parent_id": one.id, "is_primary_contact": True},
                {"name": "Second", "parent_id": one.id},
            ]
        )
        self.assertEqual(one.primary_contact_id, first)
        second.is_primary_contact = True
        self.assertEqual(
            (one.contact_name, first.is_primary_contact), ("Second", False)
        )
        main = first.search(
            [("is_primary_contact", "=", True), ("parent_id", "=", one.id)]
        )
        self.assertEqual(main, second)
        second.parent_id = other
        self.assertFalse(one.primary_contact_id)
        first.is_primary_contact = True
        first.active = False
        self.assertFalse(one.primary_contact_id)
        with self.assertRaises(ValidationError):
            one.primary_contact_id = second

    def test_mnemonic_code_follows_the_name(self):
        """G17: initials of the name, until somebody types another code."""
        partner = self.env["res.partner"].create({"name": "临江纸业"})
        self.assertEqual(partner.mnemonic_code, "ljzy")
        partner.name = "临江木业"
        self.assertEqual(partner.mnemonic_code, "ljmy")
        partner.mnemonic_code = "wood"
        partner.name = "临江家具"
        self.assertEqual(partner.mnemonic_code, "wood")

    def test_numbers_for_customers_without(self):
        """P58: customers of before get theirs, oldest first, once."""
        customers = self._new_customers(3)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_pool_customer SET customer_number = NULL WHERE id = ANY(%s)",
            [customers.ids],
        )
        customers.invalidate_recordset()
        policy = self.policy.with_user(self.manager)
        policy.action_number_customers()
        numbers = customers.sorted("id").mapped("customer_number")
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertTrue(all(numbers))
        policy.action_number_customers()
        self.assertEqual(customers.sorted("id").mapped("customer_number"), numbers)
        with self.assertRaises(AccessError):
            self.policy.with_user(self.agent_1).action_number_customers()

    def test_given_numbers_are_passed_over(self):
        """P58: the sequence never meets a number that somebody gave by hand."""
        sequence = self.policy._number_sequence()
        coming = sequence.get_next_char(sequence.number_next_actual + 1)
        given = self._new_customers(1)
        given.with_user(self.manager).customer_number = coming
        sequence.number_next_actual = int(coming[1:]) - 1
        numbers = self._new_customers(3).mapped("customer_number")
        self.assertEqual(len(set(numbers)), 3)
        self.assertNotIn(coming, numbers)

    def test_numbers_of_two_companies(self):
        """P58: customer numbers count for each company; one is given once."""
        other = self.env["res.company"].create({"name": "Second"})
        policy = self.env["crm.pool.policy"]._policy_for(other)
        policy._number_sequence().write({"prefix": "S-", "padding": 3})
        partner = self.env["res.partner"].create({"name": "Both", "is_company": True})
        customers = self.env["crm.pool.customer"]
        here = customers.create({"partner_id": partner.id, "owner_id": False})
        there = customers.create(
            {"partner_id": partner.id, "company_id": other.id, "owner_id": False}
        )
        self.assertEqual(there.customer_number, "S-001")
        self.assertRegex(here.customer_number, r"^C\d{6}$")
        with self.assertRaises(AccessError):
            here.with_user(self.agent_1).customer_number = "X"
        here.with_user(self.manager).customer_number = "S-001"

    def test_values_of_another_company_are_refused(self):
        """P58: grades and sources are a company's own or common."""
        other = self.env["res.company"].create({"name": "Second"})
        customer = self._new_customers(1, owner=self.agent_1)
        grade = self.env["crm.customer.class"].create(
            {"kind": "grade", "name": "Z", "company_id": other.id}
        )
        source = self.env["utm.source"].create(
            {"name": "Fair of the other", "company_id": other.id}
        )
        for vals in ({"grade_id": grade.id}, {"source_id": source.id}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                customer.write(vals)
        self.assertFalse(grade.with_user(self.agent_1)._filtered_access("read"))

    def test_facts_bring_a_contact_into_the_pool(self):
        """G17: a contact created with facts by call is a customer."""
        grade = self.env["crm.customer.class"].search([("kind", "=", "grade")], limit=1)
        partner = (
            self.env["res.partner"]
            .with_user(self.agent_1)
            .create({"name": "By Call", "is_company": True, "pool_grade_id": grade.id})
        )
        self.assertEqual(partner.pool_customer_id.grade_id, grade)
        self.assertEqual(partner.pool_owner_id, self.agent_1)
