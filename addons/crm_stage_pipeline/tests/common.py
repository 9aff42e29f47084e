import itertools
import threading
from contextlib import closing, contextmanager
from types import SimpleNamespace

from odoo import api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service import model as service_model
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user
from odoo.tools import SQL, mute_logger

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

    @classmethod
    def _multiply_customer(cls, customer, count, **values):
        """`count` copies of a customer, each with a partner of its own, by SQL.

        :param values: expressions over n
        """
        cls.env.flush_all()
        first = cls._next_id("res_partner")
        cls._multiply(
            customer.partner_id,
            {
                "name": "'Bulk ' || n",
                "complete_name": "'Bulk ' || n",
                "commercial_partner_id": f"{first} + n",
            },
            count,
        )
        own = {
            "partner_id": f"{first} + n",
            "customer_number": "'BULK' || n",
            "name": "'Bulk ' || n",
        }
        cls._multiply(customer, own | values, count)

    @classmethod
    def _next_id(cls, table):
        cls.env.cr.execute(SQL("SELECT max(id) FROM %s", SQL.identifier(table)))
        return cls.env.cr.fetchone()[0]

    @classmethod
    def _multiply(cls, record, values, count):
        """`count` copies of a record by SQL; `values` are expressions over n."""
        cls.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema AND table_name = %s "
            "AND column_name <> 'id' AND is_generated = 'NEVER'",
            [record._table],
        )
        columns = [name for (name,) in cls.env.cr.fetchall()]
        chosen = SQL(", ").join(
            SQL(values[name]) if name in values else SQL.identifier("t", name)
            for name in columns
        )
        cls.env.cr.execute(
            SQL(
                "INSERT INTO %s (id, %s) SELECT %s + n, %s"
                " FROM %s t, generate_series(1, %s) n WHERE t.id = %s",
                SQL.identifier(record._table),
                SQL(", ").join(SQL.identifier(name) for name in columns),
                cls._next_id(record._table),
                chosen,
                SQL.identifier(record._table),
                count,
                record.id,
            )
        )

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


class CursorCase(BaseCase):
    """Environments on connections of their own, and replays that do not wait."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the runner holds the real lock, and the workers would wait for it
        cls.classPatch(Registry, "_lock", DummyRLock())
        cls.classPatch(service_model, "time", SimpleNamespace(sleep=lambda _s: None))

    @classmethod
    @contextmanager
    def _environment(cls, uid=api.SUPERUSER_ID):
        with closing(db_connect(get_db_name()).cursor()) as cr:
            yield api.Environment(cr, uid, {})


class RaceCase(CursorCase):
    """Five agents and a hundred shared customers, committed, for real races.

    Every worker takes its snapshot first and then waits for the others, which is
    the worst moment; Odoo's own replay does the rest.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            cls.company_id = env.ref("base.main_company").id
            cls.user_ids = [
                new_test_user(
                    env, f"race_{number}", groups=f"{MODULE}.{MODULE}_group_user"
                ).id
                for number in range(5)
            ]
            cls.partner_ids = (
                env["res.partner"]
                .create([{"name": f"Race Works {n}"} for n in range(100)])
                .ids
            )
            stage = env["crm.pool.stage"]._stage_for("target", env.company)
            cls.customer_ids = (
                env["crm.pool.customer"]
                .create(
                    [
                        {
                            "partner_id": partner_id,
                            "stage_id": stage.id,
                            "owner_id": False,
                        }
                        for partner_id in cls.partner_ids
                    ]
                )
                .ids
            )
            env.cr.commit()
        cls.addClassCleanup(cls._remove)

    def setUp(self):
        super().setUp()
        self.addCleanup(self._reset)

    def _reset(self):
        """Give all customers back, without a trace."""
        with self._environment() as env:
            env.cr.execute(
                """
                DELETE FROM crm_pool_access WHERE customer_id = ANY(%(ids)s);
                DELETE FROM crm_pool_log
                 WHERE customer_ref = ANY(%(ids)s) AND action <> 'enter';
                DELETE FROM crm_pool_quota WHERE user_id = ANY(%(users)s);
                UPDATE crm_pool_customer
                   SET owner_id = NULL, access = 'shared', claimed_at = NULL
                 WHERE id = ANY(%(ids)s);
                UPDATE crm_pool_policy SET holding_cap = 0
                """,
                {"ids": self.customer_ids, "users": self.user_ids},
            )
            env.cr.commit()

    @classmethod
    def _remove(cls):
        with cls._environment() as env:
            env.cr.execute(
                "DELETE FROM crm_pool_log"
                " WHERE customer_ref = ANY(%s) OR actor_id = ANY(%s)",
                [cls.customer_ids, cls.user_ids],
            )
            env["crm.pool.customer"].browse(cls.customer_ids).exists().unlink()
            users = env["res.users"].browse(cls.user_ids)
            partners = users.partner_id
            users.unlink()
            (partners | env["res.partner"].browse(cls.partner_ids)).unlink()
            env.cr.commit()

    def _race(self, jobs):
        """Run jobs (uid, function of an environment) at once.

        :return: results in the order of jobs; errors are raised
        """
        barrier = threading.Barrier(len(jobs))
        results = [None] * len(jobs)

        def work(index, uid, function):
            is_first = iter([True])

            def attempt():
                env.cr.execute("SELECT count(*) FROM crm_pool_customer")
                if next(is_first, False):
                    barrier.wait(timeout=60)
                return function(env)

            with self._environment(uid) as env:
                try:
                    results[index] = retrying(attempt, env)
                    env.cr.commit()
                except Exception as error:  # noqa: BLE001 (raised in the main thread)
                    results[index] = error

        threads = [
            threading.Thread(target=work, args=(index, uid, function))
            for index, (uid, function) in enumerate(jobs)
        ]
        with mute_logger("odoo.sql_db"):  # the naive twin's conflicts
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    def _held(self):
        with self._environment() as env:
            cr = env.cr
            cr.execute(
                "SELECT count(*) FROM crm_pool_customer WHERE owner_id = ANY(%s)",
                [self.user_ids],
            )
            return cr.fetchone()[0]
