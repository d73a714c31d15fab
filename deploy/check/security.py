"""The restricted Pod Security Standard and more, for every container of every pod."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deploy.check.objects import Object, Pod, name, of_kind, pods

HOLDS_A_TOKEN = ("embedder-head",)
"""Components whose pods ask the Kubernetes API: the autoscaler beside Ray's head."""


def security_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Whatever is not locked as it could be."""
    for pod in pods(objects):
        yield from (f"{pod.name}: {problem}" for problem in _pod_problems(pod))
        for container in pod.containers:
            where = f"{pod.name} container {container['name']}"
            yield from (f"{where}: {problem}" for problem in _container_problems(container))
    for thing in of_kind(objects, "RayService"):
        scaler = thing["spec"]["rayClusterConfig"].get("autoscalerOptions", {})
        yield from (f"{name(thing)} autoscaler: {problem}" for problem in _container_problems(scaler))
    yield from _secrets(objects)


def _pod_problems(pod: Pod) -> Iterator[str]:
    spec = pod.spec
    yield from _user_problems(spec.get("securityContext", {}))
    token = spec.get("automountServiceAccountToken", True)
    if token != (pod.component in HOLDS_A_TOKEN):
        yield f"automountServiceAccountToken is {token}"
    if spec.get("enableServiceLinks", True):
        yield "enableServiceLinks is on: a Service's variables could be taken for settings"
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field} is on"
    for volume in spec.get("volumes", ()):
        allowed = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret", "csi", "downwardAPI"}
        if not (set(volume) - {"name"}) <= allowed:
            yield f"volume {volume['name']} is of a kind that the standard forbids"


def _user_problems(context: dict[str, Any]) -> Iterator[str]:
    if context.get("runAsNonRoot") is not True or context.get("runAsUser", 0) == 0:
        yield "it may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "seccomp is not RuntimeDefault"


def _container_problems(container: Object) -> Iterator[str]:
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "the root file system can be written"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield "not all capabilities are dropped"
    if context.get("privileged"):
        yield "it is privileged"
    resources = container.get("resources", {})
    for kind in ("requests", "limits"):
        missing = {"cpu", "memory", "ephemeral-storage"} - set(resources.get(kind, {}))
        if missing:
            yield f"no {kind} of {', '.join(sorted(missing))}"
    if any("hostPort" in port for port in container.get("ports", ())):
        yield "it takes a port of the node"


def _secrets(objects: Sequence[Object]) -> Iterator[str]:
    """Secrets are referenced, never contained."""
    yield from (f"{name(thing)}: a Secret stands in the manifests" for thing in of_kind(objects, "Secret"))
    for pod in pods(objects):
        for container in pod.containers:
            for entry in container.get("env", ()):
                secret = entry["name"].endswith(("_TOKEN", "_PASSWORD", "_SECRET_ACCESS_KEY", "_AUTH", "REDIS_URL"))
                if secret and "value" in entry:
                    yield f"{pod.name}: {entry['name']} is contained, not referenced"
