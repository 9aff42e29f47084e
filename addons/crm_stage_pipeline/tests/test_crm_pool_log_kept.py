from psycopg2.errors import LockNotAvailable

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models.kept_many2one import KeptMany2one
from .common import PoolCase, RaceCase


@tagged("post_install", "-at_install")
class TestCrmPoolLogKept(PoolCase):
    """P33: what the log names stays, although no foreign key keeps it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = cls.env["crm.pool.log"]
        cls.customer = cls._new_customers(1, "target", cls.agent_1)

    def _named(self, field):
        """Somebody, or a company, whom a fresh entry names in this field only."""
        if field.comodel_name == "res.company":
            company = self.env["res.company"].create({"name": "Branch"})
            partner = self.env["res.partner"].create({"name": "Branch Works"})
            customer = self.env["crm.pool.customer"].create(
                {"partner_id": partner.id, "company_id": company.id}
            )
            customer.sudo().unlink()
            return company
        user = new_test_user(self.env, f"kept_{field.name}")
        self.assertFalse(self.log._is_named(user))
        # as superuser: he has no group of the pool
        log = self.log.with_user(user).sudo() if field.name == "actor_id" else self.log
        entry = {"customer": self.customer.with_env(log.env)}
        if field.name != "actor_id":
            entry[field.name.removesuffix("_id")] = user
        log._append("assign", [entry])
        return user

    def test_parents_cannot_be_deleted(self):
        """People and companies that an entry names, each of its fields alone."""
        tried = []
        for name, field in self.log._fields.items():
            if isinstance(field, KeptMany2one) and name != "customer_id":
                parent = self._named(field)
                with self.subTest(field=name):
                    self.assertTrue(self.log.sudo().search([(name, "=", parent.id)]))
                    with self.assertRaisesRegex(UserError, "stand in the pool's log"):
                        parent.unlink()
                tried.append(name)
        self.assertEqual(len(tried), 5, tried)
        self.assertTrue(new_test_user(self.env, "kept_nobody").unlink())

    def test_no_foreign_keys(self):
        """The database looks nothing up for an entry."""
        found = self.env.execute_query(
            SQL(
                "SELECT conname FROM pg_constraint WHERE contype = 'f'"
                " AND conrelid = 'crm_pool_log'::regclass"
            )
        )
        self.assertFalse(found)

    def test_an_update_drops_the_keys_of_before(self):
        """A database of an earlier version: the addon's update drops its key."""
        field = self.log._fields["actor_id"]
        self.env.cr.execute(
            SQL(
                "ALTER TABLE crm_pool_log ADD CONSTRAINT crm_pool_log_actor_id_fkey"
                " FOREIGN KEY (actor_id) REFERENCES res_users (id) ON DELETE RESTRICT"
            )
        )
        field.update_db_foreign_key(self.log, None)
        self.test_no_foreign_keys()

    def test_deleted_customer_leaves_a_readable_log(self):
        """His entries keep number and name, and lead nowhere."""
        number, name = self.customer.id, self.customer.name
        entries = self.customer.log_ids
        self.assertTrue(entries)
        self.customer.with_user(self.manager).unlink()
        read = entries.with_user(self.manager).web_read(
            {
                "customer_id": {"fields": {"display_name": {}}},
                "customer_ref": {},
                "customer_name": {},
            }
        )
        for row in read:
            self.assertEqual(
                (row["customer_id"], row["customer_ref"], row["customer_name"]),
                (False, number, name),
            )
        self.env.cr.execute(
            SQL("SELECT count(*) FROM crm_pool_log WHERE customer_id = %s", number)
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))


@tagged("post_install", "-at_install", "race")
class TestCrmPoolLogHeld(RaceCase):
    """P33: who is being logged cannot be deleted at the same time."""

    @mute_logger("odoo.sql_db")
    def test_a_customer_is_held_while_it_is_logged(self):
        lock = SQL(
            "SELECT FROM crm_pool_customer WHERE id = %s FOR UPDATE NOWAIT",
            self.customer_ids[0],
        )
        with self._environment() as env, self._environment() as other:
            other.cr.execute(lock)
            other.cr.rollback()
            customer = env["crm.pool.customer"].browse(self.customer_ids[0])
            env["crm.pool.log"]._append("protect", [{"customer": customer}])
            with self.assertRaises(LockNotAvailable):
                other.cr.execute(lock)
