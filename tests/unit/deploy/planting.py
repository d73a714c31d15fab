"""Where faults are planted: parts of the rendered manifests by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deploy.check.objects import Object

SOUND = "overlay production"


def find(objects: list[Object], kind: str, name: str) -> Any:
    return next(thing for thing in objects if thing["kind"] == kind and thing["metadata"]["name"].startswith(name))


def container(objects: list[Object], name: str, kind: str = "Deployment") -> Any:
    return find(objects, kind, name)["spec"]["template"]["spec"]["containers"][0]


def pod_spec(objects: list[Object], name: str) -> Any:
    return find(objects, "Deployment", name)["spec"]["template"]["spec"]


def triggers(objects: list[Object]) -> Any:
    return find(objects, "ScaledObject", "extractor")["spec"]["triggers"]


def ray(objects: list[Object]) -> Any:
    return find(objects, "RayService", "embedder")["spec"]["rayClusterConfig"]


def ray_container(objects: list[Object], *group: str | int) -> Any:
    found = ray(objects)
    for key in group:
        found = found[key]
    return found["template"]["spec"]["containers"][0]


def milvus(objects: list[Object]) -> Any:
    return find(objects, "Milvus", "nar")["spec"]


def environment(objects: list[Object], name: str, variable: str, value: str) -> None:
    container(objects, name)["env"].append({"name": variable, "value": value})


Plant = Callable[[list[Object]], Any]
