"""The public names are exactly those that are meant to be."""

import subprocess
import sys

import nar
import nar.client

PUBLIC = ["TLS", "AsyncClient", "Client", "Graph", "__version__", "errors", "trace"]
PUBLIC_CLIENT = [
    "TLS",
    "AsyncClient",
    "Client",
    "Collection",
    "Finding",
    "IndexFailure",
    "IndexJob",
    "IndexedArchitecture",
    "Item",
    "JobState",
    "MotifCount",
    "Neighbour",
    "RetryPolicy",
    "SearchResult",
    "Severity",
    "SharedMotif",
]


def test_the_public_names_are_exactly_these() -> None:
    assert nar.__all__ == PUBLIC
    assert dir(nar) == sorted(PUBLIC)
    assert nar.client.__all__ == PUBLIC_CLIENT


def test_every_public_name_can_be_taken() -> None:
    for name in PUBLIC:
        assert getattr(nar, name) is not None
    for name in PUBLIC_CLIENT:
        assert getattr(nar.client, name) is not None


def test_both_clients_have_the_same_methods_with_the_same_parameters() -> None:
    import inspect

    def methods(kind: type) -> dict[str, list[str]]:
        public = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(body).parameters) for name, body in public if not name.startswith("_")}

    assert methods(nar.Client) == methods(nar.AsyncClient)
    assert "search" in methods(nar.Client)


def test_importing_nar_loads_neither_grpc_nor_torch() -> None:
    program = "import sys, nar; print(sorted({'grpc', 'torch', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
