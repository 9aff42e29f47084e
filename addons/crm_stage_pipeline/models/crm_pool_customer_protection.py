from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from .crm_pool_customer_result import MESSAGES

_lt = LazyTranslate(__name__)

MESSAGES.update(
    {
        "protected_until": _lt("%(name)s is protected until %(until)s now."),
        "unprotected": _lt("%(name)s is not protected any more."),
        "already_protected": _lt(
            "%(name)s is protected until %(until)s; this may be renewed from %(from)s."
        ),
        "not_protected": _lt("%(name)s is not protected."),
        "protection_off": _lt("%(company)s does not use the protection of customers."),
        "protection_shared": _lt(
            "%(name)s is shared: only a customer that somebody owns can be protected."
        ),
        "protection_cap_exceeded": _lt(
            "%(name)s was not protected: %(owner)s already has as many protected "
            "customers as one person may (%(cap)s)."
        ),
        "protection_used_up": _lt(
            "%(name)s was not protected: %(owner)s has protected it %(count)s times, "
            "which is as often as allowed."
        ),
        "protected_from_leader": _lt(
            "%(name)s is protected until %(until)s: only its owner or a manager may "
            "do this."
        ),
    }
)

CODES = {
    "already_protected": "already_there",
    "not_protected": "already_there",
    "protection_off": "not_allowed",
    "protection_shared": "not_allowed",
    "protected_from_leader": "protected",
}
# rows of one transaction of the nightly job
BATCH = 500


class CrmPoolCustomer(models.Model):
    """Protection (P28): a period in which nobody may take a customer.

    - The owner, the owner's leader and managers protect and end it; a collaborative
      customer counts for its owner.
    - One person has at most the policy's number of protected customers. The person's
      guard row is written before they are counted, so that two transactions cannot
      both use the last place.
    - The same owner may protect a customer 1 + renewals times. A running protection
      is renewed from the reminder on, and then lasts from its old end: pressing the
      button twice renews nothing.
    - It ends by itself, by its owner, and with release, assignment and archiving.
      Each end stands once in the log; the date of an expired one stays on the
      customer, for the rules of recycling.
    """

    _inherit = "crm.pool.customer"

    protection_count = fields.Integer(
        readonly=True,
        copy=False,
        help="How many times the present owner has protected the customer.",
    )
    is_protection_open = fields.Boolean(
        readonly=True, copy=False, help="The end of the protection is not logged yet."
    )
    is_protection_reminded = fields.Boolean(readonly=True, copy=False)
    is_protected = fields.Boolean(
        compute="_compute_is_protected", search="_search_is_protected"
    )

    _protection_idx = models.Index("(protected_until) WHERE is_protection_open")

    @api.depends("protected_until", "owner_id")
    def _compute_is_protected(self):
        now = fields.Datetime.now()
        for customer in self:
            until = customer.protected_until
            customer.is_protected = bool(customer.owner_id and until and until > now)

    @api.model
    def _search_is_protected(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("owner_id", "!=", False) & Domain(
            "protected_until", ">", fields.Datetime.now()
        )
        return domain if True in value else ~domain

    def write(self, vals):
        # archiving ends the protection; the log has it after the archiving
        ended = self.browse()
        if vals.get("active") is False:
            ended = self.filtered("is_protection_open")
        result = super().write(vals)
        ended._end_protection(self.env._("archived"))
        return result

    def action_protect(self):
        """Protect customers, or renew a protection that ends soon (P28).

        :return: list of dicts, one per customer, see _result
        """
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        for company, customers in visible.grouped("company_id").items():
            policy = self.env["crm.pool.policy"]._policy_for(company)
            accepted = self.browse()
            for customer in customers:
                refusal = customer._protect_refusal(rights[customer.id], policy)
                if refusal:
                    results[customer.id] = refusal
                else:
                    accepted += customer
            for owner, owned in accepted.grouped("owner_id").items():
                results.update(owned._protect(owner, policy))
        return [results[customer_id] for customer_id in self._ids]

    def action_unprotect(self):
        """End the protection of customers (P28)."""
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        accepted = self.browse()
        for customer in visible:
            if rights[customer.id] not in ("owner", "leader", "manager"):
                results[customer.id] = customer._result("not_allowed")
            elif not customer.is_protected:
                results[customer.id] = customer._result("not_protected")
            else:
                accepted += customer
                results[customer.id] = customer._result("unprotected")
        accepted._end_protection(self.env._("ended by hand"))
        return [results[customer_id] for customer_id in self._ids]

    def _protect_refusal(self, right, policy):
        """The result that refuses to protect this visible customer, or None."""
        if not self.active:
            return self._result("not_found")
        if not policy.is_protection_on:
            return self._result("protection_off", company=self.company_id.name)
        if not self.owner_id:
            return self._result("protection_shared")
        if right not in ("owner", "leader", "manager"):
            return self._result("not_allowed")
        if self.is_protected:
            days = max(policy.protection_reminder_days, 1)
            window = self.protected_until - timedelta(days=days)
            if fields.Datetime.now() < window:
                return self._result(
                    "already_protected",
                    **{
                        "until": self._local_time(self.protected_until),
                        "from": self._local_time(window),
                    },
                )
        if self.protection_count > policy.protection_renewals:
            return self._result(
                "protection_used_up",
                owner=self.owner_id.name,
                count=self.protection_count,
            )
        return None

    def _protect(self, owner, policy):
        """Protect self, all of one owner and company, as far as the cap allows.

        :return: dict of id to result
        """
        room = self._protection_room(owner, policy)
        now = fields.Datetime.now()
        results = {}
        for customer in self:
            if customer.is_protected:  # a renewal has its place already
                until = customer.protected_until
            elif room is not None and room < 1:
                results[customer.id] = customer._result(
                    "protection_cap_exceeded",
                    owner=owner.name,
                    cap=policy.protection_cap,
                )
                continue
            else:
                room = room if room is None else room - 1
                until = now
            until += timedelta(days=policy.protection_days)
            # an expiry that the nightly job has not seen yet
            customer.filtered(
                lambda row: row.is_protection_open and not row.is_protected
            )._log_protection_end(self.env._("expired"))
            # superuser: the right is checked above
            customer._privileged()._write_pool(
                {
                    "protected_until": until,
                    "protection_count": customer.protection_count + 1,
                    "is_protection_open": True,
                    "is_protection_reminded": False,
                }
            )
            # the log is read in every language, years later: the company's time by ISO
            logged = f"{policy._local(until):%Y-%m-%d %H:%M}"
            self.env["crm.pool.log"]._append(
                "protect", [{"customer": customer}], logged
            )
            results[customer.id] = customer._result(
                "protected_until", until=customer._local_time(until)
            )
        return results

    @api.model
    def _protection_room(self, owner, policy):
        """How many more customers `owner` may protect; None: any number."""
        if not policy.protection_cap:
            return None
        self.env.flush_all()
        self.env["crm.pool.quota"]._guard_holding(owner, policy.company_id)
        # superuser: a leader counts what his member has protected anywhere
        count = self._privileged().search_count(
            [
                ("owner_id", "=", owner.id),
                ("company_id", "=", policy.company_id.id),
                ("is_protected", "=", True),
            ]
        )
        return max(policy.protection_cap - count, 0)

    def _end_protection(self, reason):
        """Clear the protection of self and log each end that is not logged yet."""
        if not self:
            return
        self._log_protection_end(reason)
        self._privileged()._write_pool(
            {
                "protected_until": False,
                "is_protection_open": False,
                "is_protection_reminded": False,
            }
        )

    def _log_protection_end(self, reason):
        opened = self.filtered("is_protection_open")
        self.env["crm.pool.log"]._append(
            "unprotect", [{"customer": customer} for customer in opened], reason
        )

    def _result_code(self, message_code):
        return CODES.get(message_code) or super()._result_code(message_code)

    # What a protection forbids, and what ends it.

    def _protected_result(self, right):
        """Refuse a leader to take a protected customer from its owner, or None."""
        if right == "leader" and self.is_protected:
            until = self._local_time(self.protected_until)
            return self._result("protected_from_leader", until=until)
        return None

    def _release_refusal(self, right, orders, reason):
        refusal = super()._release_refusal(right, orders, reason)
        return refusal or self._protected_result(right)

    def _move_refusal(self, move, to_code, right, orders, reason):
        refusal = super()._move_refusal(move, to_code, right, orders, reason)
        if not refusal and move.clear_owner:
            refusal = self._protected_result(right)
        return refusal

    def _set_shared(self):
        ended = self.filtered("is_protection_open")
        used = self.filtered("protection_count")
        result = super()._set_shared()
        ended._end_protection(self.env._("released"))
        used._privileged()._write_pool({"protection_count": 0})
        return result

    def _set_owner(self, user):
        ended = self.filtered("is_protection_open")
        used = self.filtered("protection_count")
        result = super()._set_owner(user)
        ended._end_protection(self.env._("assigned"))
        used._privileged()._write_pool(
            {"protection_count": 0, "protected_until": False}
        )
        return result

    def _absorb(self, rest):
        # the merged row goes on with the protection of the owner that it takes over
        names = ("protection_count", "is_protection_open", "is_protection_reminded")
        vals = {}
        if rest.owner_id and not self.owner_id:
            vals = {name: rest[name] for name in names}
        else:
            rest.filtered("is_protection_open")._end_protection(self.env._("merged"))
        result = super()._absorb(rest)
        if vals:
            self._write_pool(vals)
        return result

    # The nightly job.

    @api.model
    def _cron_protection(self):
        """Log the protections that have ended, remind of those that end soon."""
        for step in (self._end_expired, self._remind_owners):
            while done := step():
                if not self.env["ir.cron"]._commit_progress(done, remaining=done):
                    return
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _end_expired(self):
        """Log ends of expired protections. :return: how many, at most BATCH"""
        now = fields.Datetime.now()
        # superuser: the job is for all companies; archived ones have ended already
        expired_sudo = self._privileged().search(
            Domain("is_protection_open", "=", True)
            & (
                Domain("protected_until", "<=", now)
                | Domain("protected_until", "=", False)
            ),
            limit=BATCH,
            order="id",
        )
        expired_sudo._log_protection_end(self.env._("expired"))
        expired_sudo._write_pool({"is_protection_open": False})
        return len(expired_sudo)

    @api.model
    def _remind_owners(self):
        """Remind owners of protections that end soon, once for each.

        :return: how many, at most BATCH
        """
        now = fields.Datetime.now()
        count = 0
        # superuser: the job is for all companies
        policies_sudo = (
            self._privileged()
            .env["crm.pool.policy"]
            .search(
                [("is_protection_on", "=", True), ("protection_reminder_days", ">", 0)]
            )
        )
        for policy in policies_sudo:
            last = now + timedelta(days=policy.protection_reminder_days)
            due_sudo = self._privileged().search(
                [
                    ("company_id", "=", policy.company_id.id),
                    ("is_protection_open", "=", True),
                    ("is_protection_reminded", "=", False),
                    ("protected_until", ">", now),
                    ("protected_until", "<=", last),
                ],
                limit=BATCH - count,
                order="id",
            )
            due_sudo._remind_of_protection()
            due_sudo._write_pool({"is_protection_reminded": True})
            count += len(due_sudo)
            if count >= BATCH:
                break
        return count

    def _remind_of_protection(self):
        """Put a to-do on each owner, for the day on which the protection ends."""
        for owner, customers in self.grouped("owner_id").items():
            for customer in customers:
                customer._notify_person(
                    owner, "protection_ends", deadline=customer.protected_until
                )
