import time

from odoo.http import Controller, request, route
from odoo.tools import consteq, hmac

SCOPE = "crm_asterisk.callback"
# A person needs a moment to write a number, and does not leave a form open all day.
FASTEST_S, SLOWEST_S = 2, 3600


class CrmCallCallbackController(Controller):
    """The one door of this addon without log-in: a visitor asks to be called (A8).

    Against programs: a field that people do not see must stay empty, the form carries a
    signed time and is refused when it comes back too fast or too late, and numbers,
    addresses and the whole company have a limit. What was refused for such reasons gets
    the answer of success: nobody learns the limits, or whose number is restricted.
    """

    @route(
        "/callback",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        readonly=False,
    )
    def callback(self, number="", name="", note="", website="", stamp="", **_other):
        queue_sudo = self._queue()
        if not queue_sudo:
            raise request.not_found()
        values = {
            "number": str(number)[:40],
            "name": str(name)[:80],
            "note": str(note)[:200],
        }
        if request.httprequest.method == "GET":
            return self._form(queue_sudo, {"number": "", "name": "", "note": ""})
        callbacks_sudo = request.env["crm.call.callback"].sudo()  # who asks is nobody
        e164 = callbacks_sudo._web_number(queue_sudo, values["number"])
        if not e164:
            return self._form(queue_sudo, values, is_number_wrong=True)
        if not website and self._is_fresh(str(stamp)):
            address = request.httprequest.remote_addr or ""
            origin = hmac(callbacks_sudo.env, SCOPE, f"from {address}")
            callbacks_sudo._keep_web(queue_sudo, {**values, "e164": e164}, origin)
        return request.render(
            "crm_asterisk.crm_call_callback_thanks",
            {"is_open": queue_sudo._is_open(), "company": queue_sudo.company_id},
        )

    def _queue(self):
        # visitors have no right on queues; only whether and for whom is asked
        return (
            request.env["asterisk.queue"]
            .sudo()
            .search(
                [("is_web_callback", "=", True), ("server_id.active", "=", True)],
                limit=1,
            )
        )

    def _form(self, queue_sudo, values, is_number_wrong=False):
        now = str(int(time.time()))
        stamp = f"{now}.{hmac(queue_sudo.env, SCOPE, now)}"
        return request.render(
            "crm_asterisk.crm_call_callback_form",
            {
                **values,
                "stamp": stamp,
                "is_number_wrong": is_number_wrong,
                "company": queue_sudo.company_id,
            },
        )

    def _is_fresh(self, stamp):
        begun, _dot, signature = stamp.partition(".")
        if not begun.isdecimal() or len(begun) > 12:
            return False
        # the signature's key is the database's secret
        expected = hmac(request.env(su=True), SCOPE, begun)
        age = time.time() - int(begun)
        return consteq(signature, expected) and FASTEST_S <= age <= SLOWEST_S
