from odoo import models
from odoo.tools import LazyTranslate

from .crm_pool_request import COUNTER

_lt = LazyTranslate(__name__)

# The sentence for every code that deciding a request returns.
OUTCOMES = {
    "request_approved": _lt("%(name)s now belongs to %(applicant)s."),
    "request_refused": _lt("The request of %(applicant)s for %(name)s is refused."),
    "request_withdrawn": _lt("Your request for %(name)s is withdrawn."),
    "request_decided": _lt(
        "The request of %(applicant)s for %(name)s is closed already: %(state)s "
        "(%(by)s)."
    ),
    "request_not_yours": _lt("Only who made a request may withdraw it."),
    "request_not_allowed": _lt(
        "The request for %(name)s is decided by the leader of the owner's team, or "
        "by a manager; nobody below manager decides a request of his own."
    ),
    "request_unknown": _lt("This request does not exist or is not yours to decide."),
    "request_void": _lt("%(name)s is not there any more: the request is void."),
    "request_fulfilled": _lt("%(name)s already belongs to %(applicant)s."),
    "answer_needed": _lt("Say why you refuse the request for %(name)s."),
    "cap_exceeded": _lt(
        "%(applicant)s already holds as many customers as one person may (%(cap)s): "
        "the request for %(name)s stays open."
    ),
    "protected": _lt(
        "%(name)s is protected until %(until)s: a manager may decide this request."
    ),
    "wrong_user": _lt("%(applicant)s cannot own customers of %(company)s."),
}
CODES = {
    "request_decided": "already_decided",
    "request_not_yours": "not_allowed",
    "request_not_allowed": "not_allowed",
    "request_approved": "approved",
    "request_refused": "refused",
    "request_withdrawn": "withdrawn",
    "request_void": "not_found",
    "request_unknown": "not_found",
    "request_fulfilled": "already_there",
    "wrong_user": "not_allowed",
}
# What applicants are told, in their language.
ANSWERS = {
    "approved": _lt("Your request for %(name)s is approved: it is yours now."),
    "refused": _lt("Your request for %(name)s is refused: %(answer)s"),
    "void": _lt("Your request for %(name)s is void: %(answer)s"),
}


class CrmPoolRequest(models.Model):
    """Deciding requests (P26), row by row.

    Whom the request is about stays what its applicant wrote: also in the to-dos of
    those who decide, because he can read them.
    """

    _inherit = "crm.pool.request"

    def _decide(self, verdict, answer):
        """Approve or refuse.

        :param verdict: approve or refuse
        :param answer: words to the applicant; required to refuse
        :return: list of dicts with request_id, code and message
        """
        visible = self.exists()._filtered_access("read")
        nobody = self.browse()
        results = [
            {**nobody._outcome("request_unknown"), "request_id": request.id}
            for request in self - visible
        ]
        for request in visible:
            refusal = request._decision_refusal(verdict, answer)
            if refusal:
                results.append(refusal)
            elif verdict == "approve":
                results.append(request._approve(answer))
            else:
                request._finish("refused", answer)
                request._tell_applicant("refused", answer)
                results.append(request._outcome("request_refused"))
        return results

    def _decision_refusal(self, verdict, answer):
        """The outcome that refuses to decide this request, or None."""
        request_sudo = self._as_superuser()
        customer_sudo = request_sudo.customer_id
        if self.state != "open":
            return self._decided_outcome()
        if not self._may_decide():
            return self._outcome("request_not_allowed")
        if not customer_sudo.active:
            self._end(self.env._("The customer is not there any more."))
            return self._outcome("request_void")
        if verdict == "refuse":
            return None if answer else self._outcome("answer_needed")
        if customer_sudo.owner_id == self.user_id:
            self._finish("void")
            return self._outcome("request_fulfilled")
        if not customer_sudo._can_own(self.user_id):
            return self._outcome("wrong_user", company=self.company_id.name)
        if customer_sudo.is_protected and not self._is_by_manager():
            until = customer_sudo._local_time(customer_sudo.protected_until)
            return self._outcome("protected", until=until)
        return None

    def _approve(self, answer):
        """Give the customer to the applicant and refuse the other requests for it."""
        # superuser: a leader decides for a customer that he may not see
        customer_sudo = self._as_superuser().customer_id
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        room = customer_sudo._holding_room(self.user_id, self.company_id)
        if room is not None and room < 1:
            return self._outcome("cap_exceeded", cap=policy.holding_cap)
        owners = customer_sudo._owners_now()
        reason = self.env._("request: %(reason)s", reason=self.reason)
        self.env["crm.pool.log"]._append(
            "assign",
            [{"customer": customer_sudo, "owner_after": self.user_id}],
            reason,
        )
        customer_sudo._set_owner(self.user_id)
        self._finish("approved", answer)
        customer_sudo._notify_former(
            owners, "passed", reason, owner=self._as_superuser().user_id.name
        )
        self._tell_applicant("approved", answer)
        others_sudo = self._as_superuser().search(
            [("customer_id", "=", customer_sudo.id), ("state", "=", "open")]
        )
        for other in others_sudo.with_env(self.env):
            words = self.env._("Somebody else's request was approved first.")
            other._finish("refused", words)
            other._tell_applicant("refused", words)
        return self._outcome("request_approved")

    def _end(self, words):
        """Close open requests whose customer or applicant has gone."""
        for request in self:
            request._finish("void", words)
            request._tell_applicant("void", words)

    def _is_by_manager(self):
        return self.env.su or self.env.user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        )

    def _tell_applicant(self, key, answer):
        """A message to the applicant, in his language, not in a contact's chatter."""
        user_sudo = self._as_superuser().user_id
        if user_sudo == self.env.user or not user_sudo.active:
            return
        request_sudo = self._as_superuser().with_context(
            lang=user_sudo.lang, tz=user_sudo.tz
        )
        env = request_sudo.env
        values = {"name": self.name, "answer": answer or ""}
        text = env._(ANSWERS[key]) % values  # pylint: disable=W8301  # literals above
        request_sudo.message_notify(
            partner_ids=user_sudo.partner_id.ids, body=text, subject=text
        )
        message = {"type": "info", "message": text, "sticky": True}
        user_sudo._bus_send("simple_notification", message)

    def _decided_outcome(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        request_sudo = self._as_superuser()
        return self._outcome(
            "request_decided",
            state=states[self.state],
            by=request_sudo.decided_by_id.name or "",
        )

    def _outcome(self, code, **params):
        """What came of a decision, in words.

        :return: dict with request_id, code and message
        """
        values = {
            "name": self.name,
            "applicant": self._as_superuser().user_id.name,
            **params,
        }
        return {
            "request_id": self.id,
            "code": CODES.get(code, code),
            # literals above
            "message": self.env._(OUTCOMES[code]) % values,  # pylint: disable=W8301
        }

    def _ask(self, approvers):
        """A to-do for everybody who may decide, in his language (superuser)."""
        self.ensure_one()
        for user_sudo in approvers:
            request_sudo = self.with_context(lang=user_sudo.lang, tz=user_sudo.tz)
            request_sudo.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user_sudo.id,
                summary=request_sudo.env._(
                    "%(applicant)s applies for %(name)s",
                    applicant=self.user_id.name,
                    name=self.name,
                ),
                note=self.reason,
            )
            user_sudo._bus_send(COUNTER, {})
