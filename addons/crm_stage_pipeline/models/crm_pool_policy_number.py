from odoo import api, fields, models
from odoo.tools import SQL


class CrmPoolPolicy(models.Model):
    """The numbers of a company's customers (P58): a sequence of its own."""

    _inherit = "crm.pool.policy"

    number_sequence_id = fields.Many2one(
        comodel_name="ir.sequence",
        string="Customer Numbers",
        copy=False,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="Prefix, length and next number of new customers.",
    )

    def action_number_customers(self):
        """Give numbers to customers that have none: of before this version, or written
        by SQL. The oldest come first; ten thousand in one call."""
        self.check_access("write")
        for policy in self:
            # customers of other people are numbered too
            policy_sudo = self._policy_for(policy.company_id)
            rows_sudo = policy_sudo.env["crm.pool.customer"].with_context(
                active_test=False
            )
            waiting_sudo = rows_sudo.search(
                [
                    ("company_id", "=", policy.company_id.id),
                    ("customer_number", "=", False),
                ],
                order="pool_entered_at, id",
                limit=10_000,
            )
            numbers = policy_sudo._next_customer_numbers(len(waiting_sudo))
            for row_sudo, number in zip(waiting_sudo, numbers, strict=True):
                row_sudo.customer_number = number
        return True

    @api.model
    def _create_defaults(self, companies):
        policies = super()._create_defaults(companies)
        for policy in policies:
            policy._number_sequence()
        return policies

    def _number_sequence(self):
        """The company's sequence, made when it is missing (self is superuser's)."""
        self.ensure_one()
        if not self.number_sequence_id:
            self.number_sequence_id = self.env["ir.sequence"].create(
                {
                    "name": self.env._(
                        "Customers of %(company)s", company=self.company_id.name
                    ),
                    "code": "crm.pool.customer",
                    "company_id": self.company_id.id,
                    "prefix": "C",
                    "padding": 6,
                }
            )
        return self.number_sequence_id

    def _next_customer_numbers(self, count, given=()):
        """The next numbers of the company that no customer has.

        Numbers may have been given by hand or by an import: those are passed over.

        :param count: how many
        :param given: numbers that are about to be given by hand
        """
        sequence = self._number_sequence()
        # customers of other people have numbers too (self is superuser's)
        rows_sudo = self.env["crm.pool.customer"].with_context(active_test=False)
        numbers = []
        while len(numbers) < count:
            drawn = self._draw_numbers(sequence, count - len(numbers))
            taken = rows_sudo.search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("customer_number", "in", drawn),
                ]
            )
            passed = {*given, *taken.mapped("customer_number")}
            numbers += [number for number in drawn if number not in passed]
        return numbers

    @api.model
    def _draw_numbers(self, sequence, count):
        """Take the next numbers of a sequence; those of an import by one statement."""
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _one in range(count)]
        drawn = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03d}",
                count,
            )
        )
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in drawn]
