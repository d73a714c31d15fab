"""Every query of the dashboard is PromQL, and names metrics and labels that the services have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
from prometheus_client.metrics import MetricWrapperBase

from services.runtime import metrics

DASHBOARD = json.loads((Path(__file__).parents[3] / "deploy" / "grafana" / "nar.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
# What Prometheus adds to each series that it scrapes.
OF_PROMETHEUS = {"le", "job", "instance"}


def series() -> dict[str, set[str]]:
    """The names of the series of all metrics, with their labels."""
    found: dict[str, set[str]] = {}
    for family in metrics.REGISTRY.collect():
        for suffix in SUFFIXES[family.type]:
            found[family.name + suffix] = set()
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            for suffix in SUFFIXES[metric._type]:
                found[metric._name + suffix] = set(metric._labelnames)
    return found


def parse(query: str) -> Any:
    """The query as Prometheus gets it: Grafana fills in its variables first."""
    return promql.parse(query.replace("$__rate_interval", "5m").replace("$method", ".*"))


def nodes(expression: Any) -> Iterator[Any]:
    """All nodes of a query."""
    found: list[Any] = []
    promql.walk(expression, lambda node: found.append(node) or True)
    yield from found


def selectors(query: str) -> list[Any]:
    return [node for node in nodes(parse(query)) if isinstance(node, promql.VectorSelector)]


@pytest.mark.parametrize(("title", "query"), QUERIES)
def test_a_query_names_metrics_and_labels_that_exist(title: str, query: str) -> None:
    known = series()
    chosen = selectors(query)
    assert chosen
    for selector in chosen:
        assert selector.name in known, f"{title}: there is no {selector.name}"
        used = {matcher.name for matcher in selector.matchers.matchers}
        used |= {label for labels in re.findall(r"by \(([^)]*)\)", query) for label in re.split(r",\s*", labels)}
        assert used <= known[selector.name] | OF_PROMETHEUS, f"{title}: {selector.name} has no {used}"


def test_a_counter_is_never_shown_without_its_rate() -> None:
    for title, query in QUERIES:
        for name in re.findall(r"\b(\w+_total)\b(?![^\[]*\])", query):
            assert f"rate({name}" in query or f"increase({name}" in query, title


def test_a_planted_fault_is_found() -> None:
    with pytest.raises(AssertionError, match="there is no nar_rpc_seconds_total"):
        test_a_query_names_metrics_and_labels_that_exist("x", "rate(nar_rpc_seconds_total[5m])")
    with pytest.raises(AssertionError, match="has no"):
        test_a_query_names_metrics_and_labels_that_exist("x", "sum by (colour) (nar_queue_lag_entries)")
    with pytest.raises(ValueError, match=r"."):
        parse("sum by (stage (nar_queue_lag_entries)")


def test_every_metric_is_shown() -> None:
    shown = {selector.name for _, query in QUERIES for selector in selectors(query)}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            assert shown & {metric._name + suffix for suffix in SUFFIXES[metric._type]}, metric._name


def test_variables_and_panels_are_whole() -> None:
    known = series()
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]).groups()  # type: ignore[union-attr]
            assert label in known[name]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in PANELS:
        assert panel["targets"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
