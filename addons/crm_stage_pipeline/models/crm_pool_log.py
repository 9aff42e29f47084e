import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .crm_pool_stage import STAGE_CODES
from .kept_many2one import KeptMany2one


class CrmPoolLog(models.Model):
    """What happened to the owner, the stage and the members of a customer.

    Append-only: rows come in by SQL, and nobody changes or deletes one. The
    customer's name is kept as it was, because the customer may go.
    """

    _name = "crm.pool.log"
    _description = "Pool Log"
    _order = "at desc, id desc"
    _log_access = False
    _rec_name = "customer_name"

    at = fields.Datetime(string="Date", required=True, readonly=True)
    batch = fields.Char(
        readonly=True, help="Rows of one call of an action carry the same batch."
    )
    action = fields.Selection(
        selection=[
            ("enter", "Entered"),
            ("claim", "Claimed"),
            ("screen", "Screened"),
            ("release", "Released"),
            ("assign", "Assigned"),
            ("share", "Collaborator Added"),
            ("unshare", "Collaborator Removed"),
            ("promote", "Promoted"),
            ("demote", "Demoted"),
            ("batch", "Moved"),
            ("document", "Moved by a Document"),
            ("pool", "Moved to Another Pool"),
            ("pause", "Paused"),
            ("resume", "Resumed"),
            ("archive", "Archived"),
            ("restore", "Restored"),
            ("recycle", "Recycled"),
            ("protect", "Protected"),
            ("unprotect", "Protection Ended"),
            ("cancel", "Activity Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    # without foreign keys: see crm_pool_log_kept.py
    customer_id = KeptMany2one(
        comodel_name="crm.pool.customer", readonly=True, ondelete="set null"
    )
    customer_ref = fields.Integer(string="Customer Number", readonly=True)
    customer_name = fields.Char(readonly=True)
    company_id = KeptMany2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="restrict"
    )
    actor_id = KeptMany2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="restrict"
    )
    member_id = KeptMany2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )
    owner_before_id = KeptMany2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )
    owner_after_id = KeptMany2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )
    stage_before = fields.Selection(selection=STAGE_CODES, readonly=True)
    stage_after = fields.Selection(selection=STAGE_CODES, readonly=True)
    quota_scope = fields.Char(
        readonly=True, help="The quota that the claim was counted on, if any."
    )
    quota_day = fields.Date(readonly=True)
    reason = fields.Char(readonly=True)

    _customer_idx = models.Index("(customer_id, id)")
    _actor_idx = models.Index("(actor_id, at)")
    _quota_idx = models.Index(
        "(actor_id, quota_day, quota_scope) WHERE quota_day IS NOT NULL"
    )
    _at_idx = models.Index("USING BRIN (at)")

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super  # append-only
        raise self._append_only()

    def write(self, vals):  # pylint: disable=method-required-super  # append-only
        raise self._append_only()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise self._append_only()

    def _append_only(self):
        return AccessError(self.env._("The pool log can only be read."))

    @api.model
    def _new_batch(self):
        return uuid.uuid4().hex

    @api.model
    def _append(self, action, entries, reason=None, batch=None):
        """Add one row per entry.

        :param entries: list of dicts with customer (record) and any of
            owner_before, owner_after, stage_before, stage_after (codes), member
            (records of res.users), reason (where they differ); what is not named
            stayed as it is now
        """
        if not entries:
            return
        batch = batch or self._new_batch()
        customers = [entry["customer"] for entry in entries]
        self._hold(self.env["crm.pool.customer"].union(*customers))
        rows = SQL(", ").join(
            SQL("%s", self._to_row(action, entry, reason, batch)) for entry in entries
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pool_log (
                    at, batch, action, customer_id, customer_ref, customer_name,
                    company_id, actor_id, member_id, owner_before_id,
                    owner_after_id, stage_before, stage_after, reason)
                VALUES %s
                """,
                rows,
            )
        )
        self.env["crm.pool.customer"].invalidate_model(["log_ids"], flush=False)

    def _to_row(self, action, entry, reason, batch):
        customer = entry["customer"]
        owner, code = customer.owner_id, customer.stage_code
        return (
            self.env.cr.now(),
            batch,
            action,
            customer.id,
            customer.id,
            customer.name,
            customer.company_id.id,
            self.env.uid,
            entry["member"].id if entry.get("member") else None,
            entry.get("owner_before", owner).id or None,
            entry.get("owner_after", owner).id or None,
            entry.get("stage_before", code) or None,
            entry.get("stage_after", code) or None,
            entry.get("reason", reason) or None,
        )
