"""The folder of the local system: held by one at a time, and where others read its addresses."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from nar.client.address import ADDRESSES_FILE
from nar.errors import FailedPrecondition


class Home:
    """A folder with the data, logs and addresses of one local system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._lock: IO[str] | None = None

    @property
    def logs(self) -> Path:
        """The folder of the logs, one file for each process."""
        return self.folder / "logs"

    def acquire(self) -> None:
        """Makes the folders and takes the lock, which ends with this process.

        Raises:
            FailedPrecondition: another local system runs in this folder, or the folder cannot be written to.

        """
        try:
            for folder in (self.folder, self.logs, self.folder / "redis", self.folder / "milvus"):
                folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("a+")
        except OSError as error:
            raise FailedPrecondition(f"{self.folder} cannot be used as home: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise FailedPrecondition(
                f"a local system runs in {self.folder} already: use it, stop it, or choose another folder with --home"
            ) from None
        self._lock = lock

    def release(self) -> None:
        """Removes the addresses and gives the lock back."""
        if self._lock is not None:
            (self.folder / ADDRESSES_FILE).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def write_addresses(self, addresses: Mapping[str, str]) -> None:
        """Tells clients where the parts listen; readers see all of it or nothing."""
        unfinished = self.folder / f"{ADDRESSES_FILE}.new"
        unfinished.write_text(json.dumps({**addresses, "pid": os.getpid()}, indent=2) + "\n")
        unfinished.replace(self.folder / ADDRESSES_FILE)
