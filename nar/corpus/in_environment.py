"""Main program of the process that sees an environment: lists or captures the models of its libraries.

It writes one JSON value a line: names, or outcomes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from nar.corpus import collection
from nar.corpus.environment_table import ENVIRONMENTS


def main() -> None:
    """Does what its arguments say."""
    arguments = _arguments()
    # Libraries print when they are imported; standard output is ours alone.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    names = _names(arguments.environment, arguments.patterns)
    if arguments.action == "names":
        answers.writelines(f"{json.dumps(name)}\n" for name in names)
        return
    for outcome in collection.collect(arguments.folder, names):
        answers.write(f"{json.dumps(asdict(outcome))}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environment", choices=list(ENVIRONMENTS))
    parser.add_argument("action", choices=["names", "collect"])
    parser.add_argument("patterns", nargs="+")
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def _names(environment: str, patterns: Sequence[str]) -> list[str]:
    from services.extractor import libraries

    found = {name for pattern in patterns for name in libraries.names(pattern)}
    return sorted(name for name in found if name.partition("/")[0] in ENVIRONMENTS[environment].libraries)


if __name__ == "__main__":
    main()
