from odoo import api, fields, models

from odoo.addons.crm_stage_pipeline.numbering import digits

# Digits of an order's number that a caller must enter at least.
ORDER_DIGITS = 3


class AsteriskServer(models.Model):
    """What the dialplan may ask for (A9): FastAGI, answered by the connector.

    Answers are channel variables. Of a caller the PBX learns what routing needs, and of
    an order its state, told to nobody but its own customer.
    """

    _inherit = "asterisk.server"

    agi_host = fields.Char(
        string="FastAGI Address",
        required=True,
        default="127.0.0.1",
        help="Address of the connector's machine on which it answers the dialplan.",
    )
    agi_port = fields.Integer(
        string="FastAGI Port", help="Usually 4573; 0: the dialplan is not answered."
    )

    _agi_port_check = models.Constraint(
        "CHECK (agi_port BETWEEN 0 AND 65535)", "A port is a number from 0 to 65535."
    )

    def _agi_answer(self, service, arguments, channel):
        """The connector's work: variables for one question of the dialplan.

        :param service: path of the request: caller, order, fax
        :param arguments: texts that the dialplan gives
        :param channel: what Asterisk says of the channel (agi_callerid, …)
        :return: {variable: text}
        """
        self.ensure_one()
        if service not in self._agi_services():
            return {"ODOO_ERROR": f"no service {service[:20]}"}
        number = channel.get("agi_callerid", "")
        answer = getattr(self, f"_agi_{service}")
        return answer(arguments, "" if number == "unknown" else number)

    def _agi_services(self):
        """What may be asked for; each is a method _agi_<name>."""
        return ("caller", "order", "fax")

    def _agi_caller(self, arguments, number):
        """Is the caller known, whose customer is he, is the queue open?

        :param arguments: [name of the queue]
        """
        customer = self._customer_calling(number)
        queue = self.env["asterisk.queue"].search(
            [("server_id", "=", self.id), ("name", "=", (arguments or [""])[0])]
        )
        return {
            "ODOO_KNOWN": "1" if customer else "0",
            "ODOO_CUSTOMER": str(customer.id or ""),
            "ODOO_GRADE": customer.value_grade or "",
            **(queue._inbound_variables(customer) if queue else {}),
        }

    def _agi_order(self, arguments, number):
        """State of the order whose number the caller has entered, if it is his.

        :param arguments: [digits]
        """
        wanted = digits((arguments or [""])[0])
        customer = self._customer_calling(number)
        state = "unknown"
        if customer and len(wanted) >= ORDER_DIGITS:
            orders = self.env["sale.order"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "child_of", customer.partner_id.id),
                    ("name", "=like", f"%{wanted}"),
                ],
                limit=2,
            )
            state = orders.state if len(orders) == 1 else state
        return {"ODOO_ORDER_STATE": state}

    def _agi_fax(self, arguments, number):
        """Fax a document to the caller (fax on demand, G33).

        :param arguments: [digits of the document]
        """
        code = digits((arguments or [""])[0])
        return {
            "ODOO_FAX_STATE": self.env["crm.fax.template"]._on_demand(
                self, code, number
            )
        }

    def _customer_calling(self, number):
        """The only customer of the company who has the number; else none."""
        customers = self.env["crm.pool.customer"]
        numbers = self.env["crm.phone.number"]._match(number, self.country_id)
        partners = numbers.partner_id.commercial_partner_id
        if len(partners) != 1:
            return customers
        return customers.search(
            [
                ("partner_id", "=", partners.id),
                ("company_id", "=", self.company_id.id),
            ]
        )

    @api.model
    def _work_inbound(self, server):
        """What the connector does for callers every second.

        :return: how many commands were queued
        """
        return self.env["asterisk.endpoint"]._end_wrapups(server) + self.env[
            "crm.call.callback"
        ]._dispatch(server)
