from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class ServiceCommon(TransactionCase):
    """A company in Shanghai, 08-12 and 13-17 on weekdays, with its people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._new_calendar("Weekdays")
        cls.company = cls.env["res.company"].create(
            {"name": "Willow Bank Machines", "resource_calendar_id": cls.calendar.id}
        )
        cls.calendar.company_id = cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.agent = cls._new_user("sagent", "crm_service.crm_service_group_user")
        cls.manager = cls._new_user("smanager", "crm_service.crm_service_group_manager")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Green Hill Trading", "is_company": True}
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Anna Reed", "parent_id": cls.customer.id}
        )
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Other Works", "is_company": True}
        )
        cls.product = cls.env["product.product"].create({"name": "Label printer"})
        cls.team = cls.env["crm.service.team"].create(
            {"name": "Hotline", "leader_id": cls.manager.id}
        )

    @classmethod
    def _new_calendar(cls, name):
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": "Asia/Shanghai",
                "company_id": False,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": stop,
                            "day_period": "morning" if start < 12 else "afternoon",
                        }
                    )
                    for day in range(5)
                    for start, stop in ((8, 12), (13, 17))
                ],
            }
        )

    @classmethod
    def _new_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="Asia/Shanghai",
            **values,
        )

    @classmethod
    def _new_portal_user(cls, login):
        """A person of the customer; the password is the login."""
        user = cls._new_user(login, "base.group_portal")
        user.partner_id.parent_id = cls.customer
        return user

    @classmethod
    def _policy(cls, name="Standard", response=60, resolution=480, **values):
        return cls.env["crm.service.sla"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "response_minutes": response,
                "resolution_minutes": resolution,
                **values,
            }
        )

    @classmethod
    def _agreement(cls, **values):
        return cls.env["crm.service.agreement"].create(
            {
                "name": "Care",
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "date_end": "2026-12-31",
                "state": "active",
                **values,
            }
        )

    def _ticket(self, user=None, **values):
        return (
            self.env["crm.service.ticket"]
            .with_user(user or self.agent)
            .create({"name": "Printer jams", "partner_id": self.customer.id, **values})
        )
