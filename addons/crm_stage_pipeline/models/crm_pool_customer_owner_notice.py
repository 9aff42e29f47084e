from markupsafe import Markup

from odoo import fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# What people are told about customers that came to them or went away.
NOTICES = {
    "given": _lt("%(actor)s gave you %(names)s."),
    "taken": _lt("%(actor)s took %(names)s back from you: shared again."),
    "passed": _lt("%(actor)s gave %(names)s, formerly yours, to %(owner)s."),
    "member_added": _lt("%(actor)s lets you work on %(names)s."),
    "member_removed": _lt("You no longer work on %(names)s."),
    "owner_left": _lt(
        "%(owner)s has left. Tonight this goes back to the pool, unless you hand it "
        "over: %(names)s."
    ),
    "protection_ends": _lt("The protection of %(names)s ends on %(until)s."),
}
# notices about customers that the person does not see any more
WITHOUT_LINK = {"taken", "passed", "member_removed"}
SHOWN = 3


class CrmPoolCustomer(models.Model):
    """Telling people what others do with their customers (P28, P29, P31).

    A notice is a to-do of the person alone, without document, in the person's
    language, and a message on the screen if he is there. It never stands in the
    chatter of the contact, which other companies read.
    """

    _inherit = "crm.pool.customer"

    def action_release(self, reason=None):
        owners = self._owners_now()
        results = super().action_release(reason)
        done = self.browse(
            row["customer_id"] for row in results if row["code"] == "released"
        )
        done._notify_former(owners, "taken", reason)
        return results

    def action_assign(self, user_id, reason):
        owners = self._owners_now()
        results = super().action_assign(user_id, reason)
        done = self.browse(
            row["customer_id"] for row in results if row["code"] == "assigned"
        )
        done._notify_assigned(owners, self.env["res.users"].browse(user_id), reason)
        return results

    def _apply_moves(self, accepted, kind, to_code, reason):
        cleared = self.browse(
            customer.id for customer, clear_owner in accepted if clear_owner
        )
        owners = cleared._owners_now()
        result = super()._apply_moves(accepted, kind, to_code, reason)
        cleared._notify_former(owners, "taken", reason)
        return result

    def _change_member(self, action, user, is_readonly=False):
        results = super()._change_member(action, user, is_readonly)
        code = "shared" if action == "share" else "unshared"
        done = self.browse(row["customer_id"] for row in results if row["code"] == code)
        done._notify_person(
            user, "member_added" if action == "share" else "member_removed"
        )
        return results

    def _owners_now(self):
        """The owner of each customer. :return: dict id to user (superuser)"""
        return {row.id: row.owner_id for row in self._privileged().exists()}

    def _notify_assigned(self, owners, user, reason):
        """Tell the new owner and the former ones.

        :param owners: owners before, by id of customer
        """
        self._notify_person(user, "given", reason)
        # superuser: everybody may know a colleague's name
        user_sudo = user.with_env(self._privileged().env)
        self._notify_former(owners, "passed", reason, owner=user_sudo.name)

    def _notify_former(self, owners, key, reason, **params):
        """Tell the people who owned self before, each of his own customers."""
        former = self.filtered(lambda row: owners.get(row.id))
        for owner, customers in former.grouped(lambda row: owners[row.id]).items():
            customers._notify_person(owner, key, reason, **params)

    def _notify_person(self, user, key, reason=None, deadline=None, **params):
        """Tell `user` about the customers self; not about what he did himself.

        Superuser: the person's language, zone and to-dos are his own.

        :param key: of NOTICES
        :param deadline: moment (UTC) until which the person can do something
        """
        env_sudo = self._privileged().env
        user_sudo = user.with_env(env_sudo)
        if not self or not user_sudo.active or user_sudo == self.env.user:
            return
        rows_sudo = self.with_env(env_sudo).with_context(
            lang=user_sudo.lang, tz=user_sudo.tz
        )
        env = rows_sudo.env
        text = env._(NOTICES[key]) % {  # pylint: disable=W8301  # literals above
            "actor": env.user.name,
            "names": rows_sudo._short_names(),
            "until": rows_sudo._local_time(deadline) if deadline else "",
            **params,
        }
        env["mail.activity"].create(
            {
                "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                "res_model_id": False,  # a to-do without document
                "user_id": user.id,
                "automated": True,
                "summary": text,
                "note": rows_sudo._notice_body(key, reason),
                "date_deadline": fields.Date.context_today(rows_sudo, deadline),
            }
        )
        message = {"type": "info", "message": text, "sticky": True}
        user_sudo._bus_send("simple_notification", message)

    def _short_names(self):
        """The first names, and how many more there are."""
        names = ", ".join(self[:SHOWN].mapped("name"))
        if len(self) > SHOWN:
            return self.env._(
                "%(names)s and %(count)s more", names=names, count=len(self) - SHOWN
            )
        return names

    def _notice_body(self, key, reason):
        """The customers with links, as far as the person may open them."""
        lines = [Markup("<p>%s</p>") % reason] if reason else []
        for customer in self[:50]:
            if key in WITHOUT_LINK:
                lines.append(Markup("<div>%s</div>") % customer.name)
            else:
                lines.append(
                    Markup('<div><a href="/odoo/res.partner/%s">%s</a></div>')
                    % (customer.partner_id.id, customer.name)
                )
        return Markup("").join(lines)
