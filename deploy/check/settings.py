"""Every environment variable of a manifest is a setting that the process reads, with a value that it takes."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Sequence
from functools import cache

from pydantic import ValidationError

from deploy.check.objects import Object, of_kind, pods, variables
from deploy.check.rendering import ROOT
from services.runtime.settings import ServiceSettings

FOREIGN = {
    "AWS_ACCESS_KEY_ID": "botocore, below s3fs",
    "AWS_SECRET_ACCESS_KEY": "botocore, below s3fs",
    "AWS_ENDPOINT_URL_S3": "botocore, below s3fs",
    "JOB_UID": "the command of the same container",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "opentelemetry",
    "RAY_USAGE_STATS_ENABLED": "ray",
    "REDISCLI_AUTH": "redis-cli, and the command of the same container",
}
"""Variables that something else than the settings of nar reads, and what."""


def setting_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Variables that nothing reads, and values that are refused."""
    shared: set[str] = set()
    for thing in of_kind(objects, "ConfigMap"):
        shared |= {key for key in thing.get("data", {}) if key.startswith(("NAR_", "OTEL_"))}
    read: set[str] = set()
    for pod in pods(objects):
        for container in pod.containers:
            where = f"{pod.name} container {container['name']}"
            found = variables(container, objects)
            own = {entry["name"] for entry in container.get("env", ())}
            yield from (f"{where}: {text}" for text in _unknown(container, own))
            yield from (f"{where}: {text}" for text in _refused(container, found))
            read |= {key for key in found if _is_read(container, key)}
    for key in sorted(shared - read):
        yield f"ConfigMap: {key} is no setting of any container that gets it"


def settings_of(command: Sequence[str]) -> type[ServiceSettings] | None:
    """The settings class of a command `python -m services.X.server`; None for other commands."""
    parts = [part for part in command if part.startswith("services.")]
    if command[:2] != ["python", "-m"] or not parts:
        return None
    try:
        module = importlib.import_module(f"{parts[0].rpartition('.')[0]}.settings")
    except ModuleNotFoundError:
        return None
    return next(
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, ServiceSettings) and found is not ServiceSettings
    )


def _classes(container: Object) -> list[type[ServiceSettings]]:
    """Settings classes that a container may read: its command's, or those of its image."""
    from services.embedder.settings import EmbedderSettings
    from services.search.settings import SearchSettings

    own = settings_of(container.get("command", []))
    if own is not None:
        return [own]
    image = str(container.get("image", "")).partition(":")[0].rpartition("/")[2]
    by_image: dict[str, list[type[ServiceSettings]]] = {"embedder": [EmbedderSettings], "search": [SearchSettings]}
    return by_image.get(image, [])


def _is_read(container: Object, key: str) -> bool:
    if key in FOREIGN:
        return True
    field = key.removeprefix("NAR_").lower()
    if key.startswith("NAR_") and any(field in kind.model_fields for kind in _classes(container)):
        return True
    is_client = container.get("command", [""])[:1] == ["nar"]
    return is_client and key in names_in_client()


def _unknown(container: Object, own: set[str]) -> Iterator[str]:
    """Variables of the container itself that it does not read; those of a shared ConfigMap may be for others."""
    for key in sorted(own):
        if not _is_read(container, key):
            yield f"nothing reads {key}"


def _refused(container: Object, found: dict[str, str | None]) -> Iterator[str]:
    for kind in _classes(container):
        given = {
            field: found[f"NAR_{field.upper()}"]
            for field in kind.model_fields
            if found.get(f"NAR_{field.upper()}") is not None
        }
        try:
            kind.model_validate(given)
        except ValidationError as error:
            for wrong in error.errors():
                yield f"NAR_{str(wrong['loc'][0]).upper()}: {wrong['msg']}"


@cache
def names_in_client() -> frozenset[str]:
    """Every NAR_* that the code of the client and the command line names."""
    found = set()
    for path in (ROOT / "nar").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("NAR_"):
                found.add(node.value)
    return frozenset(found)
