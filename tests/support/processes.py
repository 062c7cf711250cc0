"""Real `govit` processes on loopback, ended whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def govit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a `govit` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Running:
    """A `govit run` in a process of its own."""

    process: subprocess.Popen[bytes]
    url: str

    def kill(self) -> None:
        """SIGKILL: no chance to finish anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)


@contextmanager
def running(home: Path, mode: str = "sandbox", port: int | None = None) -> Iterator[Running]:
    """All services in one process over the embedded PostgreSQL of an instance directory."""
    port = port or free_port()
    output = (home.parent / f"{home.name}.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "run", "--port", str(port), "--mode", mode],
        env=os.environ | {"GOVIT_HOME": str(home)},
        stdout=output,
        stderr=output,
    )
    started = Running(process, f"http://127.0.0.1:{port}")
    try:
        _await_ready(started)
        yield started
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        output.close()


def _await_ready(started: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if started.process.poll() is not None:
            raise RuntimeError(f"govit run ended with {started.process.returncode}")
        try:
            if httpx.get(f"{started.url}/audit/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(started.url)
