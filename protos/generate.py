"""Generates the Python stubs of protos/nar/v1 into a folder (default: the repository root).

Run: python protos/generate.py [FOLDER]
"""

import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).parent


def generate(out: Path) -> None:
    """Writes the modules, their type stubs and the gRPC stubs below `out`/nar/v1.

    Raises:
        RuntimeError: the compiler refused a file; its own message went to stderr.

    """
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("nar/v1/*.proto"))
    include = str(files("grpc_tools") / "_proto")
    flags = [f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    # The plugins lie beside the interpreter, which need not be on the PATH.
    programs = Path(sys.executable).parent
    flags += [f"--plugin=protoc-gen-{kind}={programs / f'protoc-gen-{kind}'}" for kind in ("mypy", "mypy_grpc")]
    if protoc.main(["protoc", f"-I{PROTOS}", f"-I{include}", *flags, *sources]) != 0:
        raise RuntimeError("protoc failed")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else PROTOS.parent)
