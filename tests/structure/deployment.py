"""The files of a real deployment, which no Docker engine runs here. Each check takes
the project's folder."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

COMPOSE, IMAGE = "docker-compose.yml", "docker/odoo/Dockerfile"


def compose_file_is_valid(project: Path) -> list[str]:
    """Debian's docker-compose reads it without an engine."""
    if not shutil.which("docker-compose"):
        return ["docker-compose is missing: run `make setup`"]
    done = subprocess.run(
        ["docker-compose", "-f", COMPOSE, "config", "--quiet"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    return [done.stderr.strip()] if done.returncode else []


def _services(project: Path) -> dict[str, dict]:
    return yaml.safe_load((project / COMPOSE).read_text())["services"]


def compose_runs_what_the_demo_runs(project: Path) -> list[str]:
    """Each command of our image, with its options, is one of `make demo`'s: so it is
    run all the time, and with the same odoo.conf."""
    findings = []
    demo = (project / "scripts" / "demo").read_text().replace("\\\n", " ")
    for name, service in _services(project).items():
        command = service.get("command")
        if service.get("build", {}).get("dockerfile") != IMAGE:
            continue
        ran = [line for line in demo.splitlines() if f'/odoo" {command[0]} ' in line]
        if not ran:
            findings.append(f"{name}: scripts/demo never runs {command[0]}")
            continue
        words = ran[0].split()
        options = [word for word in command if word.startswith("-")]
        findings += [
            f"{name}: scripts/demo runs {command[0]} without {option}"
            for option in options
            if option not in words
        ]
        if "-c" in words and not words[words.index("-c") + 1].endswith('/odoo.conf"'):
            findings.append(f"{name}: scripts/demo has another configuration")
    return findings


def images_copy_what_exists(project: Path) -> list[str]:
    return [
        f"{path.relative_to(project)}: {source} does not exist"
        for path in sorted(project.glob("docker/*/Dockerfile"))
        for sources in re.findall(r"^COPY (.+) \S+$", path.read_text(), re.M)
        for source in sources.split()
        if not (project / source).exists()
    ]


def secrets_stay_on_the_machine(project: Path) -> list[str]:
    """Their folder goes neither into a commit nor into an image."""
    compose = yaml.safe_load((project / COMPOSE).read_text())
    folders = {
        Path(secret["file"]).parent.name
        for secret in compose.get("secrets", {}).values()
    }
    findings = []
    for name in (".gitignore", ".dockerignore"):
        path = project / name
        lines = path.read_text().splitlines() if path.exists() else []
        kept = {line.strip("/") for line in lines}
        findings += [f"{name} does not name {folder}" for folder in folders - kept]
    return findings
