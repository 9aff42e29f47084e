import socket

from odoo.tests import BaseCase, tagged

from ..ami.agi import AgiServer
from ..ami.call import derive
from ..ami.facts import Facts
from ..ami.messages import Message

REQUEST = (
    b"agi_network: yes\nagi_network_script: caller\n"
    b"agi_callerid: 13800000000\nagi_arg_1: sales\nagi_arg_2: two\n\n"
)


def ask(server, request, answers=b"200 result=1\n" * 9):
    """What the server sends to somebody who plays Asterisk."""
    with socket.create_connection(server.server_address, 5) as connection:
        connection.sendall(request + answers)
        connection.shutdown(socket.SHUT_WR)
        data = b""
        while piece := connection.recv(4096):
            data += piece
    return data.decode().splitlines()


@tagged("post_install", "-at_install")
class TestAmiAgi(BaseCase):
    def serve(self, answer):
        server = AgiServer("127.0.0.1", 0, answer)
        server.start()
        self.addCleanup(server.stop)
        return server

    def test_A9_answers_with_variables(self):
        heard = []

        def answer(service, arguments, channel):
            heard.append((service, arguments, channel["agi_callerid"]))
            return {"ODOO_KNOWN": "1", "ODOO_NAME": "河纸"}

        self.assertEqual(
            ask(self.serve(answer), REQUEST),
            ['SET VARIABLE ODOO_KNOWN "1"', 'SET VARIABLE ODOO_NAME "河纸"'],
        )
        self.assertEqual(heard, [("caller", ["sales", "two"], "13800000000")])

    def test_A15_no_command_slips_through_a_value(self):
        evil = 'x"\nEXEC System "rm\r\0'
        [line] = ask(self.serve(lambda *_: {"ODOO_NAME": evil}), REQUEST)
        self.assertEqual(line, 'SET VARIABLE ODOO_NAME "xEXEC System rm"')

    def test_A9_a_question_without_answer_ends(self):
        """The dialplan goes on: no exception, no waiting."""

        def answer(*_arguments):
            raise ValueError("no database")

        with self.assertLogs("odoo.addons.crm_asterisk.ami.agi", "WARNING"):
            self.assertEqual(ask(self.serve(answer), REQUEST), [])
        for bad in (b"GET / HTTP/1.1\n\n", b"agi_x: 1\n", b"\xff\xfe\n\n"):
            with self.assertLogs("odoo.addons.crm_asterisk.ami.agi", "WARNING"):
                self.assertEqual(ask(self.serve(lambda *_: {}), bad, b""), [])

    def test_A9_survey_is_a_fact(self):
        """The last key counts; other keys are no answer."""

        def said(at, score):
            headers = {"Event": "UserEvent", "UserEvent": "OdooSurvey", "Score": score}
            return Message({**headers, "Timestamp": at, "Linkedid": "1.1"})

        facts = Facts().add(said("2.0", "4")).add(said("1.0", "2"))
        self.assertEqual(derive("1.1", facts, ()).score, 4)
        self.assertEqual(derive("1.1", Facts().add(said("1.0", "9")), ()).score, 0)

    def test_A5_consent_is_a_fact(self):
        headers = {"Event": "UserEvent", "UserEvent": "OdooConsent", "Linkedid": "1.1"}
        for given, consent in (("1", "given"), ("0", "refused"), ("", "refused")):
            event = Message({**headers, "Timestamp": "1.0", "Given": given})
            self.assertEqual(derive("1.1", Facts().add(event), ()).consent, consent)
        self.assertEqual(derive("1.1", Facts(), ()).consent, "")
