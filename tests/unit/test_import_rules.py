"""Who may import whom (docs/architecture.md, "Borders")."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Files that translate a protocol: the names that each service has, the adapters of one backend, and the program that
# writes the starter index.
# An ONNX file is a protobuf message itself: its parser knows how parsing fails.
TRANSLATORS = (
    "server.py",
    "worker.py",
    "extractor/codec.py",
    "extractor/onnx_file.py",
    "embedder/embedder_servicer.py",
    "embedder/ray_app.py",
    "search/backends.py",
    "search/index_servicer.py",
    "search/index_version.py",
    "search/messages.py",
    "search/milvus_catalogue.py",
    "search/milvus_connection.py",
    "search/milvus_schema.py",
    "search/rebuilding.py",
    "search/search_servicer.py",
    "search/starter.py",
    "search/submission.py",
)
SERVICES = ("extractor", "motif_miner", "embedder", "search")
TRANSPORT = ("grpc", "google.protobuf", "redis", "pymilvus", "nar.v1", "nar.codec", "nar.status")


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "v1" not in path.parts]


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """Full names of the modules that a file imports, with what it takes from them."""
    tree = ast.parse(path.read_text())
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_no_other_service(service: str) -> None:
    for path in sources(f"services/{service}"):
        for name in imports(path):
            if is_below(name, "services"):
                allowed = (f"services.{service}", "services.runtime")
                assert any(is_below(name, package) for package in allowed), f"{path} imports {name}"


def test_the_runtime_imports_no_service() -> None:
    for path in sources("services/runtime"):
        for name in imports(path):
            assert not is_below(name, "services") or is_below(name, "services.runtime"), f"{path} imports {name}"


def test_nar_reaches_into_services_only_lazily() -> None:
    for path in sources("nar"):
        for name in imports(path, top_level_only=True):
            assert not is_below(name, "services"), f"{path} imports {name} at its top"


def test_experiments_are_imported_by_nothing_that_ships() -> None:
    for path in sources("nar", "services"):
        for name in imports(path):
            assert not is_below(name, "experiments"), f"{path} imports {name}"


@pytest.mark.parametrize("path", sources("services"), ids=lambda path: str(path.relative_to(ROOT)))
def test_domain_modules_know_no_transport(path: Path) -> None:
    relative = str(path.relative_to(ROOT / "services"))
    if relative.startswith("runtime/") or path.name in TRANSLATORS or relative in TRANSLATORS:
        return
    for name in imports(path):
        assert not any(is_below(name, package) for package in TRANSPORT), f"{path} imports {name}"


def test_client_miner_and_runtime_work_without_torch() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sources("nar", "services/motif_miner", "services/runtime")
    ]
    program = "import importlib, sys; sys.modules['torch'] = None\n" + "".join(
        f"importlib.import_module({module!r})\n" for module in modules
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
