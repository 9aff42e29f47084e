"""Bad circumstances at set-up: one clear sentence each, and the next run recovers.

The scripts run for real, on a cache of their own; what they would ask of the machine is
answered by small programs that stand first on PATH.
"""

import os
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.layout import PROJECT

SCRIPTS = PROJECT / "scripts"
NO_SPACE = "echo Filesystem; echo x 1 1 12 1 /"
# dpkg-deb --fsys-tarfile: the least that looks like Odoo's package
DEB = """
root=$(mktemp -d)
egg=$root/usr/lib/python3/dist-packages/odoo-19.0.egg-info
mkdir -p $egg
echo 'Requires-Dist: psycopg2' > $egg/PKG-INFO
tar -c -C $root .
rm -r $root
"""
APT = """
case "$*" in
*indextargets*) echo "http://localhost/debian" ;;
*download*) touch odoo-19_19.0_all.deb ;;
esac
"""


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


class TestSetup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ts")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.cache = self.folder / "cache"
        self.cache.mkdir()
        self.bin = self.folder / "bin"
        self.bin.mkdir()

    def fake(self, name: str, body: str) -> None:
        program = self.bin / name
        program.write_text(f"#!/bin/bash\n{body}\n")
        program.chmod(0o755)

    def run_script(self, *words: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [SCRIPTS / words[0], *words[1:]],
            env=os.environ
            | {
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "TELESALES_CACHE": str(self.cache),
            }
            | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def assert_refused(self, done, sentence: str) -> None:
        """One error, said in one sentence."""
        self.assertNotEqual(done.returncode, 0, done.stderr)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertIn(sentence, errors[0])

    def copy_scripts(self, *names: str) -> Path:
        """A project of its own that holds only these scripts; others can be faked."""
        scripts = self.folder / "project" / "scripts"
        scripts.mkdir(parents=True, exist_ok=True)
        for name in ("env.sh", *names):
            (scripts / name).write_text((SCRIPTS / name).read_text())
            (scripts / name).chmod(0o755)
        return scripts

    def source(self, code: str, **variables: str) -> subprocess.CompletedProcess:
        """Run a line of bash after scripts/env.sh."""
        self.fake("sourced", f'set -euo pipefail\n. "{SCRIPTS}/env.sh"\n{code}')
        done = self.run_script(str(self.bin / "sourced"), **variables)
        self.assertFalse(done.stdout and done.returncode, done.stdout)
        return done

    def test_other_machine(self):
        self.fake("uname", "echo aarch64")
        self.assert_refused(self.run_script("setup"), "needs an x86_64 machine")

    def test_cache_cannot_be_written(self):
        (self.folder / "file").touch()
        done = self.run_script("setup", TELESALES_CACHE=str(self.folder / "file/cache"))
        self.assert_refused(done, "cannot write to")

    def test_cache_of_another_user(self):
        self.fake("chmod", "exit 1")
        self.assert_refused(self.run_script("setup"), "cannot write to")

    def test_no_mirror_in_apt(self):
        self.fake("apt-get", "true")
        for script in ("setup-odoo", "setup-asterisk"):
            with self.subTest(script):
                self.assert_refused(self.run_script(script), "knows no Debian mirror")

    def test_mirror_does_not_answer(self):
        answer = 'case "$*" in *indextargets*) echo "http://localhost/debian" ;;'
        self.fake("apt-get", f"{answer} *) exit 100 ;; esac")
        for script in ("setup-odoo", "setup-asterisk"):
            with self.subTest(script):
                self.assert_refused(self.run_script(script), "no mirror")

    def test_disk_full(self):
        self.fake("df", NO_SPACE)
        steps = ("setup-odoo", "setup-python", "setup-asterisk")
        for words in (*((step,) for step in steps), ("postgres", "start")):
            with self.subTest(words):
                done = self.run_script(*words)
                self.assert_refused(done, "only 12 MB free")

    def test_disk_that_became_full_is_the_reason(self):
        """Not the mirror, whose file could not be written."""
        log = self.folder / "log"
        log.write_text("could not write: No space left on device\n")
        for line in ("die_or_full 'no mirror'", "false", f"die_or_full 'x' {log}"):
            with self.subTest(line):
                if str(log) not in line:
                    self.fake("df", NO_SPACE)
                else:
                    (self.bin / "df").unlink()
                self.assert_refused(self.source(line), "the disk is full")

    def test_unforeseen_end_is_explained(self):
        self.assert_refused(self.source("ls /nowhere"), "stopped at: ls /nowhere")
        self.assert_refused(self.source("exit 130"), "the next run goes on")
        # a script above the one that told the reason adds nothing
        done = self.source(f'bash -c \'. "{SCRIPTS}/env.sh"; die "once"\'')
        self.assert_refused(done, "once")

    def test_half_finished_set_up_is_done_again(self):
        part = self.cache / "odoo.part"
        part.mkdir()
        (part / "rest").write_text("of an interrupted run")
        (self.cache / "odoo").mkdir()  # without its stamp: unusable
        self.fake("apt-get", APT)
        self.fake("dpkg-deb", DEB)
        done = self.run_script("setup-odoo")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.cache / "odoo" / ".complete").exists())
        self.assertFalse((self.cache / "odoo" / "rest").exists())
        self.assertEqual(sorted(os.listdir(self.cache)), ["odoo"])

    def test_finished_set_up_does_nothing(self):
        for folder in ("odoo", "asterisk"):
            (self.cache / folder).mkdir()
            (self.cache / folder / ".complete").touch()
        self.fake("apt-get", "exit 1")
        for script in ("setup-odoo", "setup-asterisk"):
            self.assertEqual(self.run_script(script).returncode, 0)

    def test_set_up_of_another_form_is_made_anew(self):
        """A machine that keeps its cache gets what a changed script unpacks."""
        self.fake("df", NO_SPACE)
        for folder in ("odoo", "asterisk"):
            (self.cache / folder).mkdir()
            for stamp, made in (("1\n", True), ("0\n", False)):
                with self.subTest(folder, stamp=stamp):
                    (self.cache / folder / ".complete").write_text(stamp)
                    done = self.run_script(f"setup-{folder}")
                    if made:
                        self.assertEqual(done.returncode, 0, done.stderr)
                    else:
                        self.assert_refused(done, "only 12 MB free")

    def test_interrupted_cluster_is_made_again(self):
        """Its stamp is the last thing that is written."""
        self.assertIn(".complete", (SCRIPTS / "postgres").read_text())
        (self.cache / "postgres" / "data").mkdir(parents=True)
        self.fake("df", NO_SPACE)
        done = self.run_script("postgres", "start")
        self.assert_refused(done, "only 12 MB free")

    def test_interrupted_python_environment_is_made_again(self):
        """Without its stamp: packages may be half there, and pip would not know."""
        self.fake(
            "python3.11",
            f"""
            case "$*" in
            *sys.executable*) echo {self.bin}/python3.11 ;;
            "-m venv "*) mkdir -p $3/bin; cp $0 $3/bin/python; cp $0 $3/bin/pip ;;
            *getsitepackages*) echo {self.folder} ;;
            esac
            """,
        )
        scripts = self.copy_scripts("setup-python", "python-interpreter")
        for name in ("requirements.txt", "requirements-dev.txt"):
            (scripts.parent / name).touch()
        rest = self.cache / "venv" / "bin" / "rest"
        rest.parent.mkdir(parents=True)
        rest.touch()
        for _run in ("interrupted before", "finished before"):
            done = self.run_script(str(scripts / "setup-python"))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertFalse(rest.exists())
        self.assertEqual(done.stderr, "")

    def test_system_without_python_311(self):
        """Told which one is there, and where one may come from."""
        scripts = self.copy_scripts("setup-system")
        (scripts / "python-interpreter").write_text("#!/bin/bash\nexit 1\n")
        (scripts / "python-interpreter").chmod(0o755)
        self.fake("dpkg-query", "exit 1")
        self.fake("apt-get", "true")
        self.fake("apt-cache", "exit 100")
        self.fake("id", "echo 0")
        self.fake("python3", "echo Python 3.13.5")
        done = self.run_script(str(scripts / "setup-system"), "run")
        self.assert_refused(done, "3.11 with venv is needed, and this system has")
        self.assertIn("Python 3.13.5", done.stderr)

    def test_interrupted_copy_is_no_database(self):
        """Rows are there at once, files are not: the name comes when both are."""
        scripts = self.copy_scripts("database")
        (scripts / "postgres").write_text("#!/bin/bash\n")
        (scripts / "postgres").chmod(0o755)
        calls = self.folder / "calls"
        for name in ("createdb", "dropdb", "psql"):
            self.fake(name, f'echo {name} "$*" >> {calls}')
        (self.cache / "data" / "filestore").mkdir(parents=True)
        words = (str(scripts / "database"), "copy", "demo_1", "demo")
        self.fake("cp", "kill -9 $PPID")
        self.assertEqual(self.run_script(*words).returncode, -9)
        self.assertNotIn("rename", calls.read_text())
        (self.bin / "cp").unlink()
        self.assertEqual(self.run_script(*words).returncode, 0)
        self.assertIn('"demo.copy" rename to "demo"', calls.read_text())
        filestore = self.cache / "data" / "filestore"
        self.assertEqual(sorted(os.listdir(filestore)), ["demo", "demo_1"])

    def test_python_of_another_version(self):
        for name in ("python3.11", "python3"):
            self.fake(name, "exit 1")
        interpreter = self.run_script("python-interpreter")
        # Debian's own may stand at its fixed path; the wrong ones are never taken
        self.assertNotIn(str(self.bin), interpreter.stdout)

    def test_no_python_at_all(self):
        sentence = "no Python 3.11 with venv found"
        self.assertIn(sentence, (SCRIPTS / "setup-python").read_text())
        scripts = self.copy_scripts("setup-python")
        (scripts / "python-interpreter").write_text("#!/bin/bash\nexit 1\n")
        (scripts / "python-interpreter").chmod(0o755)
        for name in ("requirements.txt", "requirements-dev.txt"):
            (scripts.parent / name).touch()
        self.assert_refused(self.run_script(str(scripts / "setup-python")), sentence)

    def test_normal_user_without_system_packages(self):
        """Told what to run as root, once; nothing else needs root."""
        self.fake("id", "echo 1234")
        self.fake("sudo", "exit 1")
        self.fake("dpkg-query", "exit 1")
        done = self.run_script("setup-system", "test")
        self.assert_refused(done, "needs root")
        self.assertIn(
            "apt-get install --no-install-recommends curl postgresql", done.stderr
        )

    def test_cache_is_of_the_user(self):
        """Root's PostgreSQL runs as another user: files are not shared."""
        self.fake("id", "echo 1234")
        done = self.source("echo $cache", TELESALES_CACHE="")
        self.assertEqual(done.stdout.strip(), "/var/tmp/telesales-cache-1234")

    def test_socket_path_too_long(self):
        long = self.cache / ("x" * 100)
        long.mkdir()
        done = self.run_script("postgres", "start", TELESALES_CACHE=str(long))
        self.assert_refused(done, "too long for a unix socket")

    def demo(self, **variables: str) -> subprocess.CompletedProcess:
        """`scripts/demo start` as far as its first refusal."""
        scripts = self.copy_scripts("demo", "asterisk")
        (scripts / "setup").write_text("#!/bin/bash\n")
        (scripts / "setup").chmod(0o755)
        return self.run_script(str(scripts / "demo"), "start", **variables)

    def test_port_of_the_demonstration_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            done = self.demo(DEMO_PORT=port)
        self.assert_refused(done, f"port {port} is taken")

    def test_port_of_the_exchange_is_taken(self):
        """Asterisk starts without it, and another exchange would be talked to."""
        free = free_port()
        for kind, offset in ((socket.SOCK_STREAM, 0), (socket.SOCK_DGRAM, 2)):
            with socket.socket(type=kind) as other:
                other.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    other.listen()
                port = other.getsockname()[1]
                instance = str(port - offset)
                done = self.demo(DEMO_PORT=free, ASTERISK_INSTANCE=instance)
            self.assert_refused(done, f"port {port} of the exchange is taken")

    def test_stop_does_not_wait_for_a_browser(self):
        """Both processes are told at once, and Odoo, when it waits for a browser that
        does not answer, a second time: stopped in seconds."""
        scripts = self.copy_scripts("demo")
        self.fake("postgres", "exit")
        (self.bin / "postgres").rename(scripts / "postgres")
        run = self.folder / "project" / "build" / "demo"
        run.mkdir(parents=True)
        told = self.folder / "told"
        waiting = (
            f"trap 'echo >> {told}; n=$((n + 1)); [ $n -lt $0 ] || exit' TERM;"
            " while :; do sleep 0.05; done"
        )
        for name, needed in (("odoo", 2), ("connector", 1)):
            start = f'setsid bash -c "$0" {needed} > {told}.out 2>&1 & echo $!'
            pid = subprocess.check_output(["bash", "-c", start, waiting], text=True)
            (run / f"{name}.pid").write_text(pid)
        time.sleep(0.5)  # until they listen
        begin = time.monotonic()
        done = self.run_script(str(scripts / "demo"), "stop")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertLess(time.monotonic() - begin, 8)
        self.assertEqual(len(told.read_text()), 3)
        self.assertEqual(list(run.glob("*.pid")), [])

    def test_another_clone_serves_the_database(self):
        owner = self.cache / "demo-demo.owner"
        # a living process that names the database on its command line
        waiting = ["bash", "-c", "read", "demo"]
        with subprocess.Popen(waiting, stdin=subprocess.PIPE) as other:
            owner.write_text(f"{other.pid} /srv/other/clone\n")
            done = self.demo(DEMO_PORT=free_port())
            other.kill()
        self.assert_refused(done, "is served by the clone /srv/other/clone")
