from odoo import models


class CrmPoolCustomer(models.Model):
    """What becomes of planned activities when somebody stops working on a customer.

    - Demoted to the reserve, released, collaborator removed (P4, P29): the person's
      open activities on the contact are cancelled. That is not done: each goes, and
      stands in words in the log.
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
        for customer, activities_sudo in self._left_activities(owners):
            activities_sudo.with_context(mail_activity_quick_update=True).write(
                {"user_id": user.id}
            )
            customer._unfollow(owners[customer.id])
        return result

    def _people_now(self):
        """Owner and collaborators. :return: dict id to users (superuser)"""
        return {
            row.id: row.access_ids.filtered(lambda a: a.kind != "document").user_id
            for row in self._privileged()
        }

    def _cancel_activities(self, people):
        """Cancel the activities of people who do not work on self any more.

        :param people: users by id of customer
        """
        log_model = self.env["crm.pool.log"]
        batch = log_model._new_batch()
        for customer, activities_sudo in self._left_activities(people):
            for activity_sudo in activities_sudo:
                entry = {"customer": customer, "member": activity_sudo.user_id}
                words = customer._activity_words(activity_sudo)
                log_model._append("cancel", [entry], words, batch)
            activities_sudo.unlink()
            customer._unfollow(people[customer.id])

    def _left_activities(self, people):
        """Open activities, on the contact, of people who do not work on it any more.

        Superuser: they are other people's.

        :param people: users by id of customer
        :return: list of (customer, activities), also without activities
        """
        users = self.env["res.users"].union(*people.values())
        if not users:
            return []
        env_sudo = self._privileged().env
        partners_sudo = (
            env_sudo["res.partner"]
            .with_context(active_test=False)
            .search([("commercial_partner_id", "in", self.partner_id.ids)])
        )
        found_sudo = env_sudo["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners_sudo.ids),
                ("user_id", "in", users.ids),
            ]
        )
        still = self._still_working(users)
        left = []
        for customer in self:
            gone = people.get(customer.id, users.browse()).filtered(
                lambda user, row=customer: (row.partner_id.id, user.id) not in still
            )
            ids = set(
                partners_sudo.filtered(
                    lambda p, row=customer: p.commercial_partner_id == row.partner_id
                ).ids
            )
            left.append(
                (
                    customer,
                    found_sudo.filtered(
                        lambda a, users=gone, ids=ids: (
                            a.user_id in users and a.res_id in ids
                        )
                    ),
                )
            )
        return left

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

    def _unfollow(self, users):
        """Take people from the followers of the contact, unless they work on it."""
        still = self._still_working(users)
        gone = users.filtered(lambda user: (self.partner_id.id, user.id) not in still)
        # superuser: the person who left may be any
        self._privileged().partner_id.message_unsubscribe(gone.partner_id.ids)
