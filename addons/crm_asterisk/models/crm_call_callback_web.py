from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.crm_stage_pipeline.numbering import NumberError, normalise

# Requests of the web form that are kept: by address in an hour, by number in a day, by
# company in an hour. More are answered politely and forgotten.
PER_ORIGIN, PER_NUMBER, PER_COMPANY = 5, 2, 60
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Kinds of line that cost the caller more than a call: nobody makes us dial them.
DEAR = ("premium", "shared_cost")


class CrmCallCallback(models.Model):
    """Requests from the web form: checked here, whoever sends them."""

    _inherit = "crm.call.callback"

    @api.model
    def _web_number(self, queue, text):
        """E.164 of a number of the PBX's own country that may be called; else empty."""
        country = queue.server_id.country_id or queue.company_id.country_id
        return self._home_number(country, text)

    @api.model
    def _home_number(self, country, text):
        """E.164 of a number that strangers may make us dial; else empty."""
        try:
            number = normalise(text, country.code)
        except NumberError:
            return ""
        is_home = number.region == country.code
        return number.e164 if is_home and number.kind not in DEAR else ""

    @api.model
    def _keep_web(self, queue, values, origin):
        """One request more, unless there are too many or the number is restricted.

        :param values: {"number", "e164", "name", "note"}: mere text of a visitor
        :param origin: where it came from, not readable
        :return: crm.call.callback, empty when it is not kept
        """
        e164 = values["e164"]
        if self._is_too_much(queue, e164, origin) or self.env[
            "crm.contact.restriction"
        ].with_company(queue.company_id)._restriction_for(number=e164, channel="call"):
            return self.browse()
        customer = queue.server_id._customer_calling(e164)
        return self.create(
            {
                "source": "web",
                "number": e164,
                "e164": e164,
                "name": values["name"],
                "note": values["note"],
                "origin_key": origin,
                "server_id": queue.server_id.id,
                "queue_id": queue.id,
                "partner_id": customer.partner_id.id,
                "customer_id": customer.id,
            }
        )

    @api.model
    def _is_too_much(self, queue, e164, origin):
        now = fields.Datetime.now()
        web = [("source", "=", "web")]
        limits = (
            (PER_ORIGIN, now - HOUR, ("origin_key", "=", origin)),
            (PER_NUMBER, now - DAY, ("e164", "=", e164)),
            (PER_COMPANY, now - HOUR, ("company_id", "=", queue.company_id.id)),
        )
        return any(
            self.search_count([*web, ("create_date", ">", since), who]) >= most
            for most, since, who in limits
        )
