from odoo.tests import tagged

from odoo.addons.crm_incentive.tests.common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveSourceTicket(IncentiveCommon):
    """I2: solved requests count one each for whom they were assigned to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure("ticket")
        cls._plan(cls.measure, cls._table())

    def _ticket(self):
        ticket = (
            self.env["crm.service.ticket"]
            .sudo()
            .create(
                {
                    "name": "Broken",
                    "partner_id": self.partner_a.id,
                    "company_id": self.company.id,
                }
            )
        )
        return ticket

    def _solve(self, ticket):
        ticket.write({"user_id": self.rep.id, "state": "solved"})
        ticket.solved_at = "2026-01-10 10:00:00"

    def test_i2_solved_requests_count_until_they_are_opened_again(self):
        solved = self._ticket()
        self._solve(solved)
        self._ticket()
        self._run(1)
        credit = self.env["crm.incentive.credit"].search(
            [("measure_id", "=", self.measure.id)]
        )
        self.assertEqual((credit.res_id, credit.amount), (solved.id, 1))
        self.assertEqual(credit.participant_id, self.participant)
        solved.state = "open"
        self.assertEqual(self._run(1).credits_reversed, 1)

    def test_i7_a_solved_request_is_marked(self):
        ticket = self._ticket()
        self._run(1)
        self._solve(ticket)
        marks = self.env["crm.incentive.mark"].search([])
        self.assertEqual(
            {(m.res_model, m.res_id) for m in marks},
            {("crm.service.ticket", ticket.id)},
        )
