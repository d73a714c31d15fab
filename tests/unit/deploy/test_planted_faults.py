"""A check that never goes red proves nothing: each fault is planted in sound manifests, and must be found."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from planting import SOUND, Plant, container, environment, find, pod_spec, ray, triggers

from deploy.check.__main__ import problems
from deploy.check.commands import command_problems
from deploy.check.dockerfiles import dockerfile_problems
from deploy.check.objects import Object, pods
from deploy.check.rendering import K8S, RenderingError, compose
from deploy.check.security import security_problems

FAULTS: dict[str, tuple[Plant, str]] = {
    "unknown field": (lambda o: pod_spec(o, "search").update(restartpolicy="Always"), "restartpolicy"),
    "wrong type": (
        lambda o: find(o, "PodDisruptionBudget", "search")["spec"].update(maxUnavailable=[]),
        "maxUnavailable",
    ),
    "unknown variable": (lambda o: environment(o, "search", "NAR_EMBEDER_ADDRESS", "a:1"), "reads NAR_EMBEDER_ADDRESS"),
    "unknown shared variable": (
        lambda o: find(o, "ConfigMap", "nar-")["data"].update(NAR_MILVUS_URL="http://milvus:1"),
        "NAR_MILVUS_URL is no setting",
    ),
    "variable of another service": (
        lambda o: environment(o, "extractor", "NAR_MILVUS_URI", "x"),
        "reads NAR_MILVUS_URI",
    ),
    "refused value": (
        lambda o: environment(o, "search", "NAR_MAX_CONCURRENT_SEARCHES", "0"),
        "MAX_CONCURRENT_SEARCHES",
    ),
    "port not listened on": (
        lambda o: container(o, "search")["ports"].append({"name": "web", "containerPort": 8080}),
        "does not listen on its port 8080",
    ),
    "probe of a wrong port": (
        lambda o: container(o, "search")["readinessProbe"].update(httpGet={"port": 9999, "path": "/"}),
        "asks port 9999",
    ),
    "service to a wrong port": (
        lambda o: find(o, "Service", "extractor")["spec"]["ports"][0].update(port=50052),
        "leads to port 50051",
    ),
    "address of a wrong port": (
        lambda o: find(o, "ConfigMap", "nar-")["data"].update(NAR_MINER_ADDRESS="dns:///motif-miner:50051"),
        "has no port 50051",
    ),
    "address of nobody": (
        lambda o: find(o, "ConfigMap", "nar-")["data"].update(NAR_MINER_ADDRESS="dns:///miner:50052"),
        "there is no Service miner",
    ),
    "ingress to nobody": (
        lambda o: find(o, "Ingress", "search")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"].update(
            port={"name": "web"}
        ),
        "no Service search has this port",
    ),
    "image that is not built": (lambda o: container(o, "search").update(image="nar/front:0.1.0"), "makes nar/front"),
    "image of another version": (lambda o: container(o, "search").update(image="nar/search:0.2.0"), "nar/search:0.2.0"),
    "image that is not pinned": (lambda o: container(o, "search").update(image="nar/search:latest"), "search:latest"),
    "old Redis": (lambda o: container(o, "redis", "StatefulSet").update(image="redis:8.6.2"), "older than 8.6.3"),
    "root": (lambda o: pod_spec(o, "search")["securityContext"].update(runAsNonRoot=False), "may run as root"),
    "root of the autoscaler": (
        lambda o: ray(o)["autoscalerOptions"]["securityContext"].update(readOnlyRootFilesystem=False),
        "root file system",
    ),
    "seccomp": (lambda o: pod_spec(o, "search")["securityContext"].pop("seccompProfile"), "seccomp"),
    "capability": (
        lambda o: container(o, "search")["securityContext"].update(capabilities={"add": ["NET_ADMIN"]}),
        "capabilities",
    ),
    "escalation": (
        lambda o: container(o, "search")["securityContext"].pop("allowPrivilegeEscalation"),
        "allowPrivilegeEscalation",
    ),
    "token": (lambda o: pod_spec(o, "search").pop("automountServiceAccountToken"), "automountServiceAccountToken"),
    "service links": (lambda o: pod_spec(o, "search").pop("enableServiceLinks"), "enableServiceLinks"),
    "no limit": (lambda o: container(o, "search")["resources"]["limits"].pop("memory"), "no limits of memory"),
    "no limit in a Ray pod": (
        lambda o: ray(o)["workerGroupSpecs"][0]["template"]["spec"]["containers"][0].pop("resources"),
        "no limits of",
    ),
    "path of the node": (
        lambda o: pod_spec(o, "search")["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
        "kind that the standard forbids",
    ),
    "secret contained": (lambda o: environment(o, "search", "NAR_MILVUS_TOKEN", "root:x"), "contained, not referenced"),
    "unknown secret": (
        lambda o: container(o, "search")["env"][1]["valueFrom"]["secretKeyRef"].update(name="redis"),
        "Secret redis is not described",
    ),
    "unknown key of a secret": (
        lambda o: container(o, "search")["env"][1]["valueFrom"]["secretKeyRef"].update(key="uri"),
        "has no key uri",
    ),
    "no probe": (lambda o: container(o, "motif-miner-worker").pop("startupProbe"), "has no startupProbe"),
    "liveness that follows backends": (
        lambda o: container(o, "search").update(livenessProbe={"httpGet": {"path": "/healthz", "port": "metrics"}}),
        "its liveness follows its backends",
    ),
    "grace shorter than the drain": (
        lambda o: pod_spec(o, "extractor").update(terminationGracePeriodSeconds=60),
        "drains",
    ),
    "update that loses requests": (
        lambda o: find(o, "Deployment", "search")["spec"]["strategy"]["rollingUpdate"].update(maxUnavailable=1),
        "before a new one is ready",
    ),
    "not spread": (lambda o: pod_spec(o, "search").pop("topologySpreadConstraints"), "not spread"),
    "no budget": (lambda o: o.remove(find(o, "PodDisruptionBudget", "search-worker")), "0 disruption budgets"),
    "no account": (lambda o: pod_spec(o, "search").update(serviceAccountName="front"), "no ServiceAccount front"),
    "nowhere to write": (lambda o: container(o, "search").update(volumeMounts=[]), "has no /tmp"),
    "replicas set twice": (lambda o: find(o, "Deployment", "extractor")["spec"].update(replicas=2), "set here and by"),
    "wrong stream": (lambda o: triggers(o)[0]["metadata"].update(stream="nar:mine"), "its workers read nar:extract"),
    "wrong group": (lambda o: triggers(o)[0]["metadata"].update(consumerGroup="worker"), "the group is workers"),
    "activation at two": (
        lambda o: triggers(o)[0]["metadata"].update(activationLagCount="1"),
        "a single entry would wait",
    ),
    "pending entries forgotten": (lambda o: triggers(o).pop(), "what a killed worker left behind"),
    "more in hand than workers take": (
        lambda o: triggers(o)[1]["metadata"].update(pendingEntriesCount="1"),
        "a worker takes 2 at once",
    ),
    "scaler of nobody": (
        lambda o: find(o, "ScaledObject", "search")["spec"]["scaleTargetRef"].update(name="worker"),
        "no Deployment worker",
    ),
    "shards and completions": (lambda o: find(o, "Job", "index-hub")["spec"].update(completions=5), "5 completions"),
    "monitor of nothing": (
        lambda o: find(o, "ServiceMonitor", "nar")["spec"]["endpoints"][0].update(port="http"),
        "no Service has a port http",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_goes_red(rendered: dict[str, list[Object]], fault: str) -> None:
    plant, expected = FAULTS[fault]
    objects = copy.deepcopy(rendered[SOUND])
    plant(objects)
    found = problems(objects)
    assert any(expected in problem for problem in found), found


def test_every_container_is_looked_at(rendered: dict[str, list[Object]]) -> None:
    count = sum(len(pod.containers) for pod in pods(rendered[SOUND]))
    for number in range(count):
        objects = copy.deepcopy(rendered[SOUND])
        chosen = [container for pod in pods(objects) for container in pod.containers][number]
        chosen["securityContext"]["privileged"] = True
        assert [problem for problem in security_problems(objects) if "it is privileged" in problem]


def test_a_command_that_does_not_run_is_found() -> None:
    assert list(command_problems({("python", "-m", "services.search.serve"): "Deployment/search"}))
    (problem,) = command_problems({("nar", "index", "--sharts", "0/4"): "Job/index-hub"})
    assert "has no option --sharts" in problem


def test_a_bad_dockerfile_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.Dockerfile").write_text("FROM debian:12\nRUN apt-get install python3\n")
    found = "\n".join(dockerfile_problems(tmp_path))
    assert "DL3008" in found
    assert "DL3009" in found or "DL3014" in found


def test_a_patch_of_nothing_does_not_render(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [missing.yaml]\n"
    )
    with pytest.raises(RenderingError, match=r"missing\.yaml"):
        compose(K8S / "base", [tmp_path])
