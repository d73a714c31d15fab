"""MotifMinerService over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import grpc
import uvloop

from nar.codec import decomposition_to_proto, graph_from_proto
from nar.errors import InvalidInput, LimitExceeded
from nar.v1 import motif_miner_pb2, motif_miner_pb2_grpc
from services.motif_miner.mining import mine
from services.motif_miner.options import MiningOptions, Neighbours
from services.motif_miner.settings import MinerSettings
from services.runtime.interceptor import Context
from services.runtime.server import serve
from services.runtime.telemetry import configure_logs

_SERVICE = motif_miner_pb2.DESCRIPTOR.services_by_name["MotifMinerService"].full_name

_NEIGHBOURS = {
    motif_miner_pb2.MiningOptions.NEIGHBOURS_PARENTS: Neighbours.PARENTS,
    motif_miner_pb2.MiningOptions.NEIGHBOURS_CHILDREN: Neighbours.CHILDREN,
    motif_miner_pb2.MiningOptions.NEIGHBOURS_BOTH: Neighbours.BOTH,
}


class MotifMinerServicer(motif_miner_pb2_grpc.MotifMinerServiceServicer):
    """Translates the protocol; the work is done by `mine`, in a thread."""

    def __init__(self, settings: MinerSettings) -> None:
        self._settings = settings

    async def Mine(self, request: motif_miner_pb2.MineRequest, context: Context) -> motif_miner_pb2.MineResponse:
        """Mines one graph."""
        if not request.HasField("graph"):
            raise InvalidInput("the request has no graph", "graph")
        if len(request.graph.op) > self._settings.miner_max_ops:
            raise LimitExceeded(
                f"the graph has {len(request.graph.op):,} ops; the limit is {self._settings.miner_max_ops:,}"
            )
        return await asyncio.to_thread(_mine, request, self._options(request.options))

    def _options(self, message: motif_miner_pb2.MiningOptions) -> MiningOptions:
        """What the request says, and the settings for the rest."""
        options = self._settings.options()
        for field in ("steps", "use_op_labels", "context_hops"):
            if message.HasField(field):
                options = replace(options, **{field: getattr(message, field)})
        neighbours = _NEIGHBOURS.get(message.neighbours)
        return options if neighbours is None else replace(options, neighbours=neighbours)


def _mine(request: motif_miner_pb2.MineRequest, options: MiningOptions) -> motif_miner_pb2.MineResponse:
    graph = graph_from_proto(request.graph)
    return motif_miner_pb2.MineResponse(decomposition=decomposition_to_proto(mine(graph, options)))


async def main(settings: MinerSettings) -> None:
    """Serves until SIGTERM."""

    async def backends() -> Mapping[str, bool]:
        return {}

    def add(server: grpc.aio.Server) -> None:
        motif_miner_pb2_grpc.add_MotifMinerServiceServicer_to_server(MotifMinerServicer(settings), server)

    await serve(settings, add, [_SERVICE], backends)


if __name__ == "__main__":
    parsed = MinerSettings.parse()
    configure_logs("motif-miner", parsed)
    uvloop.run(main(parsed))
