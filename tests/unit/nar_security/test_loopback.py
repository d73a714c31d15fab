"""What leaves the machine, and what does not."""

import pytest

from nar.security.loopback import is_loopback


@pytest.mark.parametrize(
    "target",
    ["127.0.0.1", "127.0.0.1:50050", "127.1.2.3:1", "localhost:1", "::1", "[::1]:1", "dns:///localhost:1", "unix:/x"],
)
def test_these_stay_on_the_machine(target: str) -> None:
    assert is_loopback(target)


@pytest.mark.parametrize(
    "target", ["0.0.0.0", "0.0.0.0:1", "::", "[::]:1", "10.0.0.1:1", "search:50050", "dns:///search:1", "localhost.x:1"]
)
def test_these_do_not(target: str) -> None:
    assert not is_loopback(target)
