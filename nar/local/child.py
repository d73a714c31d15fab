"""One child process: started so that it cannot outlive this one, stopped with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from nar.local import exec_child
from nar.local.programs import Program, process_environment

_WRAPPER = str(Path(exec_child.__file__))


class Child:
    """A running program in a session of its own, so that Ctrl-C reaches only this process, which stops it in order."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self._log_start = log.stat().st_size if log.exists() else 0
        command = (sys.executable, "-I", "-S", _WRAPPER, str(os.getpid()), *program.command)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=process_environment(program),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def terminate(self) -> None:
        """Asks it to stop."""
        if self._process.poll() is None:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Waits until it has stopped; kills it when it has not after `seconds`, and whatever it left behind."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.kill_group()

    def kill_group(self) -> None:
        """Kills what is left of its process group: children that it did not stop."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def last_lines(self, count: int = 5) -> str:
        """The end of what this process (not an earlier one) wrote to the log."""
        with self.log.open("rb") as file:
            file.seek(max(self._log_start, self.log.stat().st_size - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-count:])
