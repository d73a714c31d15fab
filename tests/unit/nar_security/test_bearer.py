"""The token that a client sends."""

from pathlib import Path

import pytest

from nar.errors import FailedPrecondition, InvalidInput
from nar.security.bearer import Bearer
from nar.security.tokens import Role, digest, line, new_token

SENT = (("authorization", "Bearer t-1"),)


def test_the_argument_wins_over_the_variable_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t-1\n")
    environment = {"NAR_TOKEN": "t-2", "NAR_TOKEN_FILE": str(file)}
    assert Bearer.of("t-1", environment).metadata() == SENT
    assert Bearer.of(file, environment).metadata() == SENT
    assert Bearer.of(None, environment).metadata() == (("authorization", "Bearer t-2"),)
    assert Bearer.of(None, {"NAR_TOKEN_FILE": str(file)}).metadata() == SENT
    assert Bearer.of(None, {}).metadata() == ()


def test_a_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    bearer = Bearer(file=file)
    assert bearer.metadata() == (("authorization", "Bearer first"),)
    (tmp_path / "next").write_text("t-1")
    (tmp_path / "next").replace(file)
    assert bearer.metadata() == SENT


def test_a_token_does_not_leave_the_machine_in_the_clear() -> None:
    bearer = Bearer("t-1")
    bearer.check("127.0.0.1:1", encrypted=False)
    bearer.check("search:1", encrypted=True)
    Bearer().check("search:1", encrypted=False)
    with pytest.raises(FailedPrecondition, match="search:1 unencrypted: turn TLS on") as refused:
        bearer.check("search:1", encrypted=False)
    assert "t-1" not in str(refused.value)


def test_a_token_shows_itself_nowhere() -> None:
    assert "t-1" not in repr(Bearer("t-1"))
    with pytest.raises(InvalidInput) as refused:
        Bearer("se cret")
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize("content", [None, "", "two words"])
def test_a_file_without_a_token_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    with pytest.raises((FailedPrecondition, InvalidInput), match="token"):
        Bearer(file=file).metadata()


def test_new_tokens_differ_and_their_lines_do_not_reveal_them() -> None:
    first, second = new_token(), new_token()
    assert first != second
    assert line(Role.READ, first) == f"read:{digest(first)}"
    assert first not in line(Role.READ, first)


def test_write_includes_read() -> None:
    allowed = [(role.value, other.value) for role in Role for other in Role if role.includes(other)]
    assert allowed == [("read", "read"), ("write", "read"), ("write", "write")]
