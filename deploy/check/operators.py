"""What operators and controllers demand of their resources beyond the schemas: without it they make nothing of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from deploy.check.objects import Object, name, of_kind, pods, variables

_LEVEL = "pod-security.kubernetes.io/enforce"
_PASSTHROUGH = "nginx.ingress.kubernetes.io/ssl-passthrough"


def operator_problems(objects: Sequence[Object]) -> Iterator[str]:
    """What KubeRay, milvus-operator and ingress-nginx would refuse, or could not start or reach."""
    yield from _ingress_problems(objects)
    for thing in of_kind(objects, "RayService"):
        yield from (f"{name(thing)}: {text}" for text in _ray_problems(thing["spec"]["rayClusterConfig"]))
        yield from (f"{name(thing)}: {text}" for text in _gpu_problems(thing["spec"]))
    for thing in of_kind(objects, "Milvus"):
        yield from (f"{name(thing)}: {text}" for text in _milvus_problems(thing["spec"]))
        for namespace in of_kind(objects, "Namespace"):
            if namespace["metadata"].get("labels", {}).get(_LEVEL) == "restricted":
                yield f"{name(thing)}: {name(namespace)} enforces `restricted`, which the operator's pods are not"


def _ray_problems(cluster: Object) -> Iterator[str]:
    """KubeRay makes its Service from the head's port `serve`; without it a cluster never becomes the active one."""
    serve = _ports(cluster["headGroupSpec"]).get("serve")
    if serve is None:
        yield "the head names no port `serve`: KubeRay makes no Service, and the cluster is never ready"
    for group in cluster["workerGroupSpecs"]:
        if serve is not None and serve not in _ports(group).values():
            yield f"the port `serve` is {serve}, which the workers {group['groupName']} do not have"


def _gpu_problems(spec: Object) -> Iterator[str]:
    """Serve gives a GPU only to replicas that ask for one."""
    config = yaml.safe_load(spec["serveConfigV2"])
    models = [model for application in config["applications"] for model in application["args"]["models"].values()]
    for group in spec["rayClusterConfig"]["workerGroupSpecs"]:
        limits = group["template"]["spec"]["containers"][0].get("resources", {}).get("limits", {})
        if ("nvidia.com/gpu" in limits) != any(model.get("num_gpus") for model in models):
            yield f"workers {group['groupName']} and the models in serveConfigV2 do not agree on GPUs"


def _ports(group: Object) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in group["template"]["spec"]["containers"][0].get("ports", ())}


def _ingress_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Ingress-nginx shows gRPC backends no certificate: it sets `proxy_ssl_certificate`, not `grpc_ssl_certificate`."""
    boxes = [box for pod in pods(objects) for box in pod.containers]
    if not any(variables(box, objects).get("NAR_TLS_CLIENT_CA") for box in boxes):
        return
    for thing in of_kind(objects, "Ingress"):
        if thing["metadata"].get("annotations", {}).get(_PASSTHROUGH) != "true":
            yield f"{name(thing)}: servers want a certificate of their clients, and ingress-nginx shows them none"


def _milvus_problems(spec: Object) -> Iterator[str]:
    components = spec["components"]
    context = components.get("securityContext", {})
    if components.get("runAsNonRoot") is not True:
        yield "it may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "seccomp is not RuntimeDefault"
    if context.get("allowPrivilegeEscalation") is not False or context.get("capabilities") != {"drop": ["ALL"]}:
        yield "its containers may gain privileges"
    # The operator hands it to the containers as it is: what only pods have is lost without a word.
    if pod_fields := {"fsGroup", "supplementalGroups"} & set(context):
        yield f"securityContext is that of its containers, which have no {', '.join(sorted(pod_fields))}"
    folder = spec.get("config", {}).get("localStorage", {}).get("path")
    if folder not in {mount["mountPath"] for mount in components.get("volumeMounts", ())}:
        yield "its local storage is no volume: a user other than root cannot write there"
