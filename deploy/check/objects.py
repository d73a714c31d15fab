"""Kubernetes objects as kustomize prints them, and the pods inside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
"""One Kubernetes object, as parsed from YAML."""


def name(thing: Object) -> str:
    """Kind and name, as messages give them: "Deployment/search"."""
    return f"{thing['kind']}/{thing['metadata']['name']}"


def of_kind(objects: Sequence[Object], *kinds: str) -> Iterator[Object]:
    """The objects of some kinds."""
    return (thing for thing in objects if thing["kind"] in kinds)


@dataclass(frozen=True)
class Pod:
    """A pod template.

    Attributes:
        name: of its owner; for a Ray cluster also which group, such as "RayService/embedder head".
        owner: the object that it stands in.
        template: metadata and spec of the pod.

    """

    name: str
    owner: Object
    template: Object

    @property
    def spec(self) -> Object:
        """Spec of the pod."""
        spec: Object = self.template["spec"]
        return spec

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of the pod."""
        labels: Mapping[str, str] = self.template["metadata"].get("labels", {})
        return labels

    @property
    def component(self) -> str:
        """Which part of the system it is."""
        return self.labels.get("app.kubernetes.io/component", "")

    @property
    def containers(self) -> list[Object]:
        """All containers, those that run first included."""
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    @property
    def role(self) -> str:
        """server, worker or batch; "" for what is not a process of nar."""
        if self.owner["kind"] == "RayService":
            return "server" if self.component == "embedder" else ""
        role: str = self.owner["metadata"].get("labels", {}).get("nar/role", "")
        return role


def pods(objects: Sequence[Object]) -> list[Pod]:
    """Every pod template of the objects."""
    return [pod for thing in objects for pod in _pods_of(thing)]


def _pods_of(thing: Object) -> Iterator[Pod]:
    spec = thing.get("spec", {})
    if thing["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
        yield Pod(name(thing), thing, spec["template"])
    elif thing["kind"] == "CronJob":
        yield Pod(name(thing), thing, spec["jobTemplate"]["spec"]["template"])
    elif thing["kind"] == "RayService":
        cluster = spec["rayClusterConfig"]
        yield Pod(f"{name(thing)} head", thing, cluster["headGroupSpec"]["template"])
        for group in cluster["workerGroupSpecs"]:
            yield Pod(f"{name(thing)} {group['groupName']}", thing, group["template"])


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects `labels`; an empty one selects all."""
    wanted = selector.get("matchLabels", {})
    rules = selector.get("matchExpressions", ())
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(rule, labels) for rule in rules
    )


def _holds(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(rule["key"])
    match rule["operator"]:
        case "In":
            return value in rule["values"]
        case "NotIn":
            return value not in rule["values"]
        case "Exists":
            return value is not None
        case _:
            return value is None


def variables(container: Object, objects: Sequence[Object]) -> dict[str, str | None]:
    """Environment of a container; None where a Secret or the pod itself has the value."""
    maps = {thing["metadata"]["name"]: thing.get("data", {}) for thing in of_kind(objects, "ConfigMap")}
    found: dict[str, str | None] = {}
    for source in container.get("envFrom", ()):
        found |= maps.get(source.get("configMapRef", {}).get("name", ""), {})
    return found | {entry["name"]: entry.get("value") for entry in container.get("env", ())}
