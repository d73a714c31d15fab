"""Everything that an object names exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.check.objects import Object, matches, name, of_kind, pods

SECRETS = {
    "nar-redis": {"url", "password"},
    "nar-blobs": {"access-key-id", "secret-access-key", "endpoint-url"},
    "nar-milvus": {"token"},
    "nar-tls": {"tls.crt", "tls.key", "ca.crt"},
    "nar-tokens": {"tokens", "service-token", "indexing-token"},
    "nar-ingress-tls": {"tls.crt", "tls.key"},
}
"""The Secrets that docs/deploy.md tells people to make, and their keys."""


def reference_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Names of objects that are not there."""
    for pod in pods(objects):
        yield from (f"{pod.name}: {text}" for text in _pod_problems(pod.spec, objects))
        for container in pod.containers:
            yield from (f"{pod.name}: {text}" for text in _container_problems(container, pod.spec, objects))
    for thing in of_kind(objects, "ScaledObject", "HorizontalPodAutoscaler"):
        target = thing["spec"]["scaleTargetRef"]["name"]
        if target not in _names(objects, "Deployment"):
            yield f"{name(thing)}: there is no Deployment {target}"
    for thing in of_kind(objects, "TriggerAuthentication"):
        for entry in thing["spec"]["secretTargetRef"]:
            yield from (f"{name(thing)}: {text}" for text in _secret_problems(entry["name"], entry["key"]))
    for thing in of_kind(objects, "ServiceMonitor"):
        services = [
            s for s in of_kind(objects, "Service") if matches(thing["spec"]["selector"], s["metadata"]["labels"])
        ]
        ports = {port["name"] for service in services for port in service["spec"]["ports"]}
        if missing := {endpoint["port"] for endpoint in thing["spec"]["endpoints"]} - ports:
            yield f"{name(thing)}: no Service has a port {', '.join(missing)}"


def _pod_problems(spec: Object, objects: Sequence[Object]) -> Iterator[str]:
    account = spec.get("serviceAccountName")
    if account and account not in _names(objects, "ServiceAccount"):
        yield f"there is no ServiceAccount {account}"
    for volume in spec.get("volumes", ()):
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim and claim not in _names(objects, "PersistentVolumeClaim"):
            yield f"there is no PersistentVolumeClaim {claim}"
        shared = volume.get("configMap", {}).get("name")
        if shared and shared not in _names(objects, "ConfigMap"):
            yield f"there is no ConfigMap {shared}"
        if secret := volume.get("secret"):
            keys = [item["key"] for item in secret.get("items", ())] or [""]
            for key in keys:
                yield from _secret_problems(secret["secretName"], key)


def _container_problems(container: Object, spec: Object, objects: Sequence[Object]) -> Iterator[str]:
    for source in container.get("envFrom", ()):
        if source["configMapRef"]["name"] not in _names(objects, "ConfigMap"):
            yield f"there is no ConfigMap {source['configMapRef']['name']}"
    for entry in container.get("env", ()):
        reference = entry.get("valueFrom", {}).get("secretKeyRef")
        if reference:
            yield from _secret_problems(reference["name"], reference["key"])
    volumes = {volume["name"] for volume in spec.get("volumes", ())}
    if (
        not any(mount["mountPath"] == "/tmp" for mount in container.get("volumeMounts", ()))
        and container["name"] != "redis"
    ):
        yield f"container {container['name']} has no /tmp to write to"
    for mount in container.get("volumeMounts", ()):
        if mount["name"] not in volumes and container["name"] != "redis":
            yield f"there is no volume {mount['name']}"


def _secret_problems(secret: str, key: str) -> Iterator[str]:
    if secret not in SECRETS:
        yield f"the Secret {secret} is not described in docs/deploy.md"
    elif key and key not in SECRETS[secret]:
        yield f"the Secret {secret} has no key {key}"


def _names(objects: Sequence[Object], kind: str) -> set[str]:
    return {thing["metadata"]["name"] for thing in of_kind(objects, kind)}
