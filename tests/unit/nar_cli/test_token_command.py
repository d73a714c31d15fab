"""`nar token new`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nar.cli.app import app
from nar.security.tokens import Role
from services.runtime.tokens import TokensFile


@pytest.mark.parametrize("role", list(Role))
def test_the_line_admits_the_token_with_its_role(role: Role, tmp_path: Path) -> None:
    made = json.loads(CliRunner().invoke(app, ["token", "new", "--role", role.value, "--json"]).stdout)
    (tmp_path / "tokens").write_text(made["line"])
    assert TokensFile(tmp_path / "tokens").role_of(made["token"]) is role
    assert made["token"] not in made["line"]


def test_for_people_both_are_printed_with_where_they_go() -> None:
    shown = CliRunner().invoke(app, ["token", "new", "--role", "read"]).stdout.splitlines()
    assert [line.split()[-1].split("_")[0].split(":")[0] for line in shown] == ["nar", "read"]
    assert "NAR_TOKENS_FILE" in shown[1]


def test_an_unknown_role_is_refused() -> None:
    assert CliRunner().invoke(app, ["token", "new", "--role", "admin"]).exit_code == 2
