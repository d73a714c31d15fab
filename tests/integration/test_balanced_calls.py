"""Calls of one service to another go to all replicas that its address stands for."""

from __future__ import annotations

import grpc

from nar.v1 import motif_miner_pb2, motif_miner_pb2_grpc
from services.runtime.channel import open_channel
from services.runtime.settings import ServiceSettings


class Counting(motif_miner_pb2_grpc.MotifMinerServiceServicer):
    def __init__(self) -> None:
        self.calls = 0

    async def Mine(self, request: object, context: object) -> motif_miner_pb2.MineResponse:
        self.calls += 1
        return motif_miner_pb2.MineResponse()


async def test_calls_go_to_all_replicas_and_survive_the_end_of_one() -> None:
    replicas = [Counting(), Counting()]
    servers, ports = [], []
    for replica in replicas:
        server = grpc.aio.server()
        motif_miner_pb2_grpc.add_MotifMinerServiceServicer_to_server(replica, server)
        ports.append(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        servers.append(server)
    address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
    async with open_channel(address, ServiceSettings()) as channel:
        stub = motif_miner_pb2_grpc.MotifMinerServiceStub(channel)
        while not all(replica.calls for replica in replicas):
            await stub.Mine(motif_miner_pb2.MineRequest(), timeout=10.0)
        before = replicas[1].calls
        await servers[0].stop(None)
        for _ in range(10):
            await stub.Mine(motif_miner_pb2.MineRequest(), timeout=10.0, wait_for_ready=True)
        assert replicas[1].calls >= before + 10
    await servers[1].stop(None)
