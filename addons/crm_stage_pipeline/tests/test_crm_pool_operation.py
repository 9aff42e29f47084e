from odoo.tests import Form, tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolOperation(PoolCase):
    """P6, P7, P23, P31: the dialogs of the lists and the buttons of the form."""

    def _open(self, user, action, customers):
        model = self.env["crm.pool.operation"].with_user(user)
        return model._open(action, customers.with_user(user))

    def _dialog(self, user, opened):
        self.assertEqual(opened["res_model"], "crm.pool.operation")
        return self.env["crm.pool.operation"].with_user(user).browse(opened["res_id"])

    def test_claim_runs_at_once(self):
        """P23: nothing to ask: a message, and the list loaded anew."""
        customers = self._new_customers(2)
        opened = self._open(self.agent_1, "claim", customers)
        self.assertEqual(opened["tag"], "display_notification")
        self.assertEqual(customers.owner_id, self.agent_1)

    def test_refusals_are_shown_row_by_row(self):
        """P23: what was refused stands first, each with its sentence."""
        self._set_limit(1, "target")
        customers = self._new_customers(3)
        opened = self._open(self.agent_1, "claim", customers)
        dialog = self._dialog(self.agent_1, opened)
        self.assertEqual((dialog.done_count, dialog.refused_count), (1, 2))
        self.assertEqual(dialog.line_ids.mapped("is_done"), [False, False, True])
        self.assertTrue(all(dialog.line_ids.mapped("message")))

    def test_release_of_another_asks_for_the_reason(self):
        """P31: a leader's release asks why; one's own does not."""
        customers = self._new_customers(2, "target", self.agent_1)
        opened = self._open(self.leader, "release", customers[0])
        dialog = self._dialog(self.leader, opened)
        dialog.reason = "left the company"
        dialog.action_run()
        self.assertFalse(customers[0].owner_id)
        self.assertEqual(customers[0].log_ids[0].reason, "left the company")
        own = self._open(self.agent_1, "release", customers[1])
        self.assertEqual(own["tag"], "display_notification")

    def test_proposed_stages(self):
        """P3, P6: the next stage up, the reserve down, target out of the reserve."""
        potential = self._new_customers(1, "potential", self.agent_1)
        reserve = self._new_customers(1, "reserve")
        for action, customer, code in (
            ("promote", potential, "opportunity"),
            ("demote", potential, "reserve"),
            ("screen", reserve, "target"),
        ):
            opened = self._open(self.agent_1, action, customer)
            dialog = self._dialog(self.agent_1, opened)
            self.assertEqual(dialog.stage_code, code)

    def test_every_action_runs(self):
        """Each entry of the menu calls its action with what the dialog holds."""
        expected = {
            "assign": "owner_id",
            "share": "access",
            "unshare": "access",
            "pause": "track_mark",
            "resume": "track_mark",
            "promote": "stage_code",
            "demote": "stage_code",
            "move": "stage_code",
        }
        customer = self._new_customers(1, "potential", self.agent_1)
        self.team.member_ids |= self.agent_3
        for action, field in expected.items():
            before = customer[field]
            dialog = (
                self.env["crm.pool.operation"]
                .with_user(self.leader)
                .create(
                    {
                        "action": action,
                        "customer_ids": customer.ids,
                        "user_id": (
                            self.agent_2 if action == "assign" else self.agent_3
                        ).id,
                        "stage_code": {"promote": "deal", "demote": "potential"}.get(
                            action, "target"
                        ),
                        "reason": "because",
                    }
                )
            )
            with self.subTest(action=action):
                self.assertEqual(dialog.action_run()["tag"], "display_notification")
                self.assertNotEqual(customer[field], before)

    def test_draw(self):
        """P26: the dialog of the random draw."""
        customers = self._new_customers(3, "reserve")
        with Form(
            self.env["crm.pool.operation"]
            .with_user(self.agent_1)
            .with_context(default_action="draw")
        ) as form:
            form.count = 2
        form.record.action_run()
        drawn = self.env["crm.pool.customer"].search(
            [("owner_id", "=", self.agent_1.id)]
        )
        self.assertEqual(len(drawn), 2)
        self.assertTrue(customers)

    def test_form_of_a_partner(self):
        """P47: a new customer enters the pool as its maker's; the header tells so."""
        action = self.env["crm.pool.customer"].with_user(self.agent_1)
        context = action.action_new_partner()["context"]
        model = self.env["res.partner"].with_user(self.agent_1).with_context(**context)
        with Form(model) as form:
            form.name = "Newly Entered Works"
        partner = form.record
        self.assertEqual(partner.pool_owner_id, self.agent_1)
        self.assertEqual(partner.pool_stage_code, "reserve")
        self.assertEqual(partner.pool_right, "owner")
        partner.with_context(crm_pool_operation="pause").action_pool_operation()
        with Form(partner) as form:
            form.pool_next_visit_date = "2030-01-01 08:00:00"
        self.assertTrue(partner.pool_customer_id.next_visit_date)

    def test_enter_an_existing_partner(self):
        """A partner in no pool is entered by its button, once."""
        partner = self.env["res.partner"].create({"name": "Old Contact"})
        mine = partner.with_user(self.agent_1)
        self.assertFalse(mine.pool_customer_id)
        mine.action_pool_enter()
        mine.action_pool_enter()
        self.assertEqual(mine.pool_customer_id.owner_id, self.agent_1)

    def test_settings_write_the_policy(self):
        """P58: the settings are the policy of the current company."""
        settings = self.env["res.config.settings"].create({"crm_pool_holding_cap": 33})
        settings.execute()
        self.assertEqual(self.policy.holding_cap, 33)
        opened = settings.action_crm_pool_quotas()
        self.assertEqual(opened["res_id"], self.policy.id)

    def test_new_company_has_a_policy(self):
        """P24: twenty a day for each of the three stages, from the start."""
        company = self.env["res.company"].create({"name": "Branch Works"})
        lines = company.crm_pool_policy_id.line_ids.sorted("stage_code")
        self.assertEqual(
            lines.mapped(lambda line: (line.stage_code, line.daily_limit)),
            [("potential", 20), ("reserve", 20), ("target", 20)],
        )
