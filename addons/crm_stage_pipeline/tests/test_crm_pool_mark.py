from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolMark(PoolCase):
    """P1 to P15, C5, C6: what the rows of the requirements say of their edges."""

    def _lead(self, customer, user=None, **vals):
        return self.env["crm.lead"].create(
            {
                "name": "Shelves",
                "type": "opportunity",
                "partner_id": customer.partner_id.id,
                "user_id": (user or self.agent_1).id,
                **vals,
            }
        )

    def _filter(self, name):
        """The domain of a filter of the customers' search view, as a client gets it."""
        view = self.env["crm.pool.customer"].get_view(view_type="search")["arch"]
        return view.split(f'name="{name}"')[1].split('domain="')[1].split('"')[0]

    def test_company_stage_of_a_code(self):
        """P1: an extra stage counts as one of the five: one enters and leaves it."""
        extra = self.env["crm.pool.stage"].create(
            {
                "name": "Fair",
                "code": "target",
                "company_id": self.company.id,
                "is_default": False,
            }
        )
        self.policy.default_stage_id = extra
        customer = self._new_customers(1, owner=self.agent_1, stage_id=extra.id)
        self.assertEqual(customer.stage_code, "target")
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_promote("potential"), ["moved"])
        self.assertCodes(row.action_demote("target"), ["moved"])
        self.assertEqual(customer.stage_id, self._stage("target"))

    def test_move_to_a_company_stage(self):
        """P1: inside a code and between codes; by call and by the dialog."""
        stages = self.env["crm.pool.stage"]
        vals = {"company_id": self.company.id, "is_default": False}
        fair = stages.create({"name": "Fair", "code": "target", **vals})
        warm = stages.create({"name": "Warm", "code": "potential", **vals})
        customer = self._new_customers(1, "target", self.agent_1)
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_set_stage(fair.id), ["moved"])
        self.assertEqual((customer.stage_id, customer.stage_code), (fair, "target"))
        self.assertEqual(customer.log_ids[0].reason, "Fair")
        self.assertCodes(row.action_set_stage(fair.id), ["already_there"])
        self.assertCodes(row.action_set_stage(warm.id), ["moved"])
        self.assertEqual((customer.stage_id, customer.stage_code), (warm, "potential"))
        stranger = customer.with_user(self.agent_2)
        self.assertCodes(stranger.action_set_stage(fair.id), ["not_found"])
        reserve = self._new_customers(1, "reserve", self.agent_1)
        moved = reserve.with_user(self.agent_1).action_set_stage(fair.id)
        self.assertCodes(moved, ["illegal_transition"])
        dialog = (
            self.env["crm.pool.operation"]
            .with_user(self.agent_1)
            .create(
                {
                    "action": "demote",
                    "customer_ids": row.ids,
                    "stage_code": "target",
                    "stage_id": fair.id,
                }
            )
        )
        self.assertTrue(dialog.has_own_stages)
        dialog.action_run()
        self.assertEqual(customer.stage_id, fair)

    def test_stage_in_use(self):
        """P1: a stage in use is not archived, deleted or given another code."""
        stage = self.env["crm.pool.stage"].create(
            {
                "name": "Fair",
                "code": "target",
                "company_id": self.company.id,
                "is_default": False,
            }
        )
        customer = self._new_customers(1, stage_id=stage.id)
        customer.active = False  # an archived customer stands in it all the same
        for change in (
            lambda: stage.write({"active": False}),
            lambda: stage.write({"code": "deal"}),
            stage.unlink,
        ):
            with self.assertRaises(UserError):
                change()

    def test_removed_transition(self):
        """P3, bad input: a removed move refuses in words; customers stay and managers
        move them."""
        customer = self._new_customers(1, "target", self.agent_1)
        self.env["crm.pool.transition"].search(
            [("from_code", "=", "target"), ("kind", "in", ("promote", "demote"))]
        ).unlink()
        row = customer.with_user(self.agent_1)
        self.assertCodes(row.action_promote("potential"), ["illegal_transition"])
        self.assertCodes(row.action_demote("reserve"), ["illegal_transition"])
        self.assertCodes(row.action_promote(""), ["illegal_transition"])
        wizard = self.env["crm.pool.operation"].with_user(self.agent_1)
        for action in ("promote", "demote"):
            self.assertFalse(wizard._proposed_code(action, row))
        self.assertEqual(customer.stage_code, "target")
        by_manager = customer.with_user(self.manager)
        self.assertCodes(by_manager.action_move("potential", "table"), ["moved"])

    def test_activities_of_a_demoted_customer(self):
        """P4: falling to the reserve cancels what its members had planned, and keeps
        it; the activities of others and of other customers stay."""
        customer, other = self._new_customers(2, "target", self.agent_1)
        customer.with_user(self.agent_1).action_share(self.agent_2.id)
        plan = []
        for row, user in (
            (customer, self.agent_1),
            (customer, self.agent_2),
            (customer, self.manager),
            (other, self.agent_1),
        ):
            plan.append(
                row.partner_id.activity_schedule(
                    "mail.mail_activity_data_call", user_id=user.id
                )
            )
        customer.with_user(self.agent_1).action_demote("reserve")
        mine, colleague, manager, elsewhere = plan
        self.assertFalse((mine | colleague).filtered("active"))
        self.assertFalse((mine | colleague).user_id)
        self.assertIn("agent_1", mine.feedback)
        self.assertTrue(manager.active and elsewhere.active)

    def test_entry_uses_no_quota(self):
        """P5: customers entered in bulk, in a stage above the reserve, are shared of
        that stage or their owner's, and no claim."""
        self._set_limit(1, "target")
        self._new_customers(3, "target", self.agent_1)
        shared = self._new_customers(3, "target")
        self.assertEqual(set(shared.mapped("access")), {"shared"})
        claimed = shared[:1].with_user(self.agent_1).action_claim()
        self.assertCodes(claimed, ["claimed"])

    def test_batch_move_again(self):
        """P7: repeated it changes nothing."""
        customers = self._new_customers(5, "target")
        rows = customers.with_user(self.manager)
        self.assertCodes(rows.action_move("potential"), ["moved"] * 5)
        logs = len(customers.log_ids)
        self.assertCodes(rows.action_move("potential"), ["already_there"] * 5)
        self.assertEqual(len(customers.log_ids), logs)

    def test_contact_mark_after_deletion(self):
        """P8: the mark is computed anew; a failed call is no contact."""
        customer = self._new_customers(1, "target", self.agent_1)
        records = self.env["crm.contact.record"].with_user(self.agent_1)
        busy = self.env.ref(f"{MODULE}.crm_contact_outcome_no_answer")
        records.create({"customer_id": customer.id, "outcome_id": busy.id})
        self.assertEqual(customer.contact_mark, "uncontacted")
        good = records.create({"customer_id": customer.id})
        self.assertEqual(customer.contact_mark, "contacted")
        good.unlink()
        self.assertEqual(customer.contact_mark, "uncontacted")
        self.assertFalse(customer.last_contact_at)

    def test_paused_vanish_from_visits(self):
        """P9: a paused customer is not due, and still one's own."""
        due = "2020-01-01 08:00:00"
        customers = self._new_customers(2, "potential", self.agent_1)
        customers.next_visit_date = due
        customers[0].with_user(self.agent_1).action_pause()
        self.assertIn("track_mark", self._filter("filter_due"))
        found = customers.search(
            [
                ("id", "in", customers.ids),
                ("next_visit_date", "<", "2021-01-01"),
                ("track_mark", "=", "tracking"),
            ]
        )
        self.assertEqual(found, customers[1])
        self.assertEqual(customers[0].owner_id, self.agent_1)
        self.assertEqual(str(customers[0].next_visit_date), due)

    def test_buttons_of_an_opportunity(self):
        """P10, P12: pause and resume; resumed it lifts its customer again."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead = self._lead(customer).with_user(self.agent_1)
        lead.action_pause_selling()
        self.assertEqual(lead.sales_mark, "paused")
        customer.with_user(self.agent_1).action_demote("target")
        self.assertEqual(customer.stage_code, "target")
        lead.action_resume_selling()
        self.assertEqual(lead.sales_mark, "selling")
        self.assertEqual(customer.stage_code, "opportunity")
        lead.action_set_lost()
        lead.action_resume_selling()
        self.assertEqual(lead.sales_mark, "ended")

    def test_order_wins_its_opportunity(self):
        """P10, C5: an opportunity that became an order is won and ended."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead = self._lead(customer)
        lost = self._lead(customer)
        lost.action_set_lost()
        for opportunity in (lead, lost):
            order = self._new_order(customer)
            order.opportunity_id = opportunity
            order.with_user(self.agent_1).action_confirm()
        self.assertEqual((lead.won_status, lead.sales_mark), ("won", "ended"))
        self.assertEqual(lost.won_status, "lost")
        view = lead.get_view(
            self.env.ref("crm.view_crm_case_opportunities_filter").id, "search"
        )
        self.assertIn('name="filter_ordered"', view["arch"])
        ordered = [("won_status", "=", "won"), ("order_ids.state", "=", "sale")]
        self.assertIn(lead, lead.search(ordered))

    def test_deal_customer_with_running_opportunity(self):
        """C6: stays deal, and is found among those with a running opportunity."""
        deal, quiet, other = self._new_customers(3, "deal", self.agent_1)
        lead = self._lead(deal)
        company = self.env["res.company"].create({"name": "Second"})
        self._lead(other, company_id=company.id, user_id=False)
        self.assertEqual(deal.stage_code, "deal")
        rows = deal | quiet | other
        running = [("id", "in", rows.ids), ("has_running_opportunity", "=", True)]
        self.assertEqual(rows.search(running), deal)
        self.assertEqual(rows.filtered("has_running_opportunity"), deal)
        lead.action_pause_selling()
        self.assertFalse(rows.search(running))
        rows.invalidate_model(["has_running_opportunity"])
        self.assertFalse(rows.filtered("has_running_opportunity"))

    def test_cancelled_order_warns(self):
        """P14: the stage stays, the form says that all orders were cancelled."""
        customer = self._new_customers(1, "target", self.agent_1)
        first, second = self._new_order(customer), self._new_order(customer)
        (first | second).action_confirm()
        first._action_cancel()
        partner = customer.partner_id.with_user(self.agent_1)
        self.assertFalse(partner.pool_cancelled_deal)
        second._action_cancel()
        self.env.invalidate_all()
        self.assertTrue(partner.pool_cancelled_deal)
        self.assertEqual(customer.stage_code, "deal")
        self.assertEqual(first.follow_state, "done")

    def test_customer_form_shows_its_documents(self):
        """P10, P14: opportunities and orders stand on the customer's form."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead, order = self._lead(customer), self._new_order(customer)
        lead.action_set_lost()
        partner = customer.partner_id.with_user(self.agent_1)
        self.assertEqual(partner.pool_lead_ids.ids, lead.ids)
        self.assertEqual(partner.pool_order_ids.ids, order.ids)


@tagged("post_install", "-at_install")
class TestSaleOrderFollow(PoolCase):
    """P14, P15: the lists of orders and what is edited in the follow-up."""

    def _found(self, action, user):
        model = self.env["sale.order"].with_user(user)
        domain = self.env.ref(f"{MODULE}.sale_order_action_{action}").domain
        return model.search(eval(domain, {"uid": user.id}))  # noqa: S307  # our own data

    def test_three_lists(self):
        """P14: follower and state; my orders are the salesperson's."""
        customer = self._new_customers(1, "target", self.agent_1)
        quotation = self._new_order(customer)
        order, paused, done = (self._new_order(customer) for _number in range(3))
        (order | paused | done).with_user(self.agent_1).action_confirm()
        (order | paused | done).follower_id = self.agent_2
        paused.with_user(self.agent_2).action_follow_pause()
        done.with_user(self.agent_2).action_follow_finish()
        for action, user, found in (
            ("follow", self.agent_2, order),
            ("follow_all", self.agent_2, order | paused),
            ("mine", self.agent_2, order.browse()),
            ("follow", self.agent_1, order.browse()),
            ("mine", self.agent_1, order | paused | done),
        ):
            with self.subTest(action=action, user=user.login):
                self.assertEqual(self._found(action, user), found.with_user(user))
        self.assertFalse(quotation.follow_state)

    def test_follower_is_the_salesperson_at_first(self):
        """P14: and keeps whom somebody named before."""
        customer = self._new_customers(1, "target", self.agent_1)
        first, second = self._new_order(customer), self._new_order(customer)
        second.follower_id = self.agent_2
        (first | second).with_user(self.agent_1).action_confirm()
        self.assertEqual(first.follower_id, self.agent_1)
        self.assertEqual(second.follower_id, self.agent_2)

    def test_follower_edits_and_records(self):
        """P15: states, dates, lines; a record plans the next visit; also locked."""
        customer = self._new_customers(1, "target", self.agent_1)
        order = self._new_order(customer)
        order.follower_id = self.agent_2
        order.with_user(self.agent_1).action_confirm()
        mine = order.with_user(self.agent_2)
        self.assertTrue(customer.with_user(self.agent_2).has_access("read"))
        mine.order_line.product_uom_qty = 2
        mine.commitment_date = "2030-01-01 08:00:00"
        mine.action_lock()
        mine.write(
            {"follow_receipt_state": "part", "follow_receipt_date": "2030-02-01"}
        )
        self.assertEqual(order.follow_receipt_state, "part")
        visit = "2030-03-01 08:00:00"
        action = mine.action_new_contact_record()
        self.env["crm.contact.record"].with_user(self.agent_1).create(
            {
                "customer_id": customer.id,
                "order_id": action["context"]["default_order_id"],
                "next_visit_date": visit,
            }
        )
        self.assertEqual(str(order.follow_visit_date), visit)
        self.assertEqual(len(order.contact_record_ids), 1)

    def test_states_follow_the_documents(self):
        """P15: delivery from the lines, receipt from the invoices."""
        customer = self._new_customers(1, "target", self.agent_1)
        order = self._new_order(customer)
        order.action_confirm()
        self.assertEqual(order.follow_delivery_state, "none")
        self.assertEqual(order.follow_receipt_state, "none")
        order.order_line.qty_delivered = 0.5
        self.assertEqual(order.follow_delivery_state, "part")
        order.order_line.qty_delivered = 1
        self.assertEqual(order.follow_delivery_state, "full")

    def test_follower_loses_the_customer_with_the_order(self):
        """P14: access by following ends with it; strangers see nothing."""
        customer = self._new_customers(1, "target", self.agent_1)
        order = self._new_order(customer)
        order.follower_id = self.agent_2
        order.with_user(self.agent_1).action_confirm()
        partner = customer.partner_id
        self.assertFalse(order.with_user(self.agent_3).has_access("read"))
        self.assertTrue(partner.with_user(self.agent_2).has_access("read"))
        self.env.invalidate_all()  # as in a request of its own
        order.with_user(self.agent_2).action_follow_finish()
        self.env.invalidate_all()
        self.assertFalse(partner.with_user(self.agent_2).has_access("read"))
