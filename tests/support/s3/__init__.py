"""A real S3 server for the tests, from npm; skipped, with the reason, where there is none."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.processes import free_port

HERE = Path(__file__).parent
INSTALLED = HERE.parents[2] / "build" / "s3"
BUCKET = "govit"


@dataclass(frozen=True)
class S3Server:
    """A running server: what a process must know of it, and its bucket."""

    environment: Mapping[str, str]

    def url(self, prefix: str) -> str:
        return f"s3://{BUCKET}/{prefix}"


def _program() -> Path:
    """The server's program, installed once for all test processes."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no node and npm: nothing to run an S3 server with")
    program = INSTALLED / "node_modules" / "s3rver" / "bin" / "s3rver.js"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, INSTALLED)
            ran = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=INSTALLED,
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
            if ran.returncode:
                pytest.skip(f"the S3 server cannot be installed: {ran.stderr.strip()[-200:]}")
    return program


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server on loopback with an empty bucket."""
    program, port = _program(), free_port()
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            [
                *("node", program, "-d", data, "-a", "127.0.0.1", "-p", str(port)),
                *("--configure-bucket", BUCKET, "--silent"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NODE_NO_WARNINGS": "1"},
        )
        try:
            _await(f"http://127.0.0.1:{port}", process)
            yield S3Server(
                {
                    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                    "AWS_ALLOW_HTTP": "true",
                    "AWS_REGION": "us-east-1",
                    "AWS_ACCESS_KEY_ID": "S3RVER",
                    "AWS_SECRET_ACCESS_KEY": "S3RVER",
                }
            )
        finally:
            process.terminate()
            process.wait(20)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"the S3 server at {url} does not answer")
