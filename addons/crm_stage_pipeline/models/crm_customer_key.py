from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmCustomerKey(models.Model):
    """What makes a customer the same as another one: key of his name, his numbers.

    - Unique per company where `enforced`; the policy says for which kinds.
    - Not enforced for archived customers, nor for one who may be a duplicate.
    - Written by the system only, whenever name, numbers or the customer change.
    """

    _name = "crm.customer.key"
    _description = "Customer Key"
    _order = "customer_id, kind, key"
    _rec_name = "key"

    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="customer_id.company_id", store=True, precompute=True
    )
    kind = fields.Selection(
        selection=[("name", "Name"), ("phone", "Phone Number")], required=True
    )
    key = fields.Char(required=True)
    enforced = fields.Boolean()

    _enforced_uniq = models.UniqueIndex(
        "(company_id, kind, key) WHERE enforced",
        "A customer with the same name or telephone number exists already.",
    )
    # for equal keys, and for keys that begin with a text, whatever the collation
    _lookup_idx = models.Index("(company_id, kind, key text_pattern_ops)")

    @api.model
    def _sync(self, customers):
        """Bring the keys of customers up to date.

        :param customers: crm.pool.customer, archived ones included
        :raises ValidationError: when an enforced key belongs to another customer
        """
        # keys are the system's: nobody reads or writes them by rights of his own
        customers_sudo = customers._privileged()
        keys_sudo = self.with_env(customers_sudo.env)
        present = keys_sudo.search([("customer_id", "in", customers.ids)]).grouped(
            lambda row: (row.customer_id.id, row.kind, row.key)
        )
        wanted = self._get_wanted(customers_sudo)
        gone = [key for key in present if key not in wanted]
        keys_sudo.concat(*(present[key] for key in gone)).unlink()
        freed, taken = keys_sudo.browse(), keys_sudo.browse()
        for key, enforced in wanted.items():
            row = present.get(key, keys_sudo)
            if row and row.enforced != enforced:
                freed, taken = (
                    (freed, taken | row) if enforced else (freed | row, taken)
                )
        freed.enforced = False
        self._check_free(
            [key for key, value in wanted.items() if value], customers_sudo
        )
        taken.enforced = True
        # in the order of the keys, so that two transactions wait and do not deadlock
        new = sorted(
            (kind, key, customer_id, enforced)
            for (customer_id, kind, key), enforced in wanted.items()
            if (customer_id, kind, key) not in present
        )
        self._insert(new, customers_sudo)

    @api.model
    def _insert(self, rows, customers_sudo):
        """New keys in one statement: two for each customer of an import.

        :param rows: list of (kind, key, customer's id, enforced), sorted
        """
        if not rows:
            return
        companies = {row.id: row.company_id.id for row in customers_sudo}
        customers_sudo.flush_recordset()
        self.flush_model()
        self.env.cr.execute_values(
            "INSERT INTO crm_customer_key (kind, key, customer_id, enforced,"
            " company_id, create_uid, create_date, write_uid, write_date) VALUES %s",
            [(*row, companies[row[2]], self.env.uid, self.env.uid) for row in rows],
            template="(%s, %s, %s, %s, %s, %s, now(), %s, now())",
            page_size=1000,
        )
        self.invalidate_model()

    @api.model
    def _get_wanted(self, customers_sudo):
        """The keys that customers should have: (id, kind, key) to enforced."""
        policies = {
            company: self.env["crm.pool.policy"]._policy_for(company)
            for company in customers_sudo.company_id
        }
        return {
            (customer.id, kind, key): enforced
            for customer in customers_sudo
            for kind, key, enforced in customer._get_keys(policies[customer.company_id])
        }

    @api.model
    def _sync_partners(self, partners):
        """The same for the customers that these contacts are, in all companies."""
        # customers of other people and companies follow as well
        customer_model = self.env["crm.pool.customer"]._privileged()
        all_sudo = customer_model.with_context(active_test=False)
        customers_sudo = all_sudo.search([("partner_id", "in", partners.ids)])
        if customers_sudo:
            self._sync(customers_sudo)

    @api.model
    def _check_free(self, wanted, customers_sudo):
        """The sentence for people; the unique index is what really refuses."""
        by_company = {}
        companies = {customer.id: customer.company_id for customer in customers_sudo}
        for customer_id, kind, key in wanted:
            taken = by_company.setdefault(companies[customer_id], {})
            if taken.setdefault((kind, key), customer_id) != customer_id:
                raise ValidationError(self._get_duplicate_message(kind, None))
        # also of customers that the user may not see: he is told that they exist
        keys_sudo = self.with_env(customers_sudo.env)
        for company, keys in by_company.items():
            for kind in ("name", "phone"):
                found = keys_sudo.search(
                    [
                        ("company_id", "=", company.id),
                        ("kind", "=", kind),
                        (
                            "key",
                            "in",
                            [key for key_kind, key in keys if key_kind == kind],
                        ),
                        ("enforced", "=", True),
                    ]
                )
                for row in found:
                    if row.customer_id.id != keys[kind, row.key]:
                        raise ValidationError(
                            self._get_duplicate_message(kind, row.customer_id)
                        )

    @api.model
    def _get_duplicate_message(self, kind, customer):
        """Say that a customer exists; whose he is only to whom may see him."""
        what = (
            self.env._("A customer with this name exists already")
            if kind == "name"
            else self.env._("A customer with this telephone number exists already")
        )
        if not customer:
            return f"{what}."
        visible = customer.with_user(self.env.user).sudo(False)
        if visible._filtered_access("read"):
            return self.env._(
                "%(what)s: %(customer)s.", what=what, customer=customer.partner_id.name
            )
        # only the team's name is told of a customer that the user may not see
        team_sudo = customer._privileged().owner_id.sale_team_id
        if not team_sudo:
            return f"{what}."
        return self.env._(
            "%(what)s, in the hands of %(team)s.", what=what, team=team_sudo.name
        )

    @api.model
    def _find(self, company, kind, keys):
        """Active customers that have one of these keys.

        :return: dict of key to list of customer ids, the oldest first
        """
        found = {}
        if not keys:
            return found
        self.flush_model()
        self.env["crm.pool.customer"].flush_model(["active"])
        # one index scan for a whole batch; nothing but ids leaves this method
        self.env.cr.execute(
            SQL(
                """
                SELECT k.key, k.customer_id
                  FROM crm_customer_key k
                  JOIN crm_pool_customer c ON c.id = k.customer_id
                 WHERE k.company_id = %s AND k.kind = %s AND k.key = ANY(%s)
                   AND c.active
                 ORDER BY k.customer_id
                """,
                company.id,
                kind,
                list(keys),
            )
        )
        for key, customer_id in self.env.cr.fetchall():
            found.setdefault(key, []).append(customer_id)
        return found

    @api.model
    def _get_collisions(self, company, kind):
        """Keys that more than one active customer of a company has.

        :return: list of (key, number of customers), the most frequent first
        """
        customers = Domain("customer_id.active", "=", True) & Domain(
            "customer_id.same_name_allowed", "=", False
        )
        # agents have no right on keys; the policy's managers see the counts
        system = self.env["crm.pool.customer"]._privileged().env
        groups = self.with_env(system)._read_group(
            Domain("company_id", "=", company.id)
            & Domain("kind", "=", kind)
            & customers,
            groupby=["key"],
            aggregates=["__count"],
            having=[("__count", ">", 1)],
            order="__count desc, key",
        )
        return groups

    @api.model
    def _enforce(self, company, kind, enforced):
        """Write a change of the policy to all keys of a company, in one statement."""
        self.flush_model()
        self.env["crm.pool.customer"].flush_model(["active", "same_name_allowed"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_key k
                   SET enforced = %(enforced)s AND c.active
                       AND NOT COALESCE(c.same_name_allowed, FALSE)
                  FROM crm_pool_customer c
                 WHERE c.id = k.customer_id
                   AND k.company_id = %(company)s AND k.kind = %(kind)s
                """,
                enforced=enforced,
                company=company.id,
                kind=kind,
            )
        )
        self.invalidate_model(["enforced"])
