"""真实的身份提供方: an OpenID provider that somebody else wrote, in a Node process of its own."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from joserfc.jwk import ECKey, Key, RSAKey

from shared.web.identity.provider import WELL_KNOWN
from tests.support.processes import free_port

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("oidc")
START_SECONDS = 60


def installed() -> Path:
    """The folder where the provider lies, fetched if it is not; skips where it cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js and npm are not installed")
    lock = (SOURCE / "package-lock.json").read_bytes()
    home = ROOT / "build" / "oidc" / hashlib.sha256(lock).hexdigest()[:16]
    if not home.exists():
        fresh = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.copytree(SOURCE, fresh)
        fetch = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            ran = subprocess.run(
                fetch, cwd=fresh, capture_output=True, text=True, timeout=90, check=False
            )
            if ran.returncode:
                pytest.skip(f"npm cannot fetch the provider: {ran.stderr.strip()[:200]}")
            if not home.exists():
                fresh.rename(home)
        except subprocess.TimeoutExpired:
            pytest.skip("npm cannot fetch the provider: it takes too long")
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    # The program itself is always that of the tree.
    shutil.copy(SOURCE / "provider.mjs", home)
    return home


def signing_keys(name: str) -> list[Key]:
    """One for each algorithm, as a provider keeps them."""
    return [
        ECKey.generate_key("P-256", parameters={"kid": f"{name}-ec", "use": "sig"}),
        RSAKey.generate_key(2048, parameters={"kid": f"{name}-rsa", "use": "sig"}),
    ]


@dataclass
class OpenId:
    """The provider: stopped and started again with what it is told meanwhile."""

    program: Path
    home: Path
    clients: Mapping[str, Any]
    """By client id: `secret`, and the `claims` of its tokens."""
    keys: list[Key] = field(default_factory=lambda: signing_keys("first"))
    lifetime: int = 300
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        told = {
            "keys": [dict(key.as_dict(private=True)) for key in self.keys],
            "clients": self.clients,
            "lifetime": self.lifetime,
        }
        (self.home / "provider.json").write_text(json.dumps(told))
        with (self.home / "provider.log").open("ab") as log:
            process = subprocess.Popen(
                ["node", "provider.mjs", str(self.port), str(self.home / "provider.json")],
                cwd=self.program,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._await(process)
            yield
        finally:
            process.terminate()
            process.wait(20)

    def _await(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                if httpx.get(self.url + WELL_KNOWN, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        pytest.fail((self.home / "provider.log").read_text()[-2000:])

    def grant(self, client: str, resource: str | None = None) -> httpx.Response:
        """What a platform gets for its id and secret, by nothing but HTTP."""
        form = {"grant_type": "client_credentials"} | ({"resource": resource} if resource else {})
        # RFC 6749, 2.3.1: both are form-encoded first, and this provider insists.
        shown = (quote_plus(client), quote_plus(self.clients[client]["secret"]))
        return httpx.post(f"{self.url}/token", data=form, auth=shown, trust_env=False)

    def token(self, client: str, resource: str | None = None) -> str:
        answer = self.grant(client, resource)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])
