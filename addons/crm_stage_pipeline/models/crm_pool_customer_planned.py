from odoo import models


class CrmPoolCustomer(models.Model):
    """Open activities of a customer that falls to the reserve (P4)."""

    _inherit = "crm.pool.customer"

    def _apply_moves(self, accepted, kind, to_code, reason):
        leaving = self.browse(customer.id for customer, clear in accepted if clear)
        members = {
            customer: customer._privileged()
            .access_ids.filtered(lambda row: row.kind in ("owner", "collaborator"))
            .user_id
            for customer in leaving
        }
        result = super()._apply_moves(accepted, kind, to_code, reason)
        for customer, users in members.items():
            customer._cancel_activities(users)
        return result

    def _cancel_activities(self, users):
        """Close what `users` still had planned with the customer and its persons.

        Not deleted: they stay, marked as cancelled and with nobody in charge, for
        whoever claims the customer. Superuser: they are other people's.
        """
        self.ensure_one()
        activities_sudo = self._privileged().env["mail.activity"]
        partners_sudo = self._privileged().partner_id
        partners_sudo |= partners_sudo.with_context(active_test=False).child_ids
        found_sudo = activities_sudo.search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners_sudo.ids),
                ("user_id", "in", users.ids),
            ]
        )
        for activity_sudo in found_sudo:
            who = activity_sudo.user_id.name
            activity_sudo.write(
                {
                    "active": False,
                    "user_id": False,
                    "feedback": self.env._(
                        "Cancelled: the customer left %(user)s.", user=who
                    ),
                }
            )
