"""Where the front door listens: the argument, else NAR_ADDRESS, else what `nar up` wrote into its home."""

from __future__ import annotations

import json
import os
from pathlib import Path

from nar.errors import InvalidInput, Unavailable

ADDRESSES_FILE = "addresses.json"


def home() -> Path:
    """The folder of the local system: NAR_HOME, else ~/.local/share/nar."""
    chosen = os.environ.get("NAR_HOME")
    return Path(chosen).expanduser() if chosen else Path.home() / ".local" / "share" / "nar"


def find_address(address: str | None = None) -> str:
    """The search service as "host:port".

    Raises:
        InvalidInput: the address that is given has not this form.
        Unavailable: none is given, and no local system runs.

    """
    chosen = address or os.environ.get("NAR_ADDRESS")
    if chosen:
        return _checked(chosen)
    file = home() / ADDRESSES_FILE
    try:
        addresses = json.loads(file.read_text())
    except FileNotFoundError:
        raise Unavailable(f"no local system runs in {home()}: start it with `nar up`, or set NAR_ADDRESS") from None
    except (OSError, ValueError) as error:
        raise Unavailable(f"{file} cannot be read ({error}): restart `nar up`, or set NAR_ADDRESS") from error
    if not isinstance(addresses, dict) or not isinstance(addresses.get("search"), str):
        raise Unavailable(f"{file} names no search service: restart `nar up`, or set NAR_ADDRESS")
    return _checked(addresses["search"])


def _checked(address: str) -> str:
    """`address`, when it has a host and a port; other gRPC targets ("dns:///…", "unix:…") pass."""
    host, _, port = address.rpartition(":")
    if address.startswith(("dns:", "unix:", "ipv4:", "ipv6:", "xds:")) or (host and port.isdecimal()):
        return address
    raise InvalidInput(f"{address!r} is no address: it must be HOST:PORT, such as 127.0.0.1:50050", "address")
