"""`python -m deploy.check`: renders every composition of the manifests and says all that is wrong with them.

Environment: NAR_CRDS names the folder of the custom resource definitions; without it custom resources are not compared
with their schemas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from deploy.check.commands import command_problems, commands
from deploy.check.dockerfiles import dockerfile_problems
from deploy.check.images import image_problems
from deploy.check.lifecycle import lifecycle_problems
from deploy.check.objects import Object
from deploy.check.operators import operator_problems
from deploy.check.ports import port_problems
from deploy.check.references import reference_problems
from deploy.check.rendering import compositions
from deploy.check.scaling import scaling_problems
from deploy.check.schemas import builtin_problems, custom_problems, undefined_kinds
from deploy.check.security import security_problems
from deploy.check.settings import setting_problems

RULES: tuple[Callable[[Sequence[Object]], Iterator[str]], ...] = (
    builtin_problems,
    security_problems,
    lifecycle_problems,
    setting_problems,
    port_problems,
    reference_problems,
    image_problems,
    scaling_problems,
    operator_problems,
)


def problems(objects: Sequence[Object], definitions: Path | None = None) -> list[str]:
    """All that is wrong with the objects of one composition; commands are not run."""
    found = [problem for rule in RULES for problem in rule(objects)]
    return found + list(custom_problems(objects, definitions) if definitions else ())


def main() -> int:
    """Prints one line for each composition, and each problem; 1 when there are any."""
    folder = os.environ.get("NAR_CRDS")
    definitions = Path(folder).resolve() if folder else None
    rendered = compositions()
    if definitions is None:
        print("NAR_CRDS is not set: custom resources are not compared with their schemas")
    elif undefined := undefined_kinds(rendered["all"], definitions):
        print(f"no definition of {', '.join(sorted(undefined))}: not compared with a schema")
    total = list(dockerfile_problems())
    for name, objects in rendered.items():
        found = problems(objects, definitions)
        print(f"{name}: {len(objects)} objects, {len(found) or 'no'} problems")
        total += [f"{name}: {problem}" for problem in found]
    every = {command: pod for objects in rendered.values() for command, pod in commands(objects).items()}
    total += command_problems(every)
    print(f"{len(every)} commands")
    print("\n".join(total), file=sys.stderr)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
