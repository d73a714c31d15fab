"""Settings of the extractor's server and worker."""

from __future__ import annotations

import os

from pydantic import Field

from services.runtime.settings import ServiceSettings


class ExtractorSettings(ServiceSettings):
    """What the extractor reads beside the settings of every service."""

    extract_concurrency: int = Field(os.cpu_count() or 1, gt=0, description="Child processes at the same time.")
    extract_queue: int = Field(64, ge=0, description="Extractions that may wait for a child; more are refused.")
    extract_seconds: float = Field(120.0, gt=0, description="Wall-clock time of one extraction.")
    extract_cpu_seconds: int = Field(120, gt=0, description="CPU time of one extraction.")
    extract_memory_bytes: int = Field(4 << 30, gt=0, description="Address space that one extraction may add.")
    max_onnx_bytes: int = Field(64 << 20, gt=0, description="Largest ONNX file.")
    max_config_bytes: int = Field(1 << 20, gt=0, description="Largest config.json.")
    max_name_bytes: int = Field(512, gt=0, description="Longest model name.")
