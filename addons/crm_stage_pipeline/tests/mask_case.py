import re

from odoo import Command

from .common import PoolCase

# Figures that stand together in a leaked number; a mask shows three and four.
WINDOW = 7


def tells(number, value):
    """Whether a readable value holds the figures of a number, also backwards."""
    figures = re.sub(r"\D", "", str(value))
    national = re.sub(r"\D", "", number)[-11:]
    parts = [
        text[i : i + WINDOW]
        for text in (national, national[::-1])
        for i in range(len(text) - WINDOW + 1)
    ]
    return any(part in figures for part in parts)


class MaskCase(PoolCase):
    """A shared customer in a pool that masks numbers, with everything around it."""

    NUMBERS = {
        "phone": "139 1726 4058",
        "mobile": "138-6402-9157",
        "fax": "0592 2746 1835",
        "home_phone": "13752916408",
        "finance_phone": "+86 151 8473 6290",
    }
    CONTACT = "186 2957 4031"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.masked_pool = cls.env["crm.pool"].create(
            {
                "name": "Masked",
                "company_id": cls.company.id,
                "domain": "[('city', '=', 'Xiamen')]",
                "sequence": 1,
                "mask_numbers": True,
            }
        )
        cls.customer = cls._masked_customer("Egret Bamboo Works", cls.NUMBERS)
        cls.partner = cls.customer.partner_id
        cls.contact = cls.env["res.partner"].create(
            {"name": "Lin Xue", "parent_id": cls.partner.id, "phone": cls.CONTACT}
        )
        cls.env.flush_all()

    @classmethod
    def _masked_customer(cls, name, numbers, owner=None):
        partner = cls.env["res.partner"].create(
            {"name": name, "is_company": True, "city": "Xiamen", **numbers}
        )
        return cls.env["crm.pool.customer"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "stage_id": cls._stage("target").id,
                "owner_id": owner.id if owner else False,
            }
        )

    @classmethod
    def _surround(cls):
        """Records of every kind that copy or show the customer's numbers."""
        env = cls.env
        partner = cls.partner.with_context(tracking_disable=False)
        for phone in ("139 0000 1111", cls.NUMBERS["phone"]):
            partner.phone = phone
            env.flush_all()
            env.cr.precommit.run()
        cls._surround_by_documents(env)
        cls._surround_by_messages(env)
        env.flush_all()
        env.invalidate_all()

    @classmethod
    def _surround_by_documents(cls, env):
        cls.lead = env["crm.lead"].create(
            {
                "name": "Screens",
                "partner_id": cls.partner.id,
                "user_id": False,
                "type": "opportunity",
            }
        )
        cls.event = env["calendar.event"].create(
            {
                "name": "Visit",
                "start": "2026-03-02 09:00:00",
                "stop": "2026-03-02 10:00:00",
                "partner_ids": [
                    Command.set((cls.partner | cls.agent_1.partner_id).ids)
                ],
            }
        )
        env["sale.order"].create({"partner_id": cls.partner.id, "user_id": False})

    @classmethod
    def _surround_by_messages(cls, env):
        message = cls.partner.message_post(body="Note")
        cls.notification = env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": cls.partner.id,
                "notification_type": "sms",
                "sms_number": "+8613917264058",
            }
        )
        cls.restriction = env["crm.contact.restriction"].create(
            {"kind": "number", "number": cls.NUMBERS["mobile"], "channel": "fax"}
        )
        env["crm.contact.record"].create(
            {
                "customer_id": cls.customer.id,
                "partner_id": cls.contact.id,
                "channel": "call",
                "direction": "out",
                "date": "2026-03-01 09:00:00",
            }
        )
        env["mail.activity"].create(
            {
                "res_model_id": env["ir.model"]._get_id("res.partner"),
                "res_id": cls.partner.id,
                "summary": "Ring",
                "user_id": cls.agent_1.id,
            }
        )
