"""Which addresses never leave the machine."""

from __future__ import annotations

import ipaddress
import re

_SCHEME = re.compile(r"^(dns|ipv4|ipv6):(//[^/]*/)?")


def is_loopback(target: str) -> bool:
    """Whether `target` (a host, "host:port", or a gRPC target) can be reached from this machine alone."""
    if target.startswith("unix:"):
        return True
    host = _host(_SCHEME.sub("", target))
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(address: str) -> str:
    """`address` without its port; an IPv6 address with a port stands in brackets."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address if address.count(":") > 1 else address.partition(":")[0]
