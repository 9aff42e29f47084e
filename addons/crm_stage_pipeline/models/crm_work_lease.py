from datetime import timedelta

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, fields, models
from odoo.sql_db import Cursor
from odoo.tools import SQL

# As long as a conversation with its notes may take.
LEASE = timedelta(minutes=15)


def read_committed_cursor(registry):
    """A short cursor at READ COMMITTED, committed when its block ends.

    A test's own cursor is used as it is.
    """
    cr = registry.cursor()
    if isinstance(cr, Cursor):
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
    return cr


class CrmWorkLease(models.Model):
    """Who is working on what that several might: nobody else is offered it meanwhile.

    A lease ends by itself. One's own never stands in one's way. It is taken on a
    short cursor of its own, at READ COMMITTED: in Odoo's REPEATABLE READ the unique
    index would let all but one of the agents who press "next" together fail and be
    replayed, one round for each of them.
    """

    _name = "crm.work.lease"
    _description = "Work in Somebody's Hands"
    _log_access = False

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True
    )
    until = fields.Datetime(required=True, index=True)

    _resource_uniq = models.UniqueIndex(
        "(res_model, res_id)", "Somebody is working on this already."
    )

    @api.model
    def _take_first(self, keys):
        """Take the first of several that nobody else has.

        :param keys: (model, id) in the order of preference
        :return: the key taken, or None when all are in others' hands
        """
        now = fields.Datetime.now()
        with read_committed_cursor(self.env.registry) as cr:
            for model, res_id in keys:
                cr.execute(
                    SQL(
                        """
                        INSERT INTO crm_work_lease AS lease
                            (user_id, res_model, res_id, until)
                        VALUES (%(user)s, %(model)s, %(id)s, %(until)s)
                        ON CONFLICT (res_model, res_id) DO UPDATE
                        SET user_id = EXCLUDED.user_id, until = EXCLUDED.until
                        WHERE lease.until <= %(now)s OR lease.user_id = %(user)s
                        RETURNING id
                        """,
                        user=self.env.uid,
                        model=model,
                        id=res_id,
                        until=now + LEASE,
                        now=now,
                    )
                )
                if cr.fetchone():
                    return model, res_id
        return None

    @api.model
    def _ids_of_others(self, model):
        """Ids of a model's records that are in somebody else's hands now."""
        leases = self.search_fetch(
            [
                ("res_model", "=", model),
                ("user_id", "!=", self.env.uid),
                ("until", ">", fields.Datetime.now()),
            ],
            ["res_id"],
        )
        return leases.mapped("res_id")

    @api.autovacuum
    def _gc_ended(self):
        self.search([("until", "<=", fields.Datetime.now())]).unlink()
