"""离线: an auditor's own machine: an empty virtual environment, the verifier, and no network."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from socket import socket
from typing import Any, NamedTuple

from services.audit.bundle import verify

VERIFIER = Path(verify.__file__)
"""Taken from the release, never from a bundle: who can change a bundle can change what is in it."""

SECONDS = 60

# The interpreter itself refuses to open a socket or to start a program.
_GUARD = """
import runpy, sys
def refuse(event, details):
    if event.partition(".")[0] in ("socket", "subprocess", "ctypes") or event in (
        "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"
    ):
        raise PermissionError("refused here: " + event)
sys.addaudithook(refuse)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
_PROBE = "import socket, sys\nsocket.create_connection(('127.0.0.1', int(sys.argv[1])), 3)\n"
_PACKAGES = "import importlib.metadata as m; print(len(list(m.distributions())))"
_APART = (
    ("unshare", "--user", "--map-root-user", "--net"),
    ("unshare", "--net"),
)


class Ran(NamedTuple):
    """How a run of the verifier ended and what it said."""

    code: int
    said: str

    def line(self, beginning: str) -> str:
        """The first line that begins so."""
        lines = (line.strip() for line in self.said.splitlines())
        return next((line for line in lines if line.startswith(beginning)), "")

    @property
    def told(self) -> dict[str, Any]:
        """What a run with `--json` said."""
        try:
            found: dict[str, Any] = json.loads(self.said)
        except ValueError:
            return {}
        return found


class Desk:
    """A folder with an empty virtual environment and the verifier."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._python = str(folder / "venv" / "bin" / "python")
        self._run([sys.executable, "-m", "venv", "--without-pip", "venv"])
        shutil.copyfile(VERIFIER, folder / "verify.py")

    def put(self, name: str, content: bytes) -> str:
        """A file on the desk; its name."""
        (self.folder / name).write_bytes(content)
        return name

    def verify(self, *arguments: str) -> Ran:
        """Run the verifier, cut off from any network."""
        return self._run([*self.apart, self._python, "-I", "-c", _GUARD, "verify.py", *arguments])

    @cached_property
    def apart(self) -> Sequence[str]:
        """What starts a program in a network namespace of its own; empty where none may."""
        for each in _APART:
            if shutil.which(each[0]) and self._run([*each, "true"]).code == 0:
                return each
        return ()

    def packages(self) -> str:
        """How many packages the environment holds."""
        return self._run([self._python, "-I", "-c", _PACKAGES]).said.strip()

    def reaches_network(self, *, guarded: bool, apart: bool) -> bool:
        """Whether a program here reaches a port of this machine that listens."""
        self.put("probe.py", _PROBE.encode())
        with socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = str(listener.getsockname()[1])
            start = [*(self.apart if apart else ()), self._python, "-I"]
            how = ["-c", _GUARD, "probe.py"] if guarded else ["probe.py"]
            return self._run([*start, *how, port]).code == 0

    def _run(self, command: Sequence[str]) -> Ran:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            command,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout.decode("utf-8", "replace"))
