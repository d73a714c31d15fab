"""Settings of the motif miner."""

from __future__ import annotations

from pydantic import Field

from services.motif_miner.options import MAX_HOPS, MAX_STEPS, MiningOptions, Neighbours
from services.runtime.settings import ServiceSettings


class MinerSettings(ServiceSettings):
    """How graphs are divided where a request does not say."""

    miner_steps: int = Field(2, ge=0, le=MAX_STEPS, description="Rounds of the node encoding.")
    miner_neighbours: Neighbours = Field(Neighbours.BOTH, description="Neighbours that the node encoding reads.")
    miner_context_hops: int = Field(1, ge=0, le=MAX_HOPS, description="Radius of a context graph, in edges.")
    miner_max_ops: int = Field(2_000_000, gt=0, description="Largest graph that is mined, in ops.")

    def options(self) -> MiningOptions:
        """The same as options of the domain."""
        return MiningOptions(
            steps=self.miner_steps, neighbours=self.miner_neighbours, context_hops=self.miner_context_hops
        )
