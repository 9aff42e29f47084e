import itertools

from odoo.tests import TransactionCase, new_test_user

MODULE = "crm_stage_pipeline"


class PoolCase(TransactionCase):
    """A company with a team, and customers made on demand.

    manager
    └── leader (team South)
        ├── agent_1
        └── agent_2
    agent_3 (no team), seller (sales user without pool group)
    """

    # no two customers of the same name
    _serial = itertools.count()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.policy = cls.env["crm.pool.policy"]._policy_for(cls.company)
        cls.agent_1 = cls._new_user("agent_1", "user")
        cls.agent_2 = cls._new_user("agent_2", "user")
        cls.agent_3 = cls._new_user("agent_3", "user")
        cls.leader = cls._new_user("leader", "leader")
        cls.manager = cls._new_user("manager", "manager")
        cls.seller = new_test_user(
            cls.env, "pool_seller", groups="sales_team.group_sale_salesman"
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "South",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "member_ids": (cls.agent_1 | cls.agent_2).ids,
            }
        )
        cls.pool = cls.env.ref(f"{MODULE}.crm_pool_default")

    @classmethod
    def _new_user(cls, login, role):
        return new_test_user(
            cls.env,
            f"pool_{login}",
            name=login,
            groups=f"{MODULE}.{MODULE}_group_{role}",
        )

    @classmethod
    def _stage(cls, code):
        return cls.env["crm.pool.stage"]._stage_for(code, cls.company)

    @classmethod
    def _new_customers(cls, count, stage="target", owner=None, **vals):
        partners = cls.env["res.partner"].create(
            [
                {"name": f"Pool Works {next(cls._serial)}", "is_company": True}
                for _number in range(count)
            ]
        )
        return cls.env["crm.pool.customer"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "stage_id": cls._stage(stage).id,
                    "owner_id": owner.id if owner else False,
                    **vals,
                }
                for partner in partners
            ]
        )

    @classmethod
    def _set_limit(cls, limit, *codes):
        lines = cls.policy.line_ids.filtered(lambda line: line.stage_code in codes)
        lines.daily_limit = limit

    def _new_order(self, customer, user=None, price=100.0):
        product = self.env["product.product"].create(
            {"name": "Stapler", "type": "consu", "invoice_policy": "order"}
        )
        return self.env["sale.order"].create(
            {
                "partner_id": customer.partner_id.id,
                "user_id": (user or self.agent_1).id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": price,
                            "tax_ids": [],
                        },
                    )
                ],
            }
        )

    def assertCodes(self, results, codes):
        """The codes of the rows, in order; every row has a sentence."""
        self.assertEqual([row["code"] for row in results], codes)
        for row in results:
            self.assertTrue(row["message"])
