"""The ports of the local system, all on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Self

from nar.errors import FailedPrecondition

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One port for each part that listens."""

    search: int = 50050
    extractor: int = 50051
    motif_miner: int = 50052
    embedder: int = 50053
    redis: int = 56379
    milvus: int = 59530

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody listens on now."""
        with ExitStack() as stack:
            # All are held until all are known: otherwise the kernel may hand one out twice.
            sockets = [stack.enter_context(socket.socket()) for _ in range(6)]
            for one in sockets:
                one.bind((HOST, 0))
            return cls(*(one.getsockname()[1] for one in sockets))

    def addresses(self) -> dict[str, str]:
        """The addresses, as "host:port", by part."""
        return {part: f"{HOST}:{port}" for part, port in self._by_part()}

    def check_free(self) -> None:
        """Raises FailedPrecondition when somebody listens on one of them."""
        for part, port in self._by_part():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise FailedPrecondition(
                        f"port {port}, which {part} needs, is taken: stop what listens there, or use `--ports free`"
                    ) from error

    def _by_part(self) -> Iterator[tuple[str, int]]:
        yield from asdict(self).items()
