"""Libraries that are not installed beside the others: each environment is a folder of packages of its own.

An environment lies over this one: what it holds comes first, torch and all else come from here. Its requirements name
every package that it holds, with its version, and are installed without what they ask for, so that none brings another
torch. A collection of its libraries runs in a process that sees it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from nar.corpus.collection import Outcome
from nar.corpus.environment_table import ENVIRONMENTS
from nar.errors import FailedPrecondition


@dataclass(frozen=True)
class Environment:
    """An environment that is installed.

    Attributes:
        name: its name in ENVIRONMENTS.
        path: folder of its packages; beside it lies what its processes say, as NAME.log.
    """

    name: str
    path: Path

    def names(self, patterns: Sequence[str]) -> list[str]:
        """Full names of the models of its libraries that match `patterns`, sorted."""
        return [json.loads(line) for line in self._lines("names", *patterns)]

    def collect(self, folder: Path, patterns: Sequence[str]) -> Iterator[Outcome]:
        """Captures those models into `folder`, as `collection.collect` does; their outcomes, by name.

        Raises:
            FailedPrecondition: its process ended early.

        """
        for line in self._lines("collect", *patterns, "--folder", str(folder.resolve())):
            yield Outcome(**json.loads(line))

    def _lines(self, *arguments: str) -> Iterator[str]:
        """What the process writes for us; what libraries print goes to the log."""
        command = [sys.executable, "-m", "nar.corpus.in_environment", self.name, *arguments]
        variables = os.environ | {"PYTHONPATH": str(self.path), "PYTHONWARNINGS": "ignore"}
        log = self.path.with_suffix(".log")
        with (
            log.open("a") as errors,
            subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
        ):
            assert process.stdout is not None
            yield from process.stdout
        if process.returncode:
            raise FailedPrecondition(f"the process in the environment {self.name} ended early: {log} says why")


def matching(patterns: Sequence[str]) -> list[str]:
    """Environments that hold a library which one of `patterns` can mean."""
    prefixes = [pattern.partition("/")[0] for pattern in patterns]
    return [
        name
        for name, entry in ENVIRONMENTS.items()
        if any(fnmatchcase(library, prefix) for library in entry.libraries for prefix in prefixes)
    ]


def prepare(name: str, folder: Path) -> Environment:
    """The environment `name`, installed in `folder` unless it is there already.

    Raises:
        FailedPrecondition: pip could not install it.

    """
    return Environment(name, install(name, ENVIRONMENTS[name].requirements, folder))


def install(name: str, requirements: Sequence[str], folder: Path) -> Path:
    """Where those packages lie, without what they ask for; pip installs them below `folder` unless they are there.

    Raises:
        FailedPrecondition: pip could not install them.

    """
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:8]
    folder = folder.resolve()
    path = folder / f"{name}-{digest}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
        run = subprocess.run([*command, "--target", str(unfinished), *requirements], stderr=subprocess.PIPE, text=True)
        if run.returncode:
            last = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise FailedPrecondition(f"pip could not install the environment {name}: {last}")
        unfinished.rename(path)
    return path
