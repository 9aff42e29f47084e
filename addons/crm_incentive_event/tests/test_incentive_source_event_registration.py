from odoo.tests import tagged

from odoo.addons.crm_incentive.tests.common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveSourceRegistration(IncentiveCommon):
    """I2: registrations count one each for who made them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.event = (
            cls.env["event.event"]
            .sudo()
            .create(
                {
                    "name": "Seminar",
                    "company_id": cls.company.id,
                    "date_begin": "2026-01-20 08:00:00",
                    "date_end": "2026-01-20 10:00:00",
                }
            )
        )

    def _register(self):
        registration = (
            self.env["event.registration"]
            .sudo()
            .create({"event_id": self.event.id, "partner_id": self.partner_a.id})
        )
        registration.flush_recordset()
        self.env.cr.execute(
            "UPDATE event_registration SET create_uid = %s,"
            " create_date = '2026-01-10 10:00:00' WHERE id = %s",
            [self.rep.id, registration.id],
        )
        registration.invalidate_recordset()
        return registration

    def _counted(self, date_rule):
        measure = self._measure("registration", date_rule=date_rule)
        self._plan(measure, self._table())
        self._run(1)
        credits = (
            self.env["crm.incentive.credit"]
            .search([("measure_id", "=", measure.id), ("reversal_ids", "=", False)])
            .filtered(lambda credit: not credit.reversal_of_id)
        )
        return [(c.participant_id, c.date.day, c.amount) for c in credits]

    def test_i2_registrations_by_day_of_registration(self):
        self._register()
        self._register().action_cancel()
        self.assertEqual(self._counted("registered"), [(self.participant, 10, 1)])

    def test_i2_registrations_by_day_of_attendance(self):
        self._register()
        self._register().write({"state": "done", "date_closed": "2026-01-20 09:00:00"})
        self.assertEqual(self._counted("attended"), [(self.participant, 20, 1)])

    def test_i7_a_cancelled_registration_is_marked_and_taken_back(self):
        registration = self._register()
        self._counted("registered")
        registration.action_cancel()
        marks = self.env["crm.incentive.mark"].search([])
        self.assertEqual(
            (marks.res_model, marks.res_id), ("event.registration", registration.id)
        )
        run = self._run(1)
        self.assertEqual(run.credits_reversed, 1)
