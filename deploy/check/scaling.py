"""Autoscaling: the figures are such that every task is worked on, and no number is set twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.check.objects import Object, name, of_kind, pods, variables
from deploy.check.settings import settings_of
from services.runtime.settings import ServiceSettings
from services.runtime.tasks import GROUP, STAGES, stream

WORKER_OF = {"extract": "extractor", "mine": "motif-miner", "embed": "embedder", "upsert": "search"}
"""Which worker works on a stage."""

IN_HAND = {"extract": "extract_concurrency", "mine": "batch_size", "embed": "embed_batch", "upsert": "upsert_batch"}
"""The setting that says how many tasks a worker of a stage takes at once."""


def scaling_problems(objects: Sequence[Object]) -> Iterator[str]:
    """What would leave tasks waiting, or replicas in dispute."""
    scalers = list(of_kind(objects, "ScaledObject", "HorizontalPodAutoscaler"))
    targets = [thing["spec"]["scaleTargetRef"]["name"] for thing in scalers]
    for thing in of_kind(objects, "Deployment"):
        if thing["metadata"]["name"] in targets and "replicas" in thing["spec"]:
            yield f"{name(thing)}: its number of replicas is set here and by an autoscaler"
    if len(targets) != len(set(targets)):
        yield "two autoscalers have the same target"
    for thing in of_kind(objects, "ScaledObject"):
        yield from (f"{name(thing)}: {text}" for text in _trigger_problems(thing))
        yield from (f"{name(thing)}: {text}" for text in _in_hand_problems(thing, objects))
    wanted = {f"{WORKER_OF[stage]}-worker" for stage in STAGES}
    scaled = {thing["spec"]["scaleTargetRef"]["name"] for thing in of_kind(objects, "ScaledObject")}
    if scaled and scaled != wanted:
        yield f"ScaledObjects: {', '.join(sorted(wanted ^ scaled))} is scaled, or is not"
    yield from _shard_problems(objects)


def _trigger_problems(thing: Object) -> Iterator[str]:
    worker = thing["spec"]["scaleTargetRef"]["name"].removesuffix("-worker")
    stage = next((stage for stage, service in WORKER_OF.items() if service == worker), "")
    metadata = [trigger["metadata"] for trigger in thing["spec"]["triggers"]]
    for entry in metadata:
        if stage and entry.get("stream") != stream(stage):
            yield f"its workers read {stream(stage)}, not {entry.get('stream')}"
        if entry.get("consumerGroup") != GROUP:
            yield f"the group is {GROUP}, not {entry.get('consumerGroup')}"
        if entry.get("activationLagCount") != "0":
            yield "activation compares with `more than`: a single entry would wait for a second one"
    if not any("lagCount" in entry for entry in metadata):
        yield "nothing looks at entries that wait"
    if not any("pendingEntriesCount" in entry for entry in metadata):
        yield "nothing looks at entries in hand: what a killed worker left behind would wait for ever"
    if thing["spec"].get("minReplicaCount", 0) == 0 and thing["spec"].get("cooldownPeriod", 300) < 60:
        yield "workers go between two tasks"


def _in_hand_problems(thing: Object, objects: Sequence[Object]) -> Iterator[str]:
    """Workers in proportion to what they have in hand: a figure below what one takes would add workers with no work."""
    target = thing["spec"]["scaleTargetRef"]["name"]
    stage = next((stage for stage, service in WORKER_OF.items() if f"{service}-worker" == target), "")
    for pod in pods(objects):
        if not stage or pod.owner["kind"] != "Deployment" or pod.owner["metadata"]["name"] != target:
            continue
        takes = _takes(pod.containers[0], IN_HAND[stage], objects)
        counts = [trigger["metadata"].get("pendingEntriesCount") for trigger in thing["spec"]["triggers"]]
        for count in filter(None, counts):
            if count != str(takes):
                yield f"a worker takes {takes} at once, and pendingEntriesCount is {count}"


def _takes(container: Object, field: str, objects: Sequence[Object]) -> int:
    """What the setting is in a container; otherwise its default."""
    kind = settings_of(container.get("command", [])) or ServiceSettings
    return int(variables(container, objects).get(f"NAR_{field.upper()}") or kind.model_fields[field].default)


def _shard_problems(objects: Sequence[Object]) -> Iterator[str]:
    """An indexed Job must have as many completions as its command has shards."""
    for pod in pods(objects):
        if pod.owner["kind"] != "Job" or pod.owner["spec"].get("completionMode") != "Indexed":
            continue
        command = pod.spec["containers"][0]["command"]
        shards = [part.rpartition("/")[2] for part in command if "$(JOB_COMPLETION_INDEX)/" in part]
        if shards != [str(pod.owner["spec"]["completions"])]:
            yield f"{pod.name}: {pod.owner['spec']['completions']} completions, and shards of {shards}"
