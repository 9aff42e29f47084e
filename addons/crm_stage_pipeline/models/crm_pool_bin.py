import psycopg2

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .crm_pool_stage import STAGE_CODES


class CrmPoolBin(models.Model):
    """A customer who was deleted, with exactly what went with him (P51, C8).

    - Deleting archives: the row, its opportunities and, with the last row, the contact
      and its persons. Contact records and documents are reached through them; orders
      and invoices stay as they are.
    - Restoring brings back what the entry names and nothing else; what was archived
      before stays archived.
    - Who deleted and when is kept when the customer is back.
    - Only the final deletion removes anything; its entry then stands in the log alone.
    """

    _name = "crm.pool.bin"
    _description = "Recycle Bin"
    _order = "deleted_at desc, id desc"
    _rec_name = "customer_id"

    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", required=True, readonly=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    name = fields.Char(related="customer_id.name", string="Customer Name")
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    owner_id = fields.Many2one(
        comodel_name="res.users", readonly=True, help="When it was deleted."
    )
    stage_code = fields.Selection(
        selection=STAGE_CODES, string="Stage", readonly=True,
        help="When it was deleted.",
    )  # fmt: skip
    user_id = fields.Many2one(
        comodel_name="res.users", string="Deleted by", required=True, readonly=True,
        index=True, ondelete="restrict",
    )  # fmt: skip
    deleted_at = fields.Datetime(string="Deleted On", required=True, readonly=True)
    reason = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[("deleted", "In the Bin"), ("restored", "Restored")],
        required=True, default="deleted", readonly=True,
    )  # fmt: skip
    restored_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    restored_at = fields.Datetime(string="Restored On", readonly=True)
    partner_ids = fields.Many2many(
        comodel_name="res.partner", string="Contacts", readonly=True,
        context={"active_test": False},
        help="The customer's contact and persons, as far as they were archived.",
    )  # fmt: skip
    lead_ids = fields.Many2many(
        comodel_name="crm.lead", string="Opportunities", readonly=True,
        context={"active_test": False},
    )  # fmt: skip
    lead_values = fields.Json(
        readonly=True, help="What archiving an opportunity changes besides: its end."
    )
    record_count = fields.Integer(
        string="Contact Records", compute="_compute_record_count"
    )
    order_count = fields.Integer(
        string="Orders Kept", compute="_compute_record_count",
        help="Orders stay as they are.",
    )  # fmt: skip

    _open_uniq = models.UniqueIndex(
        "(customer_id) WHERE state = 'deleted'",
        "This customer is in the recycle bin already.",
    )

    @api.depends("customer_id")
    def _compute_record_count(self):
        # superuser: how many there are may be known to who opens the bin
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        records = dict(
            env_sudo["crm.contact.record"]._read_group(
                [("customer_id", "in", self.customer_id.ids)],
                ["customer_id"],
                ["__count"],
            )
        )
        orders = {}
        for partner, company, count in env_sudo["sale.order"]._read_group(
            [("partner_id", "child_of", self.customer_id.partner_id.ids)],
            ["partner_id", "company_id"],
            ["__count"],
        ):
            key = (partner.commercial_partner_id.id, company.id)
            orders[key] = orders.get(key, 0) + count
        for entry in self:
            customer = entry.customer_id
            entry.record_count = records.get(customer.with_env(env_sudo), 0)
            entry.order_count = orders.get(
                (customer.partner_id.id, customer.company_id.id), 0
            )

    def action_restore(self):
        """Bring customers back, each with what went with him.

        :return: a message: how many came back, and why the others did not
        """
        self._check_bin_right("bin")
        refused = []
        entries = self.filtered(lambda entry: entry.state == "deleted")
        for entry in entries:
            try:
                with self.env.cr.savepoint():
                    entry.customer_id.active = True
            except UserError as error:
                refused.append(entry._refusal_of_restoring(error))
        text = self.env._(
            "%(count)s customers are back.", count=len(entries) - len(refused)
        )
        return self._tell(text, refused)

    def action_purge(self):
        """Delete customers for good, with what went with them.

        A contact that orders or other documents name stays archived.

        :return: a message
        """
        self._check_bin_right("purge")
        refused = []
        entries = self.filtered(lambda entry: entry.state == "deleted")
        count = len(entries)
        for entry in entries:
            refused += entry._purge()
        text = self.env._("%(count)s customers were deleted for good.", count=count)
        return self._tell(text, refused)

    def _check_bin_right(self, code):
        """:raises AccessError: who may not do this in one of the companies"""
        self.check_access("read")
        for company in self.company_id:
            if not self.env.user._crm_pool_has_special(code, company):
                raise AccessError(
                    self.env._("Your role may not restore deleted customers.")
                    if code == "bin"
                    else self.env._("Your role may not delete customers for good.")
                )

    def _refusal_of_restoring(self, error):
        return self.env._(
            "%(name)s: %(why)s Rename or delete the other one first, or allow it to "
            "be a duplicate.",
            name=self.name,
            why=error.args[0],
        )

    def _tell(self, text, refused):
        """A message; the list behind it is loaded anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "sticky": bool(refused),
                "message": "\n".join([text, *refused]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _entries_of(self, customers):
        """What lies in the bin of these customers (superuser)."""
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        return self.with_env(env_sudo).search(
            [("customer_id", "in", customers.ids), ("state", "=", "deleted")]
        )

    @api.model
    def _fill(self, customers):
        """Entries for customers who are about to be archived; their opportunities go.

        :return: entries (superuser): who may delete a customer deletes all of it
        """
        customers_sudo = customers._privileged()
        env_sudo = customers_sudo.env
        leads = customers_sudo._bin_leads()
        entries_sudo = self.with_env(env_sudo).create(
            [
                {
                    "customer_id": row.id,
                    "company_id": row.company_id.id,
                    "owner_id": row.owner_id.id,
                    "stage_code": row.stage_code,
                    "user_id": self.env.uid,
                    "deleted_at": fields.Datetime.now(),
                    "reason": self.env.context.get("crm_pool_bin_reason"),
                    "lead_ids": [Command.set(leads[row].ids)],
                    "lead_values": {
                        str(lead.id): fields.Datetime.to_string(lead.date_closed)
                        for lead in leads[row]
                    },
                }
                for row in customers_sudo
            ]
        )
        gone_sudo = env_sudo["crm.lead"].concat(*leads.values())
        gone_sudo = gone_sudo.with_context(tracking_disable=True)
        gone_sudo._following_later().write({"active": False})
        return entries_sudo

    def _add_partners(self, partners):
        """Note which contacts went with their customer, and let his persons go.

        :param partners: those that were active before (superuser)
        """
        for entry in self:
            partner = entry.customer_id.partner_id
            if partner.active:
                continue
            mine = partners.filtered(
                lambda p, main=partner: p.commercial_partner_id == main
            )
            persons = (mine - partner).filtered(lambda p: p.active and not p.user_ids)
            persons.active = False
            entry.partner_ids |= mine.filtered(lambda p: not p.active)

    def _give_back(self):
        """Bring back what these entries (superuser) name, and close them."""
        if not self:
            return
        # the contact may have gone with the customer's last row of another company
        twins = self.search(
            [
                ("customer_id.partner_id", "in", self.customer_id.partner_id.ids),
                ("state", "=", "deleted"),
                ("id", "not in", self.ids),
            ]
        )
        partners = (self | twins).partner_ids.filtered(lambda p: not p.active)
        partners._bin_restoring().write({"active": True})
        twins.partner_ids = False
        self._give_back_leads()
        self.write(
            {
                "state": "restored",
                "restored_by_id": self.env.uid,
                "restored_at": fields.Datetime.now(),
            }
        )

    def _give_back_leads(self):
        keys = set()
        for entry in self:
            leads = entry.lead_ids.filtered(lambda lead: not lead.active)
            ended = entry.lead_values or {}
            for lead in leads.with_context(tracking_disable=True)._following_later():
                lead.write({"active": True, "date_closed": ended.get(str(lead.id))})
            keys |= leads._pool_keys()
        self.env["crm.pool.customer"]._sync_document_access(keys)

    def _absorb(self, rest):
        """Take over the entry of a customer that was merged into self's."""
        self.write(
            {
                "partner_ids": [Command.link(one.id) for one in rest.partner_ids],
                "lead_ids": [Command.link(one.id) for one in rest.lead_ids],
                "lead_values": {**(self.lead_values or {}), **(rest.lead_values or {})},
            }
        )
        rest.unlink()

    def _purge(self):
        """Delete one customer for good. :return: sentences about what stays"""
        self.ensure_one()
        # the right to it is checked; persons and opportunities may be other people's
        entry_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        name, customer = entry_sudo.name, entry_sudo.customer_id
        partner, partners = customer.partner_id, entry_sudo.partner_ids
        leads = entry_sudo.lead_ids.filtered(lambda lead: not lead.order_ids)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                leads.unlink()
                customer.unlink()
        except (psycopg2.IntegrityError, UserError):
            return [self.env._("%(name)s is still used elsewhere.", name=name)]
        kept = False
        for one in (partners - partner) + (partners & partner):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    one.unlink()
            except (psycopg2.IntegrityError, UserError):
                kept = True
        if not kept:
            return []
        return [
            self.env._(
                "The contact of %(name)s stays archived: orders or other documents "
                "name it.",
                name=name,
            )
        ]
