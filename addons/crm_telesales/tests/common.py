from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

GROUP_USER = "crm_telesales.crm_telesales_group_user"
GROUP_MANAGER = "crm_telesales.crm_telesales_group_manager"
OUTCOMES = (
    "interested",
    "not_interested",
    "callback",
    "no_answer",
    "busy",
    "wrong_number",
    "do_not_call",
)


class TelesalesData:
    """What every test of this addon starts from; works on any environment."""

    @classmethod
    def make_users(cls, env, suffix=""):
        """Two agents and a manager of the current company."""
        return tuple(
            new_test_user(env, login=f"{login}{suffix}", groups=group, tz="UTC")
            for login, group in (
                ("tele_agent_1", GROUP_USER),
                ("tele_agent_2", GROUP_USER),
                ("tele_manager", GROUP_MANAGER),
            )
        )

    @classmethod
    def make_customers(cls, env, count, prefix="Callee", start=0, owner=None):
        """Shared (or owned) customers with one valid number each."""
        china = env.ref("base.cn")
        partners = env["res.partner"].create(
            [
                {
                    "name": f"{prefix} {start + number}",
                    "is_company": True,
                    "country_id": china.id,
                    "phone": f"+86 571 8888 {start + number:04d}",
                }
                for number in range(count)
            ]
        )
        return env["crm.pool.customer"].create(
            [
                {"partner_id": partner.id, "owner_id": owner.id if owner else False}
                for partner in partners
            ]
        )

    @classmethod
    def make_calendar(cls, env, hour_from=0, hour_to=24, days=range(7)):
        return env["resource.calendar"].create(
            {
                "name": "Calling hours",
                "tz": "UTC",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": hour_from,
                            "hour_to": hour_to,
                            "day_period": "full_day",
                        }
                    )
                    for day in days
                ],
            }
        )

    @classmethod
    def make_campaign(cls, env, customers, agents, **values):
        """A draft campaign over a fixed shared list of these customers."""
        call_list = env["crm.call.list"].create(
            {
                "name": "List",
                "kind": "shared",
                "source": "fixed",
                "customer_ids": [Command.set(customers.ids)],
            }
        )
        outcomes = [
            env.ref(f"crm_stage_pipeline.crm_contact_outcome_{code}")
            for code in OUTCOMES
        ]
        return env["crm.call.campaign"].create(
            {
                "name": "Campaign",
                "list_ids": [Command.link(call_list.id)],
                "agent_ids": [Command.set([agent.id for agent in agents])],
                "calendar_id": cls.make_calendar(env).id,
                "outcome_ids": [
                    Command.create({"outcome_id": outcome.id}) for outcome in outcomes
                ],
                **values,
            }
        )


class TelesalesCase(TransactionCase, TelesalesData):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent_1, cls.agent_2, cls.manager = cls.make_users(cls.env)
        # hand-outs open a cursor of their own: here it is this test's
        cls.registry_enter_test_mode_cls()

    @classmethod
    def outcome(cls, code):
        return cls.env.ref(f"crm_stage_pipeline.crm_contact_outcome_{code}")

    def start(self, customers, agents=None, **values):
        campaign = self.make_campaign(
            self.env, customers, agents or [self.agent_1, self.agent_2], **values
        )
        campaign.action_start()
        return campaign

    def next(self, agent, campaign=None):
        """Press next: the snapshot or None."""
        return self.answer(agent, campaign)["callee"] or None

    def answer(self, agent, campaign=None):
        """What the call desk is answered when an agent presses next."""
        # the hand-out's cursor sees what is in the database
        self.env.flush_all()
        callees = self.env["crm.callee"].with_user(agent)
        answer = callees.next_callee(campaign.id if campaign else None)
        self.env.invalidate_all()
        return answer

    def release_leases(self):
        self.env.flush_all()
        self.env["crm.callee"]._cron_release_leases()
        self.env.invalidate_all()

    def callee(self, snapshot):
        return self.env["crm.callee"].browse(snapshot["id"])

    def record(self, agent, snapshot, code, **values):
        callee = self.callee(snapshot).with_user(agent)
        return callee.action_record(self.outcome(code).id, **values)
