"""Objects have the fields that their kinds have: built-in kinds by kubernetes-validate, others by their CRDs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

from deploy.check.objects import Object, name, of_kind

KUBERNETES = "1.33"
"""The oldest version that is supported."""

CUSTOM_GROUPS = ("ray.io", "keda.sh", "milvus.io", "monitoring.coreos.com")
OPTIONAL_GROUPS = ("monitoring.coreos.com",)
"""Groups whose definitions may be missing: `deploy.check.references` compares what they name all the same."""


def builtin_problems(objects: Sequence[Object]) -> Iterator[str]:
    """What is wrong with objects of built-in kinds; unknown fields are."""
    for thing in objects:
        if _group(thing) in CUSTOM_GROUPS:
            continue
        problem = _builtin_problem(json.dumps(thing, sort_keys=True))
        if problem:
            yield f"{name(thing)}: {problem}"


@cache
def _builtin_problem(text: str) -> str:
    """What is wrong with one object; most are the same in many compositions, and a look takes long."""
    try:
        kubernetes_validate.validate(json.loads(text), KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message}"
    return ""


def custom_problems(objects: Sequence[Object], definitions: Path) -> Iterator[str]:
    """What is wrong with objects of the kinds that the YAML files in `definitions` define; unknown fields are."""
    known = _schemas(definitions)
    for thing in objects:
        if _group(thing) not in CUSTOM_GROUPS:
            continue
        key = (thing["apiVersion"], thing["kind"])
        if key not in known:
            if _group(thing) not in OPTIONAL_GROUPS:
                yield f"{name(thing)}: no definition of {key[0]} {key[1]}"
            continue
        for error in jsonschema.Draft202012Validator(known[key]).iter_errors(thing):
            yield f"{name(thing)}: {'.'.join(map(str, error.absolute_path))}: {error.message}"


def strict_schema(node: Any) -> Any:
    """A CRD's openAPIV3Schema as a JSON schema that rejects what it does not list."""
    if not isinstance(node, dict):
        return node
    made = {key: _converted(key, value) for key, value in node.items() if not key.startswith("x-kubernetes-")}
    if node.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
        made["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    keeps_unknown = node.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in node
    if "properties" in node and not keeps_unknown:
        made["additionalProperties"] = False
    if made.pop("nullable", False) and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


def _converted(key: str, value: Any) -> Any:
    if key == "properties":
        return {field: strict_schema(schema) for field, schema in value.items()}
    if key in ("allOf", "anyOf", "oneOf"):
        # These only add conditions to the fields that the schema around them lists.
        return value
    return strict_schema(value)


def undefined_kinds(objects: Sequence[Object], definitions: Path) -> set[str]:
    """Custom kinds that are compared with nothing, because their definition is not in the folder."""
    custom = {(thing["apiVersion"], thing["kind"]) for thing in objects if _group(thing) in CUSTOM_GROUPS}
    return {kind for _, kind in custom - set(_schemas(definitions))}


@cache
def _schemas(definitions: Path) -> dict[tuple[str, str], Any]:
    """Schemas by apiVersion and kind."""
    found = {}
    for path in sorted(definitions.glob("*.yaml")):
        parsed = [thing for thing in yaml.load_all(path.read_text(), yaml.CSafeLoader) if thing]
        for thing in of_kind(parsed, "CustomResourceDefinition"):
            group, kind = thing["spec"]["group"], thing["spec"]["names"]["kind"]
            for version in thing["spec"]["versions"]:
                schema = strict_schema(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                found[f"{group}/{version['name']}", kind] = schema
    return found


def _group(thing: Object) -> str:
    group, separator, _ = str(thing["apiVersion"]).partition("/")
    return group if separator else ""
