"""docs/metrics.md names every metric with its kind and labels, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client.metrics import Counter, MetricWrapperBase

from services.runtime import metrics

ROOT = Path(__file__).parents[3]
Described = dict[str, tuple[str, tuple[str, ...]]]


def registered() -> Described:
    found: Described = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            name = f"{metric._name}_total" if isinstance(metric, Counter) else metric._name
            found[name] = (metric._type, metric._labelnames)
    return found


def documented() -> Described:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\w, ]*)\| \S.* \|$", (ROOT / "docs" / "metrics.md").read_text(), re.M)
    return {name: (kind, tuple(label for label in re.split(r"[, ]+", labels) if label)) for name, kind, labels in rows}


def test_table_and_registry_agree() -> None:
    assert len(registered()) > 10
    assert documented() == registered()


def test_every_metric_is_in_the_registry_and_has_a_unit_or_counts_things() -> None:
    families = {family.name: family for family in metrics.REGISTRY.collect()}
    for name in registered():
        assert families[name.removesuffix("_total")].documentation
        assert re.fullmatch(
            r"nar_(rpc|queue|embedder|search|index)_\w*"
            r"(seconds|requests|entries|graphs|queries|models|rows|_total)",
            name,
        )
