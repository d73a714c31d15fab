"""Every port of a manifest is one that the process listens on, and every address leads to one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deploy.check.objects import Object, Pod, matches, name, of_kind, pods, variables

LISTENED_BY_OTHERS = {"redis": {6379}, "ray-head": {6379, 8265, 50053}, "ray-worker": {52365}}
"""Ports of what else runs in a container, by the container's name; 50053 of the head: `deploy.check.operators`."""

_ADDRESS = re.compile(r"^(?:dns:///|http://|https://)?([a-z0-9-]+)(?:\.nar\.svc)?:(\d+)$")


def port_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Ports that nobody listens on, and addresses that lead nowhere."""
    for pod in pods(objects):
        for container in pod.containers:
            where = f"{pod.name} container {container['name']}"
            yield from (f"{where}: {text}" for text in _container_problems(container, objects))
            yield from (f"{where}: {text}" for text in _address_problems(variables(container, objects), objects))
    for thing in of_kind(objects, "Service"):
        yield from (f"{name(thing)}: {text}" for text in _service_problems(thing, objects))
    for thing in of_kind(objects, "ScaledObject"):
        for trigger in thing["spec"]["triggers"]:
            address = {"address": trigger["metadata"].get("address")}
            yield from (f"{name(thing)}: {text}" for text in _address_problems(address, objects))
    for thing in of_kind(objects, "Ingress"):
        for rule in thing["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                service = path["backend"]["service"]
                if service["port"].get("name") not in _service_ports(service["name"], objects):
                    yield f"{name(thing)}: no Service {service['name']} has this port"


def listened(container: Object, objects: Sequence[Object]) -> set[int]:
    """The ports that the process in a container listens on."""
    found = variables(container, objects)
    own = {int(found[key] or 0) for key in ("NAR_PORT", "NAR_METRICS_PORT") if found.get(key)}
    others = LISTENED_BY_OTHERS.get(container["name"], set())
    return others if container["name"] in ("redis", "ray-head") else own | others


def _container_problems(container: Object, objects: Sequence[Object]) -> Iterator[str]:
    declared = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
    for port in set(declared.values()) - listened(container, objects):
        yield f"it does not listen on its port {port}"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container.get(probe, {})
        port = asked.get("grpc", asked.get("httpGet", {})).get("port")
        if port is not None and port not in declared and port not in declared.values():
            yield f"its {probe} asks port {port}, which it does not have"


def _service_problems(service: Object, objects: Sequence[Object]) -> Iterator[str]:
    selected = [pod for pod in pods(objects) if matches({"matchLabels": service["spec"]["selector"]}, pod.labels)]
    if not selected:
        yield "it selects no pod"
    for port in service["spec"]["ports"]:
        without = [pod.name for pod in selected if port["targetPort"] not in _names(pod)]
        if service["metadata"]["name"] != "metrics" and without:
            yield f"{', '.join(without)} has no port {port['targetPort']}"
        for pod in selected:
            number = _names(pod).get(port["targetPort"], port["port"])
            if number != port["port"]:
                yield f"its port {port['port']} leads to port {number} of {pod.name}"


def _address_problems(found: dict[str, str | None], objects: Sequence[Object]) -> Iterator[str]:
    """Addresses of the form service:port that no Service of the rendering has; other forms lead outside."""
    for key, value in found.items():
        parsed = _ADDRESS.match(value or "")
        if parsed is None or not (key.endswith(("_ADDRESS", "_URI")) or key == "address"):
            continue
        service, port = parsed.group(1), int(parsed.group(2))
        known = _service_ports(service, objects)
        if known and port not in known.values():
            yield f"{key}: the Service {service} has no port {port}"
        # What another composition or another team brings may be missing; a service of ours may not.
        if not known and service not in ("redis", "nar-milvus", "search"):
            yield f"{key}: there is no Service {service}"


def _service_ports(service: str, objects: Sequence[Object]) -> dict[str, int]:
    """Ports of a Service by name; the one that milvus-operator makes for a Milvus is known too."""
    for thing in of_kind(objects, "Milvus"):
        if service == f"{thing['metadata']['name']}-milvus":
            return {"milvus": 19530}
    for thing in of_kind(objects, "Service"):
        if thing["metadata"]["name"] == service:
            return {port["name"]: port["port"] for port in thing["spec"]["ports"]}
    return {}


def _names(pod: Pod) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for box in pod.containers for port in box.get("ports", ())}
