"""The Dockerfiles are sound, as hadolint sees it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.check.rendering import ROOT

DOCKER = ROOT / "deploy" / "docker"


def dockerfile_problems(folder: Path = DOCKER) -> Iterator[str]:
    """What hadolint finds, one line each."""
    hadolint = Path(sys.executable).with_name("hadolint")
    files = sorted(folder.glob("*.Dockerfile"))
    done = subprocess.run(
        [hadolint, "--config", DOCKER / "hadolint.yaml", *files], capture_output=True, text=True, check=False
    )
    yield from (line for line in (done.stdout + done.stderr).splitlines() if line.strip())
    if done.returncode and not (done.stdout + done.stderr).strip():
        yield f"hadolint ended with {done.returncode}"
