"""Exit code 0 when the server of this container is serving; for HEALTHCHECK of an image."""

from __future__ import annotations

import asyncio
import sys

from services.runtime.channel import open_channel
from services.runtime.server import is_serving
from services.runtime.settings import ServiceSettings


async def main(settings: ServiceSettings) -> bool:
    """Whether the server that listens on `settings.port` of this host says that it is serving."""
    async with open_channel(f"127.0.0.1:{settings.port}", settings) as channel:
        return await is_serving(channel)


if __name__ == "__main__":
    sys.exit(not asyncio.run(main(ServiceSettings.parse())))
