from odoo import models

# What a company says of a customer that holds for its copy too.
COPIED = (
    "grade_id",
    "type_id",
    "status_id",
    "credit_rating_id",
    "team_id",
    "source_id",
)


class CrmPoolCustomer(models.Model):
    """Copying customers (G59).

    - A copy is a customer of its own: it has no owner, no marks and no history, and
      counts for nobody's quota or cap. It begins in the stage of new customers.
    - It is checked for duplicates as any new customer; core's name of a copy differs.
    """

    _inherit = "crm.pool.customer"

    def copy(self, default=None):
        """Copy the customers, that is their contacts.

        :return: the rows of the copies in the pools of the same companies
        """
        # no row is copied as it is: there is one for each contact and company
        copies = super(CrmPoolCustomer, self.browse()).copy(default)
        for customer in self:
            home = customer.with_company(customer.company_id)
            partner = home.partner_id.copy(default)
            copies |= partner.own_pool_customer_id
        return copies

    def _enter_copy(self, partner):
        """Bring the copy of a customer's contact into the pool, as nobody's.

        :raises ValidationError: where it would be a duplicate
        """
        self.ensure_one()
        values = {name: self[name].id for name in COPIED}
        return self.create({"partner_id": partner.id, "owner_id": False, **values})


class ResPartner(models.Model):
    _inherit = "res.partner"

    def copy_data(self, default=None):
        """Nobody is a copy's salesperson; its number is not that of another customer
        where the policy refuses that.
        """
        data = super().copy_data(default)
        given = default or {}
        for partner, vals in zip(self, data, strict=True):
            row = partner._copied_row()
            if not row:
                continue
            if "user_id" not in given:
                vals["user_id"] = False
            policy = self.env["crm.pool.policy"]._policy_for(row.company_id)
            if policy.phone_duplicates == "block" and "phone" not in given:
                vals["phone"] = False
        return data

    def copy(self, default=None):
        copies = super().copy(default)
        for partner, copied in zip(self, copies, strict=True):
            row = partner._copied_row()
            if row and not copied.parent_id:
                row._enter_copy(copied)
        return copies

    def _copied_row(self):
        """The row that the copy of this contact gets one like, if any."""
        self.ensure_one()
        return self.env["crm.pool.customer"].search(
            [("partner_id", "=", self.id), ("company_id", "=", self.env.company.id)]
        )
