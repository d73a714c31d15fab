"""All benchmarks, one after the other: `python -m benchmarks [--write docs/benchmarks.md] [NAME ...]`.

Each runs as its own command, so that none finds the memory of another; what it prints goes into the document, with the
versions and the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

# Name -> module and arguments, which keep the whole run under 40 minutes on 2 cores.
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "extraction": ("extraction",),
    "mining": ("mining",),
    "embedding": ("embedding", "--graphs", "300"),
    "embedder-hosts": ("embedder_hosts", "--seconds", "3"),
    "search": ("search", "--seconds", "3"),
    "search-100k": (
        "search",
        "--milvus",
        "standalone",
        "--vectors",
        "100000",
        "--clients",
        "1",
        "64",
        "--seconds",
        "3",
    ),
    "overload": ("overload",),
    "pipeline": ("pipeline", "--models", "100"),
}

_MARK = "<!-- tables -->"
_PACKAGES = ("torch", "pymilvus", "milvus-lite", "ray", "grpcio", "networkx")


def run(name: str) -> tuple[str, str, float]:
    """The command of a benchmark, what it prints ("" where it failed), and its seconds."""
    module, *options = BENCHMARKS[name]
    command = ["python", "-m", f"benchmarks.{module}", *options]
    started = time.perf_counter()
    environment = {**os.environ, "COLUMNS": "130", "TERM": "dumb"}
    done = subprocess.run([sys.executable, *command[1:]], env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    printed = "" if done.returncode else done.stdout.rstrip()
    return " ".join(command), printed, time.perf_counter() - started


def machine() -> str:
    """Cores and versions, in one sentence."""
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return f"{os.cpu_count()} cores, no GPU, Python {platform.python_version()}, {versions}"


def sections(document: str) -> tuple[str, dict[str, str]]:
    """What stands before the mark, and the sections behind it by title."""
    before, _, after = document.partition(_MARK)
    found = {part.partition("\n")[0]: part for part in after.split("\n## ")[1:]}
    return before.rstrip(), found


def write(path: Path, fresh: dict[str, str]) -> None:
    """Replaces those sections of the document that were measured, and leaves the others as they are."""
    introduction, kept = sections(path.read_text() if path.exists() else "# Benchmarks\n")
    chosen = {**kept, **fresh}
    body = "".join(f"\n## {chosen[_title(name)].strip()}\n" for name in BENCHMARKS if _title(name) in chosen)
    path.write_text(f"{introduction}\n\n{_MARK}\n{body}\n## Measured on\n\n{machine()}.\n")


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables, and writes each, as soon as it is there, where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="Default: all.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="document to replace the tables of")
    options = parser.parse_args(arguments)
    failed = []
    for name in options.names or BENCHMARKS:
        command, printed, seconds = run(name)
        if not printed:
            failed.append(name)
            continue
        print(f"\n{command}   ({seconds:.0f} s)\n\n{printed}", flush=True)
        if options.write:
            write(options.write, {_title(name): f"{_title(name)}\n\n`{command}`\n\n```\n{printed}\n```"})
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
