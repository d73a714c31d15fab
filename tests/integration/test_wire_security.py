"""TLS, mutual TLS and tokens between real clients and a real server on loopback."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from canned_server import serving
from certificates import Authority, Pair
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from nar.client import TLS, AsyncClient, Client, Collection, RetryPolicy
from nar.errors import FailedPrecondition, NarError, PermissionDenied, Unauthenticated, Unavailable
from nar.security.tokens import Role, line
from nar.status import from_rpc_error
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.runtime.channel import open_channel
from services.runtime.server import is_serving
from services.runtime.settings import ServiceSettings

ONCE = RetryPolicy(attempts=1)
FOUND = (Collection("default", 1),)


def tls_of(pair: Pair) -> dict[str, str]:
    return {"tls_cert": str(pair.certificate), "tls_key": str(pair.key)}


async def collections(address: str, tls: TLS | None = None, token: str | Path | None = None) -> Any:
    async with AsyncClient(address, tls=tls, token=token, retry=ONCE, timeout=10) as client:
        return await client.list_collections()


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TLS_CA", "TLS_CLIENT_CERT", "TLS_CLIENT_KEY", "TLS_SERVER_NAME", "TOKEN", "TOKEN_FILE"):
        monkeypatch.delenv(f"NAR_{name}", raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "own")


async def test_a_server_with_a_certificate_speaks_tls_only(authority: Authority) -> None:
    async with serving(**tls_of(authority.issue("server", "127.0.0.1"))) as address:
        assert await collections(address, authority.trusted()) == FOUND
        with pytest.raises(Unavailable, match="one that speaks TLS needs NAR_TLS_CA"):
            await collections(address)


async def test_both_clients_and_a_service_read_the_same_variables(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tokens").write_text(line(Role.READ, "r"))
    pair, shown = authority.issue("server", "nar.example"), authority.issue("client", "someone")
    monkeypatch.setenv("NAR_TLS_CA", str(authority.file))
    monkeypatch.setenv("NAR_TLS_CLIENT_CERT", str(shown.certificate))
    monkeypatch.setenv("NAR_TLS_CLIENT_KEY", str(shown.key))
    monkeypatch.setenv("NAR_TLS_SERVER_NAME", "nar.example")
    monkeypatch.setenv("NAR_TOKEN", "r")
    demands = {"tls_client_ca": str(authority.file), "tokens_file": str(tmp_path / "tokens")}
    async with serving(**tls_of(pair), **demands) as address:
        assert await collections(address) == FOUND
        with Client(address, retry=ONCE) as client:
            assert await asyncio.to_thread(client.list_collections) == FOUND
        async with open_channel(address, ServiceSettings.parse([])) as channel:
            assert await is_serving(channel)
            model = await embedder_pb2_grpc.EmbedderServiceStub(channel).GetModel(embedder_pb2.GetModelRequest())
    assert model.model_version == "v1"


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    async with serving(**tls_of(authority.issue("server", "127.0.0.1"))) as address:
        with pytest.raises(FailedPrecondition, match=r"is not trusted .* NAR_TLS_CA must name the CA"):
            await collections(address, Authority(tmp_path, "other").trusted())
        with pytest.raises(FailedPrecondition, match=r"is not trusted .* NAR_TLS_SERVER_NAME"):
            await collections(address, authority.trusted(server_name="elsewhere.example"))


async def test_mutual_tls_wants_a_certificate_of_the_clients_ca(authority: Authority, tmp_path: Path) -> None:
    clients, strangers = Authority(tmp_path, "clients"), Authority(tmp_path, "strangers")
    pair = authority.issue("server", "127.0.0.1")
    async with serving(**tls_of(pair), tls_client_ca=str(clients.file)) as address:
        assert await collections(address, authority.trusted(clients.issue("client", "someone"))) == FOUND
        for shown in (None, strangers.issue("stranger", "someone")):
            with pytest.raises(Unavailable):
                await collections(address, authority.trusted(shown))


async def test_a_replaced_certificate_is_shown_to_the_next_connection(authority: Authority, tmp_path: Path) -> None:
    pair = authority.issue("server", "127.0.0.1")
    other = Authority(tmp_path, "other")
    async with serving(**tls_of(pair)) as address:
        pair.key.write_text("half written")
        assert await collections(address, authority.trusted()) == FOUND
        other.issue("server", "127.0.0.1")
        assert await collections(address, other.trusted()) == FOUND
        with pytest.raises(FailedPrecondition):
            await collections(address, authority.trusted())


@pytest.mark.parametrize("broken", ["no key", "the key of another", "no file", "only a client CA"])
async def test_a_server_does_not_start_with_tls_in_part(authority: Authority, broken: str) -> None:
    pair, other = authority.issue("server", "127.0.0.1"), authority.issue("other", "127.0.0.1")
    settings = {
        "no key": {"tls_cert": str(pair.certificate)},
        "the key of another": {"tls_cert": str(pair.certificate), "tls_key": str(other.key)},
        "no file": {"tls_cert": str(pair.certificate), "tls_key": str(pair.key) + ".gone"},
        "only a client CA": {"tls_client_ca": str(authority.file)},
    }[broken]
    with pytest.raises(FailedPrecondition):
        async with serving(**settings):
            pass


async def code(call: Any) -> type[NarError] | None:
    """The class of the error that a call ends with, None for success."""
    try:
        await call
    except NarError as error:
        return type(error)
    except grpc.aio.AioRpcError as error:
        return type(from_rpc_error(error))
    return None


async def test_a_role_allows_what_the_table_says(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("\n".join([line(Role.READ, "r"), line(Role.WRITE, "w")]))
    async with serving(tokens_file=str(tokens)) as address:
        found = {}
        for token in ("", "x", "r", "w"):
            async with AsyncClient(address, token=token, retry=ONCE) as client:
                found[token] = [
                    await code(client.list_collections()),
                    await code(anext(aiter(client.watch_job("j")))),
                    await code(client.index("timm/resnet18")),
                    await code(client.delete_architecture("a")),
                ]
        with Client(address, token="r", retry=ONCE) as waiting:
            assert (await asyncio.to_thread(list, waiting.watch_job("j")))[-1].is_finished
            with pytest.raises(PermissionDenied, match=r"role read; .*CreateIndexJob needs one with the role write"):
                await asyncio.to_thread(waiting.index, "timm/resnet18")
    assert found["w"] == [None] * 4
    assert found["r"] == [None, None, PermissionDenied, PermissionDenied]
    assert found["x"] == found[""] == [Unauthenticated] * 4


async def test_a_refusal_is_told_while_the_client_still_sends(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(line(Role.READ, "r"))
    async with (
        serving(tokens_file=str(tmp_path / "tokens")) as address,
        AsyncClient(address, token="r", retry=ONCE) as client,
    ):
        for _ in range(20):
            refusals = await asyncio.gather(*(code(client.index("timm/resnet18")) for _ in range(32)))
            assert set(refusals) == {PermissionDenied}


async def test_health_and_reflection_need_no_token(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(line(Role.READ, "r"))
    async with serving(tokens_file=str(tmp_path / "tokens")) as address, grpc.aio.insecure_channel(address) as channel:
        assert (await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())).status == 1
        requests = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        listed = [
            answer async for answer in reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(requests)
        ]
    assert listed[0].list_services_response.service


async def test_no_token_reaches_the_log_or_the_caller(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tokens").write_text(line(Role.READ, "r-s3cret"))
    async with serving(tokens_file=str(tmp_path / "tokens"), log_level="debug") as address:
        assert await collections(address, token="r-s3cret") == FOUND
        with pytest.raises(Unauthenticated) as unknown:
            await collections(address, token="x-s3cret")
        with pytest.raises(Unauthenticated, match="NAR_TOKEN_FILE"):
            await collections(address)
    written = capsys.readouterr()
    assert "s3cret" not in f"{unknown.value} {written.out} {written.err}"
    codes = [event["code"] for event in map(json.loads, written.err.splitlines()) if event["event"] == "call"]
    assert codes == ["OK", "UNAUTHENTICATED", "UNAUTHENTICATED"]


@pytest.mark.parametrize(("protected", "complaints"), [("nothing", 2), ("tls", 1), ("tokens", 1), ("all", 0)])
async def test_a_server_beyond_loopback_says_loudly_what_it_lacks(
    protected: str, complaints: int, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tokens").write_text(line(Role.READ, "r"))
    settings: dict[str, str] = {}
    if protected in ("tls", "all"):
        settings |= tls_of(authority.issue("server", "127.0.0.1"))
    if protected in ("tokens", "all"):
        settings["tokens_file"] = str(tmp_path / "tokens")
    async with serving(host="0.0.0.0", log_level="error", **settings):
        pass
    events = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert [event["level"] for event in events if "INSECURE" in event["event"]] == ["critical"] * complaints
    async with serving(host="127.0.0.1", log_level="error"):
        pass
    assert "INSECURE" not in capsys.readouterr().err
