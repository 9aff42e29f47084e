import argparse
import logging
import os
import signal
import sys
import threading

from odoo.cli import Command
from odoo.sql_db import close_all

_logger = logging.getLogger(__name__)


class AsteriskConnector(Command):
    """Connect the PBXs of a database: events come in, commands go out.

    Runs until SIGTERM or SIGINT. Several may run for one database: each PBX is served
    by one, the others stand by and take over.
    """

    name = "asterisk_connector"

    def run(self, args):
        parser = argparse.ArgumentParser(prog=self.prog, description=self.__doc__)
        parser.add_argument(
            "--server", type=int, action="append", help="id of a PBX; default: all"
        )
        known, rest = parser.parse_known_args(args)
        database = self._configure(rest)
        # imported here: Odoo hides import errors of command files
        from odoo.addons.crm_asterisk.supervisor import Supervisor

        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_arguments: stopping.set())
        Supervisor(database, known.server, stopping).run()
        self._end()

    def _end(self):
        """At once: the interpreter would take seconds to take the registry apart, and a
        service manager may not wait so long."""
        close_all()
        logging.shutdown()
        os._exit(0)

    def _configure(self, arguments):
        """Odoo's own options (-c, -d, --log-level, ...); returns the database."""
        from odoo.modules import initialize_sys_path
        from odoo.tools import config

        config.parse_config(arguments, setup_logging=True)
        initialize_sys_path()
        names = config["db_name"]
        if len(names) != 1:
            sys.exit("asterisk_connector: name one database with -d")
        return names[0]
