"""Settings come from flags, then the environment, then defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.runtime.settings import ServiceSettings


def test_a_flag_wins_over_the_environment_and_that_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAR_PORT", "1")
    monkeypatch.setenv("NAR_MAX_BACKLOG", "7")
    monkeypatch.setenv("NAR_RECLAIM_IDLE_SECONDS", "2.5")
    settings = ServiceSettings.parse(["--port", "2", "--log-level=debug"])
    assert (settings.port, settings.log_level) == (2, "debug")
    assert (settings.max_backlog, settings.reclaim_idle_seconds) == (7, 2.5)
    assert settings.host == "127.0.0.1"


def test_blobs_lie_in_the_home_unless_a_url_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAR_HOME", "/srv/nar")
    assert Path(ServiceSettings.parse([]).blob_url) == Path("/srv/nar/blobs")
    assert ServiceSettings.parse(["--blob-url", "s3://bucket/nar"]).blob_url == "s3://bucket/nar"


@pytest.mark.parametrize("flags", [["--port", "70000"], ["--no-such-flag", "1"], ["--log-format", "xml"]])
def test_a_wrong_flag_ends_the_program_and_is_named(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ServiceSettings.parse(flags)
    assert flags[0].strip("-").replace("-", "_") in capsys.readouterr().err.replace("-", "_")


def test_help_explains_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        ServiceSettings.parse(["--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for name in ServiceSettings.model_fields:
        assert f"--{name.replace('_', '-')}" in shown


def test_a_token_shows_neither_in_help_nor_in_reprs_nor_in_complaints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAR_TOKEN", "s3cret")
    monkeypatch.setenv("NAR_REDIS_URL", "redis://:s3cret@host:1/0")
    settings = ServiceSettings.parse([])
    assert settings.token.get_secret_value() == "s3cret"
    for arguments in (["--help"], ["--port", "70000"]):
        with pytest.raises(SystemExit):
            ServiceSettings.parse(arguments)
    written = capsys.readouterr()
    assert "s3cret" not in f"{settings!r} {settings} {written.out} {written.err}"
