"""Probes, rolling updates, termination, disruption: no request and no task is lost when pods come and go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.check.objects import Object, Pod, matches, name, of_kind, pods, variables
from deploy.check.settings import settings_of
from services.runtime.server import LIVENESS
from services.runtime.settings import ServiceSettings

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def lifecycle_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Whatever could lose a request or a task."""
    for pod in pods(objects):
        if pod.owner["kind"] in ("Job", "CronJob"):
            continue
        for container in pod.spec["containers"]:
            yield from (f"{pod.name}: {problem}" for problem in _probe_problems(pod, container))
            yield from (f"{pod.name}: {problem}" for problem in _drain_problems(pod, container, objects))
        if not pod.spec.get("topologySpreadConstraints") and pod.role:
            yield f"{pod.name}: its replicas are not spread"
        if pod.component != "embedder-head":
            yield from _budget_problems(pod, objects)
    yield from _update_problems(objects)


def _probe_problems(pod: Pod, container: Object) -> Iterator[str]:
    for probe in PROBES:
        if probe not in container:
            yield f"container {container['name']} has no {probe}"
    liveness = container.get("livenessProbe", {})
    if pod.role == "server" and "grpc" in liveness and liveness["grpc"].get("service") != LIVENESS:
        yield "its liveness follows its backends: it would be restarted when one of them is down"
    if pod.role and liveness.get("httpGet", {}).get("path") == "/healthz":
        yield "its liveness follows its backends: it would be restarted when one of them is down"


def _drain_problems(pod: Pod, container: Object, objects: Sequence[Object]) -> Iterator[str]:
    """The kubelet must wait longer than the process drains."""
    if not pod.role:
        return
    found = variables(container, objects)
    kind = settings_of(container.get("command", [])) or ServiceSettings
    known = {key: kind.model_fields[key].default for key in ("linger_seconds", "drain_seconds")}
    longest = sum(float(found.get(f"NAR_{key.upper()}") or default) for key, default in known.items())
    grace = pod.spec.get("terminationGracePeriodSeconds", 30)
    if grace <= longest:
        yield f"it gets {grace} s to end, and drains for up to {longest:g} s"


def _budget_problems(pod: Pod, objects: Sequence[Object]) -> Iterator[str]:
    budgets = [
        thing for thing in of_kind(objects, "PodDisruptionBudget") if matches(thing["spec"]["selector"], pod.labels)
    ]
    if len(budgets) != 1:
        yield f"{pod.name}: {len(budgets)} disruption budgets select it, not 1"


def _update_problems(objects: Sequence[Object]) -> Iterator[str]:
    for thing in of_kind(objects, "Deployment"):
        update = thing["spec"].get("strategy", {}).get("rollingUpdate", {})
        is_server = thing["metadata"]["labels"].get("nar/role") == "server"
        if is_server and (update.get("maxUnavailable") != 0 or not update.get("maxSurge")):
            yield f"{name(thing)}: an old pod may go before a new one is ready"
