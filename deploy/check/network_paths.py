"""Who reaches whom, computed from the rendered NetworkPolicies as Kubernetes defines them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.check.objects import Object, matches, of_kind

NAMESPACE = "nar"


@dataclass(frozen=True)
class Peer:
    """A pod somewhere, or an address outside of the cluster.

    Attributes:
        name: for messages.
        labels: of the pod; None for an address outside.
        namespace: where the pod is.
        namespace_labels: labels of that namespace, beside its name.
        address: an address outside, as its only block "a.b.c.d/32".

    """

    name: str
    labels: Mapping[str, str] | None
    namespace: str = NAMESPACE
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


class NetworkPaths:
    """The policies of one rendering."""

    def __init__(self, objects: Sequence[Object]) -> None:
        self._policies = [thing["spec"] for thing in of_kind(objects, "NetworkPolicy")]

    def is_open(self, source: Peer, target: Peer, port: int, protocol: str = "TCP") -> bool:
        """Whether `source` reaches a port of `target`: both sides must allow it."""
        leaves = self._allows(source, target, "Egress", port, protocol)
        return leaves and self._allows(target, source, "Ingress", port, protocol)

    def _allows(self, pod: Peer, other: Peer, direction: str, port: int, protocol: str) -> bool:
        """Whether the policies of one side allow it; a pod that no policy selects allows everything."""
        labels = pod.labels
        if labels is None or pod.namespace != NAMESPACE:
            return True
        selecting = [
            policy
            for policy in self._policies
            if direction in policy["policyTypes"] and matches(policy["podSelector"], labels)
        ]
        key, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
        rules = [rule for policy in selecting for rule in policy.get(key, ())]
        return not selecting or any(
            _has_port(rule, port, protocol) and _has_peer(rule.get(peers), other) for rule in rules
        )


def _has_port(rule: Mapping[str, Any], port: int, protocol: str) -> bool:
    wanted = rule.get("ports")
    return not wanted or any(
        entry.get("protocol", "TCP") == protocol and entry.get("port", port) == port for entry in wanted
    )


def _has_peer(peers: Sequence[Mapping[str, Any]] | None, other: Peer) -> bool:
    return peers is None or any(_is_peer(peer, other) for peer in peers)


def _is_peer(peer: Mapping[str, Any], other: Peer) -> bool:
    if "ipBlock" in peer:
        return other.labels is None and _in_block(other.address, peer["ipBlock"])
    if other.labels is None:
        return False
    namespace = peer.get("namespaceSelector")
    labels = {**other.namespace_labels, "kubernetes.io/metadata.name": other.namespace}
    here = other.namespace == NAMESPACE if namespace is None else matches(namespace, labels)
    return here and matches(peer.get("podSelector", {}), other.labels)


def _in_block(address: str, block: Mapping[str, Any]) -> bool:
    import ipaddress

    inside = ipaddress.ip_address(address)
    excepted = any(inside in ipaddress.ip_network(part) for part in block.get("except", ()))
    return inside in ipaddress.ip_network(block["cidr"]) and not excepted
