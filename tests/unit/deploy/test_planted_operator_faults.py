"""Faults in what operators and controllers read (KubeRay, KEDA, Milvus, Prometheus, ingress-nginx) are found too."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from planting import SOUND, Plant, find, milvus, ray, ray_container

from deploy.check.__main__ import problems
from deploy.check.objects import Object
from deploy.check.schemas import undefined_kinds

FAULTS: dict[str, tuple[Plant, str]] = {
    "no port for KubeRay's Service": (
        lambda o: ray_container(o, "headGroupSpec")["ports"].pop(),
        "the head names no port `serve`",
    ),
    "KubeRay's Service leads nowhere": (
        lambda o: ray_container(o, "headGroupSpec")["ports"][-1].update(containerPort=8265),
        "which the workers replicas do not have",
    ),
    "GPUs that no model asks for": (
        lambda o: ray_container(o, "workerGroupSpecs", 0)["resources"]["limits"].update({"nvidia.com/gpu": "1"}),
        "do not agree on GPUs",
    ),
    "an Ingress without a certificate for its backend": (
        lambda o: find(o, "Ingress", "search")["metadata"]["annotations"].clear(),
        "ingress-nginx shows them none",
    ),
    "context of a pod for containers of Milvus": (
        lambda o: milvus(o)["components"]["securityContext"].update(fsGroup=1),
        "have no fsGroup",
    ),
    "Milvus as root": (lambda o: milvus(o)["components"].update(runAsNonRoot=False), "Milvus/nar: it may run as root"),
    "Milvus with privileges": (
        lambda o: milvus(o)["components"]["securityContext"].pop("capabilities"),
        "may gain privileges",
    ),
    "Milvus without a place to write": (lambda o: milvus(o)["config"].pop("localStorage"), "is no volume"),
    "a namespace that keeps Milvus out": (
        lambda o: find(o, "Namespace", "nar")["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce": "restricted"}
        ),
        "the operator's pods are not",
    ),
}

CUSTOM_FAULTS: dict[str, tuple[Plant, str]] = {
    "RayService": (lambda o: ray(o).update(workerGroups=[]), "workerGroups"),
    "pod in a RayService": (lambda o: ray(o)["headGroupSpec"]["template"]["spec"].update(conteiners=[]), "conteiners"),
    "ScaledObject": (lambda o: find(o, "ScaledObject", "search")["spec"].update(minReplicas=0), "minReplicas"),
    "type in a ScaledObject": (
        lambda o: find(o, "ScaledObject", "search")["spec"].update(maxReplicaCount="2"),
        "maxReplicaCount",
    ),
    "TriggerAuthentication": (
        lambda o: find(o, "TriggerAuthentication", "redis")["spec"].update(secrets=[]),
        "secrets",
    ),
    "Milvus": (lambda o: find(o, "Milvus", "nar")["spec"]["components"].update(queryNodes={}), "queryNodes"),
    "ServiceMonitor": (
        lambda o: find(o, "ServiceMonitor", "nar")["spec"]["endpoints"][0].update(ports="metrics"),
        "ports",
    ),
    "mode of Milvus": (lambda o: find(o, "Milvus", "nar")["spec"].update(mode="single"), "'single' is not one of"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_an_operator_would_refuse_is_found(rendered: dict[str, list[Object]], fault: str) -> None:
    plant, expected = FAULTS[fault]
    objects = copy.deepcopy(rendered[SOUND])
    plant(objects)
    found = problems(objects)
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize("fault", CUSTOM_FAULTS)
def test_unknown_fields_of_custom_resources_are_rejected(
    rendered: dict[str, list[Object]], definitions: Path, fault: str
) -> None:
    if fault in undefined_kinds(rendered[SOUND], definitions):
        pytest.skip(f"NAR_CRDS has no definition of {fault}")
    plant, expected = CUSTOM_FAULTS[fault]
    objects = copy.deepcopy(rendered[SOUND])
    plant(objects)
    found = problems(objects, definitions)
    assert any(expected in problem for problem in found), found
