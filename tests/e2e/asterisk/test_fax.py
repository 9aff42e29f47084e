"""Fax over the real exchange, in both directions at once (A11, C18)."""

import base64
import io

from PIL import Image, ImageDraw

from .exchange import ExchangeCase, wait

PAGES = 2
Image.init()  # TIFF and PDF, also where the server has narrowed it


def pdf(text):
    """A document of two pages."""
    pages = []
    for number in range(1, PAGES + 1):
        page = Image.new("L", (595, 842), 255)
        ImageDraw.Draw(page).text((60, 80), f"{text} {number}", fill=0)
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


class TestFax(ExchangeCase):
    def fax(self, domain, fields=("state", "reason", "page_count", "record_id")):
        rows = self.exchange.office.search_read(
            "crm.fax", domain, [*fields, "document"]
        )
        return rows[0] if rows else None

    def send(self, number):
        agent = self.agent("agent1")
        customer = self.exchange.customer(number)
        partner = agent.read_one("crm.pool.customer", customer, ["partner_id"])
        document = base64.b64encode(pdf("Offer")).decode()
        values = {"name": "Offer", "partner_id": partner["partner_id"][0]}
        fax = agent.create("crm.fax", {**values, "document": document})
        agent.call("crm.fax", "action_send", [fax])
        return fax

    def test_fax_out_and_in(self):
        """A11: a PDF goes to a customer's machine and one comes from there; both stand
        at him. To a line that is busy it is tried again, and the reason is told."""
        exchange = self.exchange
        sent = self.send("13800000590")
        busy = self.send("13800000591")
        coming = exchange.folder("phones") / "spool" / "fax" / "machine-out.tif"
        page = Image.new("1", (1728, 1100), 1)
        ImageDraw.Draw(page).text((60, 80), "Order", fill=0)
        page.save(coming, "TIFF", compression="group4", dpi=(204, 98))
        exchange.customer("13800000592")
        exchange.stack.carrier.call_in("13800000592", "7000", "fax")

        def done():
            row = self.fax([("id", "=", sent)])
            return row if row["state"] in ("sent", "failed") else None

        row = wait(done, 120, "the fax sent")
        self.assertEqual(
            (row["state"], row["page_count"]), ("sent", PAGES), row["reason"]
        )
        machine = exchange.folder("phones") / "spool" / "fax" / "machine.tif"
        with Image.open(machine) as received:
            self.assertEqual(received.n_frames, PAGES)
        record = exchange.office.read_one(
            "crm.contact.record", row["record_id"][0], ["channel", "direction"]
        )
        self.assertEqual((record["channel"], record["direction"]), ("fax", "out"))
        came = [("direction", "=", "in"), ("state", "in", ("received", "failed"))]
        row = wait(lambda: self.fax(came), 90, "a fax received")
        self.assertEqual(row["state"], "received", row["reason"])
        self.assertEqual(base64.b64decode(row["document"])[:5], b"%PDF-")
        record = exchange.office.read_one(
            "crm.contact.record",
            row["record_id"][0],
            ["channel", "direction", "customer_id"],
        )
        self.assertEqual((record["channel"], record["direction"]), ("fax", "in"))
        self.assertEqual(record["customer_id"][0], exchange.customer("13800000592"))
        row = self.fax([("id", "=", busy)], ("state", "reason", "try_count"))
        self.assertEqual((row["state"], row["try_count"]), ("queued", 1))
        self.assertIn("usy", row["reason"])

    def test_fax_on_demand(self):
        """G33: a caller enters a document's number; it comes to the machine at his
        number, the cover sheet first, the sender's line on each page."""
        exchange = self.exchange
        document = base64.b64encode(pdf("Price list")).decode()
        exchange.office.create(
            "crm.fax.template",
            {"name": "Price list", "code": "42", "document": document},
        )
        number = "13800000690"
        exchange.customer(number)
        # the caller presses 4, 2 and #, then listens
        exchange.stack.carrier.call_in(number, "7100", "document")

        def asked():
            return self.fax([("is_on_demand", "=", True)], ("state", "name"))

        row = wait(asked, 60, "the fax that was asked for")
        self.assertEqual(row["name"], "Price list")
        wanted = [("id", "=", row["id"]), ("state", "in", ("sent", "failed"))]
        row = wait(lambda: self.fax(wanted), 120, "the fax sent")
        self.assertEqual(
            (row["state"], row["page_count"]), ("sent", PAGES + 1), row["reason"]
        )
