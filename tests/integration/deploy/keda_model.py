"""What KEDA and the autoscaler behind it do with a ScaledObject on Redis Streams, on a clock of its own.

After KEDA's `redis-streams` scaler (metric and activity), its executor (from and to zero) and the algorithm of the
HorizontalPodAutoscaler for external metrics of type AverageValue (ratio with a tolerance of 10 %, the largest of all
metrics, scaling policies, stabilisation).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

_TOLERANCE = 0.1


class Scaler:
    """One ScaledObject; `replicas` is what it would set.

    Args:
        scaled_object: as rendered.
        redis: where the streams really are.

    """

    def __init__(self, scaled_object: Mapping[str, Any], redis: Redis) -> None:
        spec = scaled_object["spec"]
        self._redis = redis
        self._triggers = [trigger["metadata"] for trigger in spec["triggers"]]
        self._least = spec.get("minReplicaCount", 0)
        self._most = spec.get("maxReplicaCount", 100)
        self._cooldown = spec.get("cooldownPeriod", 300)
        self.interval = spec.get("pollingInterval", 30)
        self._behaviour = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        self._wanted: list[tuple[float, int]] = []
        self._changes: list[tuple[float, int]] = []
        self._active_at = -math.inf
        self.replicas = self._least

    async def step(self, now: float) -> int:
        """Looks at the streams at `now`, in seconds, and returns the replicas from then on."""
        values = [await self._value(metadata) for metadata in self._triggers]
        if any(self._is_active(*pair) for pair in zip(self._triggers, values, strict=True)):
            self._active_at = now
        if self.replicas == 0:
            chosen = max(1, self._least) if self._active_at == now else 0
        elif self._least == 0 and now - self._active_at > self._cooldown:
            chosen = 0
        else:
            chosen = self._by_ratio(values, now)
        if chosen != self.replicas:
            self._changes.append((now, self.replicas))
        self.replicas = chosen
        return chosen

    async def _value(self, metadata: Mapping[str, str]) -> int:
        """The metric of a trigger; 0 where KEDA gets an error, which activates nothing."""
        stream, group = metadata["stream"], metadata["consumerGroup"]
        try:
            if "lagCount" not in metadata:
                return int((await self._redis.xpending(stream, group))["pending"])
            for found in await self._redis.xinfo_groups(stream):
                if found["name"] == group:
                    assert found["lag"] is not None, "a lag that Redis does not know scales nothing"
                    return int(found["lag"])
        except ResponseError:
            return 0
        return 0

    @staticmethod
    def _is_active(metadata: Mapping[str, str], value: int) -> bool:
        return value > int(metadata.get("activationLagCount", "0"))

    def _by_ratio(self, values: list[int], now: float) -> int:
        """What the HorizontalPodAutoscaler does between one and the largest number of replicas."""
        wanted = max(self._recommended(*pair) for pair in zip(self._triggers, values, strict=True))
        wanted = min(max(wanted, self._least, 1), self._most)
        self._wanted.append((now, wanted))
        if wanted > self.replicas:
            return min(wanted, self._reach("scaleUp", now))
        window = self._behaviour["scaleDown"].get("stabilizationWindowSeconds", 300)
        wanted = max(number for moment, number in self._wanted if now - moment <= window)
        return self.replicas if wanted >= self.replicas else max(wanted, self._reach("scaleDown", now))

    def _recommended(self, metadata: Mapping[str, str], value: int) -> int:
        target = int(metadata.get("lagCount") or metadata["pendingEntriesCount"])
        ratio = value / (target * self.replicas)
        return self.replicas if abs(ratio - 1) <= _TOLERANCE else math.ceil(value / target)

    def _reach(self, direction: str, now: float) -> int:
        """The number of replicas that the policies of a direction permit; the most permissive one counts."""
        reached = []
        for policy in self._behaviour[direction]["policies"]:
            before = [number for moment, number in self._changes if now - moment < policy["periodSeconds"]]
            start = before[0] if before else self.replicas
            step = math.ceil(start * policy["value"] / 100) if policy["type"] == "Percent" else policy["value"]
            reached.append(start + step if direction == "scaleUp" else start - step)
        return max(reached) if direction == "scaleUp" else max(min(reached), 0)
