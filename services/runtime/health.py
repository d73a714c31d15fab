"""grpc.health.v1, following the backends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio as grpc_health

from nar.errors import NarError
from services.runtime.telemetry import log

Backends = Callable[[], Awaitable[Mapping[str, bool]]]
"""Says which backends answer. A key that is the name of a gRPC service counts for that service, others for all."""

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class HealthMonitor:
    """Probes the backends at intervals and sets the health of each service and of the whole process ("")."""

    def __init__(
        self, servicer: grpc_health.HealthServicer, service_names: Sequence[str], backends: Backends, seconds: float
    ) -> None:
        self._servicer = servicer
        self._names = service_names
        self._backends = backends
        self._seconds = seconds
        self._last: Mapping[str, bool] | None = None
        self.is_serving = False
        """What the last probe found of the whole process."""

    async def run(self) -> None:
        """Probes until cancelled."""
        while True:
            await self.probe()
            await asyncio.sleep(self._seconds)

    async def probe(self) -> None:
        """Asks the backends once; one that raises or is silent for ten intervals counts as down."""
        try:
            async with asyncio.timeout(max(10 * self._seconds, 5.0)):
                answers = dict(await self._backends())
        except (NarError, OSError, TimeoutError) as error:
            answers = {type(error).__name__: False}
        shared = all(up for name, up in answers.items() if name not in self._names)
        serving = {name: shared and answers.get(name, True) for name in self._names}
        self.is_serving = all(serving.values())
        for name, up in {**serving, "": self.is_serving}.items():
            await self._servicer.set(name, SERVING if up else NOT_SERVING)
        if answers != self._last:
            log.info("backends", **answers)
            self._last = answers
