"""The whole system under mutual TLS and tokens: it indexes and searches; a job is one trace; all can be measured."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from certificates import Authority
from trace_collector import Collector, collecting
from valkey_process import free_port

from nar.client import TLS, Client, IndexJob, JobState, RetryPolicy
from nar.errors import PermissionDenied, Unauthenticated, Unavailable
from nar.local import LocalStack
from nar.security.tokens import Role, line, new_token

MODELS = ("timm/resnet18", "torchvision/alexnet", "timm/vit_tiny_patch16_224")
STAGES = ("extract", "mine", "embed", "upsert")
ONCE = RetryPolicy(attempts=1)


@dataclass
class Secured:
    """A running system, what a user of it has, and where its spans go."""

    stack: LocalStack
    tls: TLS
    tokens: dict[Role, str]
    collector: Collector
    metrics: int

    def client(self, role: Role) -> Client:
        return Client(self.stack.address, tls=self.tls, token=self.tokens[role], retry=ONCE)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("wire")
    authority = Authority(folder, "own")
    server, shown = authority.issue("server", "127.0.0.1"), authority.issue("client", "someone")
    tokens = {role: new_token() for role in Role}
    (folder / "tokens").write_text("\n".join(line(role, token) for role, token in tokens.items()))
    (folder / "token").write_text(tokens[Role.READ])
    port = free_port()
    settings = {
        "NAR_TLS_CERT": str(server.certificate),
        "NAR_TLS_KEY": str(server.key),
        "NAR_TLS_CLIENT_CA": str(authority.file),
        "NAR_TLS_CA": str(authority.file),
        "NAR_TLS_CLIENT_CERT": str(shown.certificate),
        "NAR_TLS_CLIENT_KEY": str(shown.key),
        "NAR_TOKENS_FILE": str(folder / "tokens"),
        "NAR_TOKEN_FILE": str(folder / "token"),
        "NAR_METRICS_PORT": str(port),
    }
    with collecting() as collector:
        settings |= collector.environment
        with LocalStack(folder / "home", ports="free", settings=settings) as stack:
            yield Secured(stack, authority.trusted(shown), tokens, collector, port)


@pytest.fixture(scope="module")
def job(secured: Secured) -> IndexJob:
    with secured.client(Role.WRITE) as client:
        *_, last = client.watch_job(client.index(MODELS).id)
    return last


def test_a_job_and_a_search_go_through(secured: Secured, job: IndexJob) -> None:
    assert (job.state, job.indexed) == (JobState.SUCCEEDED, len(MODELS))
    with secured.client(Role.READ) as client:
        assert client.search("timm/resnet18").neighbours
        assert client.search(model="timm/resnet34").neighbours


def test_who_shows_too_little_is_refused(secured: Secured) -> None:
    with secured.client(Role.READ) as client, pytest.raises(PermissionDenied):
        client.index("timm/resnet18")
    with Client(secured.stack.address, tls=secured.tls, token="", retry=ONCE) as client, pytest.raises(Unauthenticated):
        client.list_collections()
    bare = TLS(secured.tls.ca)
    with Client(secured.stack.address, tls=bare, token="x", retry=ONCE) as client, pytest.raises(Unavailable):
        client.list_collections()


def test_a_job_is_one_trace_across_the_four_workers(secured: Secured, job: IndexJob) -> None:
    collector = secured.collector
    collector.wait(lambda: len(collector.named("finish upsert", nar_job=job.id)) == 1)
    collector.wait(lambda: len(collector.named("process upsert", nar_job=job.id)) == len(MODELS))
    (root,) = [span for span in collector.named("nar.v1.IndexService/CreateIndexJob") if not span.error]
    assert (root.kind, root.service) == ("SERVER", "search")
    for item in range(len(MODELS)):
        parent = root.id
        for stage in STAGES:
            (span,) = collector.named(f"process {stage}", nar_job=job.id, nar_item=item)
            assert (span.parent, span.trace) == (parent, root.trace)
            parent = span.id
    (finish,) = collector.named("finish upsert", nar_job=job.id)
    assert (finish.parent, finish.trace) == (root.id, root.trace)
    services = {span.service for span in collector.spans if span.trace == root.trace}
    assert services == {
        "search",
        "extractor-worker",
        "motif-miner-worker",
        "embedder-worker",
        "embedder",
        "search-worker",
    }


def test_a_search_is_one_trace_across_the_services(secured: Secured, job: IndexJob) -> None:
    with secured.client(Role.READ) as client:
        client.search(model="torchvision/vgg11")
    collector = secured.collector
    wanted = {"extractor": "ExtractorService/Extract", "motif-miner": "MotifMinerService/Mine"}
    wanted["embedder"] = "EmbedderService/Embed"

    def has_come() -> bool:
        (trace,) = {span.trace for span in collector.named("nar.v1.MotifMinerService/Mine")[-1:]} or {""}
        names = {(span.service, span.name) for span in collector.spans if span.trace == trace}
        return {("search", "nar.v1.SearchService/Search")} | {(s, f"nar.v1.{n}") for s, n in wanted.items()} <= names

    collector.wait(has_come)


def page(secured: Secured, index: int) -> str:
    """The metrics of one process."""
    with urllib.request.urlopen(f"http://127.0.0.1:{secured.metrics + index}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def test_every_process_tells_its_numbers(secured: Secured, job: IndexJob) -> None:
    # The front door looks at the size of the index every few seconds.
    while "nar_index_rows{" not in page(secured, 3):
        time.sleep(0.2)
    pages = []
    for index in range(8):
        pages.append(page(secured, index))
        with urllib.request.urlopen(f"http://127.0.0.1:{secured.metrics + index}/healthz", timeout=10) as answer:
            assert answer.status == 200
    assert 'nar_rpc_requests_total{code="OK",method="/nar.v1.EmbedderService/Embed"}' in pages[2]
    assert "nar_embedder_batch_graphs_count" in pages[2]
    assert 'nar_rpc_requests_total{code="OK",method="/nar.v1.IndexService/CreateIndexJob"} 1.0' in pages[3]
    assert 'nar_queue_lag_entries{stage="mine"} 0.0' in pages[3]
    assert 'nar_index_rows{model_version="' in pages[3]
    for text, stage in zip(pages[4:], STAGES, strict=True):
        assert f'nar_queue_tasks_total{{outcome="done",stage="{stage}"}}' in text


def test_no_token_stands_in_a_log_or_a_span(secured: Secured, job: IndexJob) -> None:
    logs: dict[Path, str] = {path: path.read_text() for path in secured.stack.home.logs.iterdir()}
    assert any('"trace_id"' in text and '"span_id"' in text for text in logs.values())
    for token in secured.tokens.values():
        assert token not in f"{list(logs.values())} {secured.collector.spans}"
