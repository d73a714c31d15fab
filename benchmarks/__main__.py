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

# Name -> arguments that keep the whole run under 40 minutes on 2 cores.
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "extraction": (),
    "mining": (),
    "embedding": ("--graphs", "300"),
    "embedder_hosts": (),
    "search": (),
    "overload": (),
    "pipeline": (),
}

_PACKAGES = ("torch", "pymilvus", "milvus-lite", "ray", "grpcio", "networkx")


def run(name: str) -> tuple[str, str, float]:
    """The command of a benchmark, what it prints, and its seconds.

    Raises:
        SystemExit: it failed.
    """
    command = ["python", "-m", f"benchmarks.{name}", *BENCHMARKS[name]]
    started = time.perf_counter()
    environment = {**os.environ, "COLUMNS": "130", "TERM": "dumb"}
    done = subprocess.run([sys.executable, *command[1:]], env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with exit code {done.returncode}")
    return " ".join(command), done.stdout.rstrip(), time.perf_counter() - started


def machine() -> str:
    """Cores and versions, in one sentence."""
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return f"{os.cpu_count()} cores, no GPU, Python {platform.python_version()}, {versions}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables, and writes them where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help="Default: all.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="document to replace the tables of")
    options = parser.parse_args(arguments)
    sections = []
    for name in options.names or BENCHMARKS:
        command, printed, seconds = run(name)
        print(f"\n{command}   ({seconds:.0f} s)\n\n{printed}", flush=True)
        sections.append(f"## {name.replace('_', ' ').capitalize()}\n\n`{command}`\n\n```\n{printed}\n```\n")
    if options.write:
        introduction = options.write.read_text().partition("\n## ")[0].rstrip() if options.write.exists() else ""
        text = f"{introduction}\n\n" + "\n".join(sections) + f"\n## Measured on\n\n{machine()}.\n"
        options.write.write_text(text)


if __name__ == "__main__":
    main()
