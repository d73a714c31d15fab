"""The manifests in every composition: what `make k8s-check` says, and who reaches whom."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.check.__main__ import problems
from deploy.check.dockerfiles import dockerfile_problems
from deploy.check.network_paths import NetworkPaths, Peer
from deploy.check.objects import Object, of_kind, pods
from deploy.check.ports import listened
from deploy.check.rendering import K8S, ROOT
from deploy.check.schemas import custom_problems
from services.embedder.ray_app import Arguments, build

COMPOSITIONS = (
    "base",
    *(f"component {folder.name}" for folder in sorted((K8S / "components").iterdir())),
    *(f"overlay {folder.name}" for folder in sorted((K8S / "overlays").iterdir())),
    "all",
)


def test_every_composition_is_rendered(rendered: dict[str, list[Object]]) -> None:
    assert set(rendered) == set(COMPOSITIONS)
    assert all((K8S / "components" / folder.name / "README.md").is_file() for folder in (K8S / "components").iterdir())


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_nothing_is_wrong(rendered: dict[str, list[Object]], composition: str) -> None:
    assert problems(rendered[composition]) == []


@pytest.mark.parametrize("composition", COMPOSITIONS)
def test_custom_resources_have_the_fields_of_their_definitions(
    rendered: dict[str, list[Object]], definitions: Path, composition: str
) -> None:
    assert list(custom_problems(rendered[composition], definitions)) == []


def test_the_composition_of_all_has_every_kind(rendered: dict[str, list[Object]]) -> None:
    kinds = Counter(thing["kind"] for thing in rendered["all"])
    assert kinds["ScaledObject"] == kinds["Deployment"] - 3 == 4
    assert {"RayService", "Milvus", "TriggerAuthentication", "CronJob", "Ingress", "ServiceMonitor"} <= set(kinds)


def test_the_dockerfiles_are_sound() -> None:
    assert list(dockerfile_problems()) == []


def test_no_object_is_there_twice(rendered: dict[str, list[Object]]) -> None:
    for objects in rendered.values():
        counts = Counter((thing["kind"], thing["metadata"]["name"]) for thing in objects)
        assert {key for key, count in counts.items() if count > 1} == set()


def test_the_ray_service_serves_the_file_that_serve_deploy_takes(rendered: dict[str, list[Object]]) -> None:
    served = yaml.safe_load((ROOT / "deploy" / "ray" / "serve.yaml").read_text())
    assert served_by(rendered["base"]) == served
    (arguments,) = [application["args"] for application in served["applications"]]
    arguments["models"]["current"]["num_gpus"] = 1
    assert served_by(rendered["component gpu"]) == served
    arguments["models"]["current"]["num_gpus"] = 0
    arguments["fronts"] = 2
    assert served_by(rendered["overlay production"]) == served


def test_every_worker_that_is_always_there_has_a_front(rendered: dict[str, list[Object]]) -> None:
    for objects in rendered.values():
        for service in of_kind(objects, "RayService"):
            (group,) = service["spec"]["rayClusterConfig"]["workerGroupSpecs"]
            (application,) = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
            assert application["args"].get("fronts", 1) == group["minReplicas"]
            assert application["args"]["settings"]["port"] == 50053
            build(Arguments.model_validate(application["args"]).model_dump())


def served_by(objects: list[Object]) -> Any:
    """Serve's configuration in the RayService."""
    (service,) = of_kind(objects, "RayService")
    return yaml.safe_load(service["spec"]["serveConfigV2"])


def test_the_memory_of_an_extractor_holds_all_its_children(rendered: dict[str, list[Object]]) -> None:
    for pod in pods(rendered["base"]):
        if pod.component.startswith("extractor"):
            (container,) = pod.containers
            value = {entry["name"]: entry.get("value") for entry in container["env"]}
            children = int(value["NAR_EXTRACT_CONCURRENCY"]) * int(value["NAR_EXTRACT_MEMORY_BYTES"])
            limit = int(container["resources"]["limits"]["memory"].removesuffix("Gi")) << 30
            assert children + (1 << 30) <= limit, pod.name


def test_extractors_hold_no_token_and_no_way_out(rendered: dict[str, list[Object]]) -> None:
    for pod in pods(rendered["overlay production"]):
        names = {entry["name"] for container in pod.containers for entry in container.get("env", ())}
        if pod.component.startswith("extractor"):
            assert "NAR_TOKEN_FILE" not in names
        if pod.component == "extractor":
            assert not names & {"NAR_REDIS_URL", "AWS_SECRET_ACCESS_KEY", "NAR_MILVUS_TOKEN"}


OPERATORS = {
    "keda": Peer("keda", {"app": "keda-operator"}, "keda"),
    "kuberay": Peer("kuberay", {"app.kubernetes.io/name": "kuberay-operator"}, "kuberay-system"),
    "client": Peer("client", {}, "apps", {"nar/clients": "true"}),
    "stranger": Peer("stranger", {}, "apps"),
    "prometheus": Peer("prometheus", {}, "monitoring"),
    "collector": Peer("collector", {}, "observability"),
    "dns": Peer("dns", {"k8s-app": "kube-dns"}, "kube-system"),
    "internet": Peer("internet", None, address="203.0.113.7"),
    "metadata": Peer("metadata", None, address="169.254.169.254"),
}
QUEUE = {"search", "extractor-worker", "motif-miner-worker", "embedder-worker", "search-worker"}
PROCESSES = {"extractor", "motif-miner", "embedder", "search"} | (QUEUE)
RAY = {"embedder", "embedder-head"}
OPEN = {
    ("extractor", 50051): {"search"},
    ("motif-miner", 50052): {"search"},
    ("embedder", 50053): {"search", "embedder-worker", "embedder-head"},
    ("search", 50050): {"client", "indexing"},
    ("redis", 6379): QUEUE | {"keda"},
    ("milvus", 19530): {"search", "search-worker", "etcd"},
    ("milvus", 9091): {"etcd"},
    ("embedder-head", 8265): {"embedder", "kuberay"},
    ("embedder-head", 8000): {"embedder"},
    ("embedder-head", 6379): {"embedder"},
    ("embedder-head", 50053): {"embedder"},
    ("embedder", 52365): {"embedder-head"},
    **{(process, 9464): {"prometheus"} | (RAY - {process} if process in RAY else set()) for process in PROCESSES},
    ("internet", 443): QUEUE | {"embedder-head"},
    ("internet", 80): set(),
    ("metadata", 80): set(),
    ("collector", 4317): PROCESSES - {"extractor"},
    ("dns", 53): QUEUE | RAY | {"indexing", "milvus", "etcd"},
}
"""Who reaches a port; nobody else does."""


def test_only_the_paths_of_the_architecture_are_open(rendered: dict[str, list[Object]]) -> None:
    objects = rendered["overlay production"]
    peers = {pod.component: Peer(pod.component, ray_labels(pod.labels)) for pod in pods(objects)} | OPERATORS
    peers["milvus"] = Peer("milvus", {"app.kubernetes.io/name": "milvus"})
    peers["etcd"] = Peer("etcd", {"app.kubernetes.io/name": "etcd"})
    paths = NetworkPaths(objects)
    inside = [peer for name, peer in peers.items() if name not in ("internet", "metadata", "dns", "collector")]
    for (target, port), expected in OPEN.items():
        found = {
            peer.name
            for peer in inside
            if peer.name != target
            and (peer.namespace == "nar" or peers[target].namespace == "nar")
            and paths.is_open(peer, peers[target], port)
            and (peers[target].labels is not None or peer.namespace == "nar")
        }
        assert found == expected, (target, port)


def test_every_port_that_is_listened_on_is_looked_at_above(rendered: dict[str, list[Object]]) -> None:
    objects = rendered["overlay production"]
    found = {
        (pod.component, port)
        for pod in pods(objects)
        if pod.owner["kind"] not in ("Job", "CronJob")
        for container in pod.containers
        for port in listened(container, objects)
        if port in {entry["containerPort"] for entry in container.get("ports", ())}
    }
    assert found <= set(OPEN)


def ray_labels(labels: dict[str, str]) -> dict[str, str]:
    """Labels of a pod, with the one that KubeRay adds to the pods of a Ray cluster."""
    ray = labels.get("app.kubernetes.io/component") in RAY
    return {**labels, "ray.io/cluster": "embedder-x"} if ray else dict(labels)
