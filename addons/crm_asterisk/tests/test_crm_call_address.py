from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import CallCase

NUMBER = "13800000020"
ADDRESS = "/odoo/caller?number="
# in the browser: six to choose from, the lead is opened
CHOOSE_FAIR = """
const look = setInterval(() => {
    const rows = [...document.querySelectorAll(".o_crm_asterisk_caller")];
    const fair = rows.find((row) => row.textContent.includes("Fair"));
    const isThere = location.pathname.endsWith("/callers");
    if (isThere && rows.length === 6 && fair) {
        fair.click();
    }
    const field = ".o_form_view [name=name] textarea";
    const name = document.querySelector(field);
    if (name?.value === "Fair") {
        clearInterval(look);
        console.log("test successful");
    }
}, 300);
"""


@tagged("post_install", "-at_install")
class TestCrmCallAddress(HttpCase, CallCase):
    def pop(self, number, user=None):
        return (
            self.env["crm.call"].with_user(user or self.agent).action_pop_number(number)
        )

    def test_A12_who_has_the_number(self):
        """A12: the contact; the list of several; a new lead with the number; nobody
        learns of a customer who is hidden from him."""
        first = self.customer_with(NUMBER)
        for text in (NUMBER, "+86 138 0000 0020", " 8613800000020", "008613800000020"):
            action = self.pop(text)
            self.assertEqual(
                (action["res_model"], action.get("res_id")),
                ("res.partner", first.partner_id.id),
                text,
            )
        second = self.customer_with(NUMBER, "Hill Paper")
        action = self.pop(NUMBER)
        self.assertEqual(
            (action["tag"], action["params"]["number"]),
            ("crm_asterisk.callers", NUMBER),
        )
        calls = self.env["crm.call"].with_user(self.agent)
        shown = {(row["model"], row["id"]) for row in calls.callers(NUMBER)}
        partners = (first | second).partner_id
        self.assertEqual(shown, {("res.partner", partner.id) for partner in partners})
        first.action_assign(self.other.id, "test")
        self.assertEqual(self.pop(NUMBER)["res_id"], second.partner_id.id)
        for text in ("13900000033", "anonymous", "<b>x</b>", "", None):
            action = self.pop(text)
            self.assertEqual(
                (action["res_model"], action["context"]),
                (
                    "crm.lead",
                    {
                        "default_phone": text == "13900000033" and text,
                        "default_name": text or "",
                    },
                ),
            )

    def test_A12_a_lead(self):
        """A12: one who is a lead so far."""
        lead = self.env["crm.lead"].create(
            {"name": "Fair", "phone": NUMBER, "user_id": self.agent.id}
        )
        action = self.pop(NUMBER)
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.lead", lead.id))

    def test_A12_contacts_and_leads_with_one_number(self):
        """A12: the same number at five customers and three leads: all of them can be
        chosen, those that the user may not see are not there."""
        customers = [
            self.customer_with(NUMBER, f"{place} Paper")
            for place in ("River", "Hill", "Lake", "Sea", "Town")
        ]
        customers[4].action_assign(self.other.id, "test")
        customers[3].action_assign(self.agent.id, "test")
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "phone": NUMBER, "user_id": user.id}
                for name, user in (
                    ("Fair", self.agent),
                    ("Web", self.agent),
                    ("Hidden", self.other),
                )
            ]
        )
        self.assertEqual(self.pop(NUMBER)["tag"], "crm_asterisk.callers")
        rows = self.env["crm.call"].with_user(self.agent).callers(NUMBER)
        self.assertEqual(
            [row["name"] for row in rows if row["model"] == "res.partner"],
            ["River Paper", "Hill Paper", "Lake Paper", "Sea Paper"],
        )
        self.assertEqual(
            {row["id"] for row in rows if row["model"] == "crm.lead"},
            set(leads[:2].ids),
        )
        sea = next(row for row in rows if row["name"] == "Sea Paper")
        self.assertEqual((sea["kind"], sea["user"]), ("company", self.agent.name))
        self.browser_js(
            ADDRESS + NUMBER, CHOOSE_FAIR, login=self.agent.login, timeout=120
        )

    def test_A12_people_of_the_pool_alone(self):
        """A12, A15: no other person asks for numbers by it."""
        stranger = new_test_user(self.env, "call_stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.pop(NUMBER, stranger)

    def test_A12_address_after_login(self):
        """A12: log-in keeps the address; in the browser it opens the contact."""
        self.customer_with(NUMBER)
        answer = self.url_open(ADDRESS + NUMBER, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login?redirect=", answer.headers["Location"])
        self.assertIn(f"caller%3Fnumber%3D{NUMBER}", answer.headers["Location"])
        code = """
            const look = setInterval(() => {
                const name = ".o_form_view .o_field_widget[name=name]";
                const shown = document.querySelector(name);
                const input = shown?.querySelector("input, textarea");
                if ((input?.value || shown?.textContent)?.includes("River Paper")) {
                    clearInterval(look);
                    console.log("test successful");
                }
            }, 100);
        """
        self.browser_js(ADDRESS + NUMBER, code, login=self.agent.login, timeout=120)
