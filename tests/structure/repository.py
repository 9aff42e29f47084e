"""What is not about one addon. Each check takes the project's folder."""

import ast
import os
import re
import subprocess
from pathlib import Path

# the checks' own words are put together, so that they do not find themselves
MIRROR_HOST = re.compile(
    r"\b(deb|ftp|security|archive|mirrors?)\.[a-z0-9-]+\.[a-z]{2,}|py"
    r"pi\.org|files\.python" + "hosted"
)
ADDRESS = re.compile(r"https?://(?!localhost|127\.0\.0\.1|\$|%|\{|<)[\w.-]+\.\w+")
LOCAL_PATH = re.compile(r"(?<![\w.$}{/-])/(work|root|home)/\w+")
UNDONE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
PROGRAMS = ("scripts", "docker", ".ci", "Makefile", "requirements", "pyproject.toml")
BINARY = {".png", ".xlsx", ".wav", ".gsm", ".ulaw", ".alaw", ".svg", ".ico"}


def files(project: Path) -> list[Path]:
    """What is tracked or about to be."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [
        project / name
        for name in sorted(set(done.stdout.split("\0")) - {""})
        if (project / name).is_file()
    ]


def _texts(project: Path):
    for path in files(project):
        if path.suffix not in BINARY and path.name != "LICENSE":
            text = path.read_text(errors="replace")
            yield str(path.relative_to(project)), text.splitlines()


def _search(project: Path, pattern: re.Pattern, only: tuple = ("",)) -> list[str]:
    return [
        f"{name}:{number}: {match[0]}"
        for name, lines in _texts(project)
        if name.startswith(only) and not name.startswith("tests/structure/")
        for number, line in enumerate(lines, 1)
        if (match := pattern.search(line))
    ]


def names_no_package_mirror(project: Path) -> list[str]:
    """The mirror is the one that the machine's apt and pip already use."""
    return _search(project, MIRROR_HOST) + _search(project, ADDRESS, PROGRAMS)


def names_no_path_of_one_machine(project: Path) -> list[str]:
    return _search(project, LOCAL_PATH)


def nothing_is_left_undone(project: Path) -> list[str]:
    return _search(project, UNDONE)


def scripts_are_sound(project: Path) -> list[str]:
    """Executable, readable by bash, and stopping at the first error."""
    findings = []
    for path in files(project):
        lines = path.read_text(errors="replace").splitlines()
        if not lines or not lines[0].startswith("#!") or path.suffix in BINARY:
            continue
        name = path.relative_to(project)
        if not os.access(path, os.X_OK):
            findings.append(f"{name}: not executable")
        if lines[0].endswith("bash"):
            if "set -euo pipefail" not in lines:
                findings.append(f"{name}: no set -euo pipefail")
            check = ["bash", "-n", str(path)]
            if subprocess.run(check, capture_output=True, check=False).returncode:
                findings.append(f"{name}: bash cannot read it")
    return findings


def requirements_are_pinned(project: Path) -> list[str]:
    return [
        f"{path.name}:{number}: {line} is not pinned"
        for path in sorted(project.glob("requirements*.txt"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.strip() and not line.startswith("#")
        if not re.fullmatch(r"[\w.-]+==[\w.]+", line.strip())
    ]


def make_targets_exist(project: Path) -> list[str]:
    """A target that a document names is one of the Makefile's."""
    targets = set(
        re.findall(r"^([a-z][\w-]*):", (project / "Makefile").read_text(), re.M)
    )
    named = re.compile(r"`make ([a-z][\w-]*)")
    return [
        f"{name}:{number}: no target {target}"
        for name, lines in _texts(project)
        if name.endswith(".md") and name != "CHANGELOG.md"
        for number, line in enumerate(lines, 1)
        for target in named.findall(line)
        if target not in targets
    ]


def fragments_are_named_well(project: Path) -> list[str]:
    pattern = re.compile(r"(\+?[\w.-]+)\.(feature|bugfix|misc)\.md|\.gitkeep")
    return [
        f"changelog.d/{path.name}: not +<slug>.feature.md, .bugfix.md or .misc.md"
        for path in sorted((project / "changelog.d").glob("*"))
        if not pattern.fullmatch(path.name)
    ]


def warnings_have_reasons(project: Path) -> list[str]:
    from tests.runner.odoo_log import read_allowed

    try:
        read_allowed((project / "tests" / "allowed_warnings.txt").read_text())
    except (OSError, ValueError, re.error) as error:
        return [str(error)]
    return []


def end_to_end_tests_are_found(project: Path) -> list[str]:
    """unittest finds only what lies in packages, and runs only what derives from it."""
    findings = []
    for path in sorted((project / "tests" / "e2e").rglob("test_*.py")):
        name = path.relative_to(project)
        if not (path.parent / "__init__.py").exists():
            findings.append(f"{name}: its folder has no __init__.py")
        tree = ast.parse(path.read_text())
        if not any(
            isinstance(node, ast.FunctionDef) and node.name.startswith("test")
            for node in ast.walk(tree)
        ):
            findings.append(f"{name}: holds no test")
    return findings
