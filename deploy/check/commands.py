"""Every command of a manifest runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.check.objects import Object, pods
from deploy.check.rendering import ROOT


def commands(objects: Sequence[Object]) -> dict[tuple[str, ...], str]:
    """The commands of nar's own containers, each once, and a pod that has it."""
    found: dict[tuple[str, ...], str] = {}
    for pod in pods(objects):
        for container in pod.containers:
            if str(container["image"]).startswith("nar/") and "command" in container:
                found.setdefault(tuple(container["command"]), pod.name)
    return found


def command_problems(found: dict[tuple[str, ...], str]) -> Iterator[str]:
    """Commands whose program cannot even say what its options are, and options that it does not have."""
    for command, where in found.items():
        program, options = _program(command)
        environment = {"COLUMNS": "200", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*_here(program), "--help"], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
        )
        if done.returncode:
            yield f"{where}: {' '.join(program)} --help fails: {done.stderr.strip()[-300:]}"
            continue
        for option in options:
            if f"{option} " not in done.stdout and f"{option}," not in done.stdout:
                yield f"{where}: {' '.join(program)} has no option {option}"


def _program(command: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """What is called, and the options that it is called with."""
    length = 3 if command[0] == "python" else 2
    return command[:length], [part for part in command[length:] if part.startswith("--")]


def _here(program: tuple[str, ...]) -> list[str]:
    """The same program of this environment."""
    if program[0] == "python":
        return [sys.executable, *program[1:]]
    return [str(Path(sys.executable).with_name(program[0])), *program[1:]]
