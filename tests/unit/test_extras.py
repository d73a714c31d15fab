"""A missing extra is named, with the command that brings it."""

import pytest

from nar import extras
from nar.errors import FailedPrecondition


def test_what_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.MODULES, "local", ("numpy", "no_such_module"))
    with pytest.raises(FailedPrecondition, match=r"`?the local system needs no_such_module.*nar\[local\]"):
        extras.require("local", "the local system")


def test_what_is_there_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.MODULES, "local", ("numpy",))
    extras.require("local", "the local system")
