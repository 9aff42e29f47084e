from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..pool.transition import rank


class CrmPoolCustomer(models.Model):
    """Two rows of one company become one: merge and re-parenting of partners.

    - The row of the higher stage stays, then the one claimed earlier, then the older;
      a live one before an archived one.
    - Its owner stays, or the first of the others becomes it; everybody else who owned
      or shared one of them collaborates.
    - Records, keys, requests and the log follow; both sides are logged.
    - Customers of different owners are merged by managers only.
    """

    _inherit = "crm.pool.customer"

    @api.ondelete(at_uninstall=False)
    def _unlink_logged(self):
        """A deleted row leaves its name, number and last state in the log (P33)."""
        if self._is_pool_edit():
            return
        nobody = self.env["res.users"]
        self.env["crm.pool.log"]._append(
            "delete",
            [
                {"customer": row, "owner_after": nobody, "stage_after": False}
                for row in self
            ],
        )

    @api.model
    def _rows_of(self, partners):
        """Rows of partners in all companies, archived ones too (superuser)."""
        return (
            self._privileged()
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids)])
        )

    def _check_collapse(self):
        """Refuse to merge customers (superuser) of different owners.

        Superuser: customers of companies that the user does not see count.

        :raises UserError: with a sentence, if the user is no manager there
        """
        if self.env.uid == api.SUPERUSER_ID:
            return
        user = self.env.user
        is_manager = user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        )
        for company, rows in self.grouped("company_id").items():
            owners = rows.owner_id
            if len(owners) > 1 and not (is_manager and company in user.company_ids):
                raise UserError(
                    self.env._(
                        "%(customers)s have different owners: only a manager of "
                        "%(company)s may merge them.",
                        customers=", ".join(rows.mapped("name")),
                        company=company.name,
                    )
                )

    def _collapse(self, partner):
        """Make of self (superuser) one row per company, which is that of `partner`."""
        self._check_collapse()
        for rows in self.grouped("company_id").values():
            best, *others = rows.sorted(lambda row: row._merge_order())
            for rest in others:
                best._absorb(rest)
            if best.partner_id != partner:
                best._set_partner(partner)

    def _merge_order(self):
        """Sort key: the row that stays comes first."""
        self.ensure_one()
        return (
            not self.active,
            -rank(self.stage_code or None),
            not self.owner_id,
            self.claimed_at or self.create_date,
            self.id,
        )

    def _absorb(self, rest):
        """Take over everything of another row (superuser) of the same company.

        Of two rows the live one comes first: self is archived only if both are.
        """
        self.ensure_one()
        owner = self.owner_id or rest.owner_id
        members = self._members_with(rest) if owner else {}
        members.pop(owner, None)
        self._log_absorb(rest, owner, members)
        vals = {
            "owner_id": owner.id,
            "access": "shared" if not owner else "personal",
        }
        if members:
            vals["access"] = "collaborative"
        if owner and not self.owner_id:
            for name in ("claimed_at", "protected_until", "recycle_on"):
                vals[name] = rest[name]
        (self | rest).access_ids.filtered(lambda a: a.kind != "document").unlink()
        rest.access_ids.unlink()
        self._write_pool(vals)
        self._write_pool({"access_ids": self._prepare_access(owner, members)})
        self._take_references(rest)
        rest.with_context(crm_pool_edit_sentinel=self._edit_sentinel).unlink()
        self._recompute_contacts()

    def _members_with(self, rest):
        """Everybody who owns or shares self or rest, with whether he only reads."""
        members = {}
        for access in (self | rest).access_ids:
            if access.kind != "document":
                is_readonly = access.kind == "collaborator" and access.is_readonly
                before = members.get(access.user_id, True)
                members[access.user_id] = before and is_readonly
        return members

    @api.model
    def _prepare_access(self, owner, members):
        rows = [{"user_id": owner.id, "kind": "owner"}] if owner else []
        rows += [
            {"user_id": user.id, "kind": "collaborator", "is_readonly": is_readonly}
            for user, is_readonly in members.items()
        ]
        return [Command.create(row) for row in rows]

    def _log_absorb(self, rest, owner, members):
        log = self.env["crm.pool.log"]
        batch = log._new_batch()
        nobody = self.env["res.users"]
        ended = {"customer": rest, "owner_after": nobody, "stage_after": False}
        log._append(
            "merge",
            [ended],
            self.env._(
                "Merged into %(name)s (%(number)s)", name=self.name, number=self.id
            ),
            batch,
        )
        log._append(
            "merge",
            [{"customer": self, "owner_after": owner}],
            self.env._(
                "Took over %(name)s (%(number)s)", name=rest.name, number=rest.id
            ),
            batch,
        )
        known = self.access_ids.filtered(lambda a: a.kind == "collaborator").user_id
        log._append(
            "share",
            [
                {
                    "customer": self,
                    "member": user,
                    "owner_before": owner,
                    "owner_after": owner,
                }
                for user in members
                if user not in known
            ],
            batch=batch,
        )

    def _take_references(self, rest):
        """Everything that refers to `rest` refers to self: by core's own means."""
        wizard = self.env["base.partner.merge.automatic.wizard"]
        self.env.flush_all()
        wizard._update_foreign_keys_generic(self._name, rest, self)
        wizard._update_reference_fields_generic(
            self._name,
            rest,
            self,
            [{"model": "crm.contact.record", "field_model": "res_model"}],
        )
        self.env.invalidate_all()

    def _set_partner(self, partner):
        """Give a row to another partner, which need not be a commercial one yet.

        By SQL: the constraint holds again when the partner's own change is done.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_pool_customer SET partner_id = %s, name = %s WHERE id = %s",
                partner.id,
                partner.name,
                self.id,
            )
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _follow_commercial(self, before):
        """After partners changed their company, their rows move, merge or begin.

        - A partner that has become a contact of another gives its rows to it.
        - A contact that has left its customer gets rows as the customer's: it would
          be open to everybody otherwise.

        :param before: {partner (superuser): its commercial partner before}
        """
        for partner_sudo, old_sudo in before.items():
            new_sudo = partner_sudo.commercial_partner_id
            if new_sudo == old_sudo:
                continue
            if old_sudo == partner_sudo:
                rows_sudo = self._rows_of(partner_sudo)
                if rows_sudo:
                    companies = rows_sudo.company_id
                    others_sudo = self._rows_of(new_sudo).filtered(
                        lambda row, companies=companies: row.company_id in companies
                    )
                    (rows_sudo | others_sudo)._collapse(new_sudo)
            elif new_sudo == partner_sudo:
                self._rows_of(old_sudo)._begin_alike(partner_sudo)
            self._sync_partner(new_sudo)

    def _begin_alike(self, partner):
        """Rows for a contact that has left its customer, as those of the customer.

        Neither quota nor cap: nobody has taken anything.
        """
        known = self._rows_of(partner).company_id
        for row_sudo in self.filtered(lambda row: row.company_id not in known):
            begun = row_sudo.create(
                {
                    "partner_id": partner.id,
                    "company_id": row_sudo.company_id.id,
                    "stage_id": row_sudo.stage_id.id,
                    "owner_id": False,
                }
            )
            begun._write_pool({"pool_id": row_sudo.pool_id.id})
            if owner := row_sudo.owner_id:
                reason = self.env._("Was a contact of %(name)s", name=row_sudo.name)
                self.env["crm.pool.log"]._append(
                    "assign", [{"customer": begun, "owner_after": owner}], reason
                )
                begun._set_owner(owner)

    @api.model
    def _sync_partner(self, partner):
        """Keys and the access of salespeople, after rows or documents have moved."""
        rows_sudo = self._rows_of(partner)
        self.env["crm.customer.key"]._sync_partners(partner)
        self._sync_document_access(
            {(row.partner_id, row.company_id) for row in rows_sudo}
        )
