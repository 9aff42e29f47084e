from odoo import models


class CrmPoolCustomer(models.Model):
    """What becomes of planned activities when somebody stops working on a customer.

    - Demoted to the reserve, released, recycled, collaborator removed (P4, P29): the
      person's open activities on the contact are cancelled. Not deleted: they stay,
      marked, with nobody in charge; and each stands in words in the log.
    - Assigned (P31): the former owner's go to the new owner.
    - They stay with who works on the same contact for another company.
    - Who stops working on it no longer follows the contact's chatter.
    """

    _inherit = "crm.pool.customer"

    def _set_shared(self):
        people = self._people_now()
        result = super()._set_shared()
        self._cancel_activities(people)
        return result

    def _remove_member(self, user):
        result = super()._remove_member(user)
        self._cancel_activities({customer.id: user for customer in self})
        return result

    def _set_owner(self, user):
        owners = self._owners_now()
        result = super()._set_owner(user)
        for _customer, activities_sudo in self._privileged()._left_behind(owners):
            activities_sudo.with_context(mail_activity_quick_update=True).write(
                {"user_id": user.id}
            )
        return result

    def _people_now(self):
        """Owner and collaborators. :return: dict id to users (superuser)"""
        return {
            row.id: row.access_ids.filtered(lambda a: a.kind != "document").user_id
            for row in self._privileged()
        }

    def _cancel_activities(self, people):
        """Cancel the activities of people who do not work on self any more.

        Superuser: who leaves a customer does not see it any more.

        :param people: users by id of customer
        """
        log_model = self.env["crm.pool.log"]
        batch = log_model._new_batch()
        for customer, activities_sudo in self._privileged()._left_behind(people):
            for activity_sudo in activities_sudo:
                entry = {"customer": customer, "member": activity_sudo.user_id}
                words = customer._activity_words(activity_sudo)
                log_model._append("cancel", [entry], words, batch)
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

    def _left_behind(self, people):
        """What people leave who do not work on self (superuser) any more.

        They no longer follow the contacts; their open activities there come back.

        :param people: users by id of customer
        :return: list of (customer, activities)
        """
        users = self.env["res.users"].union(*people.values())
        still = self._still_working(users)
        gone = {
            (row.partner_id.id, user.id): row
            for row in self
            for user in people.get(row.id, users.browse())
            if (row.partner_id.id, user.id) not in still
        }
        if not gone:
            return []
        self._unfollow(gone, users)
        partners = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("commercial_partner_id", "in", self.partner_id.ids)])
        )
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners.ids),
                ("user_id", "in", users.ids),
            ]
        )
        commercial = {
            partner.id: partner.commercial_partner_id.id for partner in partners
        }
        left = {}
        for activity in activities:
            row = gone.get((commercial[activity.res_id], activity.user_id.id))
            if row:
                left[row] = left.get(row, activities.browse()) | activity
        return list(left.items())

    def _unfollow(self, gone, users):
        """Take people from the followers of contacts.

        :param gone: pairs of partner and user ids
        """
        user_ids = {user.partner_id.id: user.id for user in users}
        followers = self.env["mail.followers"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.partner_id.ids),
                ("partner_id", "in", list(user_ids)),
            ]
        )
        followers.filtered(
            lambda row: (row.res_id, user_ids[row.partner_id.id]) in gone
        ).unlink()

    def _still_working(self, users):
        """Who works, for any company, on the contacts of self.

        :return: set of (partner id, user id)
        """
        # superuser: access of other people, in other companies
        rows_sudo = (
            self._privileged()
            .env["crm.pool.access"]
            .search(
                [
                    ("customer_id.partner_id", "in", self.partner_id.ids),
                    ("user_id", "in", users.ids),
                    ("kind", "!=", "document"),
                ]
            )
        )
        return {(row.customer_id.partner_id.id, row.user_id.id) for row in rows_sudo}

    def _activity_words(self, activity):
        return self.env._(
            "%(kind)s, %(day)s: %(summary)s",
            kind=activity.activity_type_id.name or "",
            day=activity.date_deadline,
            summary=activity.summary or "",
        )
