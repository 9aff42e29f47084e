from odoo import models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# The sentence for every code that an action returns for a row.
MESSAGES = {
    "claimed": _lt("%(name)s is yours now."),
    "released": _lt("%(name)s is shared again."),
    "moved": _lt("%(name)s moved from %(from_stage)s to %(to_stage)s."),
    "assigned": _lt("%(name)s now belongs to %(owner)s."),
    "pooled": _lt("%(name)s is in pool %(pool)s now."),
    "shared": _lt("%(user)s now works on %(name)s too."),
    "unshared": _lt("%(user)s no longer works on %(name)s."),
    "paused": _lt("Tracking of %(name)s is paused."),
    "resumed": _lt("%(name)s is tracked again."),
    "taken_by": _lt("%(owner)s has taken this customer."),
    "taken": _lt("%(name)s was taken by a colleague a moment ago."),
    "already_yours": _lt("%(name)s is already yours."),
    "already_there": _lt("Nothing to do for %(name)s."),
    "not_found": _lt("This customer does not exist or is not visible to you."),
    "not_allowed": _lt(
        "You may not do this with %(name)s: only its owner, the "
        "owner's team leader or a manager may."
    ),
    "not_in_pool": _lt("%(name)s is in a pool that you may not claim from."),
    "other_company": _lt(
        "%(name)s belongs to %(company)s: switch to that company first."
    ),
    "in_reserve": _lt("%(name)s is in the reserve: customers leave it by screening."),
    "not_in_reserve": _lt("%(name)s is not in the reserve: claim it instead."),
    "illegal_transition": _lt(
        "A move of %(name)s from %(from_stage)s to %(to_stage)s is not allowed."
    ),
    "fields_missing": _lt(
        "Enter %(fields)s of %(name)s first: stage %(to_stage)s requires it."
    ),
    "wrong_stage": _lt(
        "%(name)s is in stage %(from_stage)s: only potential, "
        "opportunity and deal customers are tracked."
    ),
    "quota_exceeded": _lt(
        "%(name)s was not taken: your quota of %(limit)s a day for "
        "this stage is used up."
    ),
    "cap_exceeded": _lt(
        "%(name)s was not taken: %(owner)s already holds as many "
        "customers as one person may (%(cap)s)."
    ),
    "cooldown": _lt("You gave %(name)s back: you may claim it again after %(until)s."),
    "fresh": _lt(
        "%(name)s has just come into the pool: it may be claimed after %(until)s."
    ),
    "protected": _lt("%(name)s is protected until %(until)s."),
    "open_order": _lt(
        "%(name)s has an open order (%(orders)s): it can be released or "
        "moved down when the order is delivered, invoiced and paid."
    ),
    "reason_needed": _lt("Give a reason: %(name)s belongs to %(owner)s."),
    "wrong_user": _lt("%(owner)s cannot own customers of %(company)s."),
    "pool_empty": _lt("There are no more customers to draw: %(count)s of %(asked)s."),
    "quota_used": _lt(
        "Your quota of %(limit)s a day for this stage is used up: "
        "%(count)s of %(asked)s drawn."
    ),
}


class CrmPoolCustomer(models.Model):
    _inherit = "crm.pool.customer"

    def _result(self, code, **params):
        """The outcome of an action for one row, as the client gets it.

        Several sentences may share a code: `not_in_pool`, say, is a kind of
        `not_allowed` for a program.

        :param code: a key of MESSAGES
        :return: dict with customer_id, code and message
        """
        if "name" not in params:
            params["name"] = self.name
        return {
            "customer_id": self.id,
            "code": self._result_code(code),
            # each text stands as a literal in MESSAGES, where the export finds it
            "message": self.env._(MESSAGES[code]) % params,  # pylint: disable=W8301
        }

    def _visible_or_refused(self):
        """Those of self that the user sees, and the refusals of all others.

        :return: customers, and dict of results (see _result) by id
        """
        visible = self.exists()._filtered_access("read")
        hidden = self - visible
        return visible, {row.id: row._result("not_found", name="") for row in hidden}

    def _result_code(self, message_code):
        """The public code of a sentence."""
        return {
            "taken": "taken_by",
            "not_in_pool": "not_allowed",
            "other_company": "not_allowed",
            "in_reserve": "not_allowed",
            "not_in_reserve": "illegal_transition",
            "wrong_stage": "illegal_transition",
            "quota_used": "quota_exceeded",
            "wrong_user": "not_allowed",
        }.get(message_code, message_code)

    def _local_time(self, moment):
        """`moment` (UTC) in the user's zone and format, for a sentence."""
        return self.env["ir.qweb.field.datetime"].value_to_html(moment, {})

    def _stage_name(self, code):
        """The company's name of a stage code, or of the archive."""
        if not code:
            return self.env._("the archive")
        return self.env["crm.pool.stage"]._stage_for(code, self.company_id).name
