"""The tokens that a server admits."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nar.errors import FailedPrecondition
from nar.security.tokens import Role, line
from services.runtime.tokens import TokensFile


def file_of(folder: Path, *lines: str) -> Path:
    """Replaces the file as a whole, as a mounted secret is."""
    fresh = folder / "fresh"
    fresh.write_text("\n".join(lines))
    return fresh.replace(folder / "tokens")


def test_a_token_has_the_role_of_its_line(tmp_path: Path) -> None:
    tokens = TokensFile(
        file_of(tmp_path, "# who may", "", f"{line(Role.READ, 'r')}  # dashboards", line(Role.WRITE, "w"))
    )
    assert [tokens.role_of(token) for token in ("r", "w", "x", "")] == [Role.READ, Role.WRITE, None, None]


def test_a_token_in_the_clear_is_taken_and_complained_of(tmp_path: Path) -> None:
    with capture_logs() as events:
        tokens = TokensFile(file_of(tmp_path, "write:for-trials"))
    assert tokens.role_of("for-trials") is Role.WRITE
    assert events[0]["log_level"] == "warning"
    assert "for-trials" not in str(events)


def test_a_hash_is_no_token(tmp_path: Path) -> None:
    admitted = line(Role.READ, "r")
    assert TokensFile(file_of(tmp_path, admitted)).role_of(admitted.partition(":")[2]) is None


def test_a_replaced_file_counts_at_once_and_a_damaged_one_does_not(tmp_path: Path) -> None:
    tokens = TokensFile(file_of(tmp_path, line(Role.READ, "old")))
    file_of(tmp_path, line(Role.READ, "new"))
    assert (tokens.role_of("old"), tokens.role_of("new")) == (None, Role.READ)
    file_of(tmp_path, "admin:x")
    with capture_logs() as events:
        assert tokens.role_of("new") is Role.READ
        (tmp_path / "tokens").unlink()
        assert tokens.role_of("new") is Role.READ
    assert [event["event"] for event in events] == ["the new tokens are not used"] * 2


@pytest.mark.parametrize("text", ["", "# nobody", "admin:secret", "secret", "read:"])
def test_a_file_that_admits_nobody_or_is_malformed_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(FailedPrecondition) as refused:
        TokensFile(file_of(tmp_path, text))
    assert str(tmp_path) in str(refused.value)
    assert "secret" not in str(refused.value)
