"""A generated client carries a project through its whole life.

The stories of the demonstration are told over HTTP; here every request they make of the contract
goes through the generated client: the body is read into the generated model and written again,
the answer is read by the generated code, and must come out of its model as it went in.
"""

import fcntl
import importlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints
from uuid import UUID

import httpx
import pytest
from rich.console import Console

from deploy.client import PACKAGE, generate
from deploy.contracts import documents
from deploy.demo import STORIES, City, epilogue, tell
from deploy.demo.board import Board
from deploy.demo.sandbox import sandbox

ROOT = Path(__file__).parents[2]
LIFE = "小型自建·实施方案"
"""From the unit's registration to the surplus and the O&M budget."""
OUTSIDE_THE_CONTRACT = ("/development/", "/sandbox/")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def client_directory() -> Path:
    """The generated client, made anew where contracts or generator have changed."""
    directory = ROOT / "build" / "client"
    with _alone(ROOT / "build" / "client.lock"):
        made = subprocess.run(
            ["make", "--silent", f"PYTHON={sys.executable}", ".venv-client/.made"],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if made.returncode:
            pytest.skip(f"the generator could not be installed: {made.stderr.strip()[-300:]}")
        generate(documents(), directory, ROOT / ".venv-client" / "bin" / "openapi-python-client")
    return directory


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One test process after the other."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Operation:
    """One generated endpoint: how its paths look, and the module that calls it."""

    service: str
    method: str
    path: re.Pattern[str]
    module: ModuleType

    def takes(self, service: str, method: str, path: str) -> re.Match[str] | None:
        if (service, method) != (self.service, self.method):
            return None
        return self.path.fullmatch(path)


class GeneratedClient(httpx.AsyncBaseTransport):
    """Sends requests by calling the generated endpoint that their method and path name."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._operations = list(_operations())
        self._clients: dict[tuple[str, str], Any] = {}
        self._aside = httpx.AsyncHTTPTransport()
        self.called: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _, service, path = request.url.path.split("/", 2)
        if f"/{path}".startswith(OUTSIDE_THE_CONTRACT):
            return await self._aside.handle_async_request(request)
        operation, found = self._operation(service, request.method.lower(), f"/{path}")
        self.called.add(operation.module.__name__)
        answer = await self._call(operation, found.groupdict(), request)
        _reads_back(answer.parsed, httpx.Response(200, content=answer.content).json())
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def _call(
        self, operation: Operation, path: Mapping[str, str], request: httpx.Request
    ) -> Any:
        arguments: dict[str, Any] = dict(path)
        arguments.update(request.url.params)
        for header in ("idempotency-key", "if-match"):
            if header in request.headers:
                arguments[header.replace("-", "_")] = request.headers[header]
        wanted = get_type_hints(operation.module.asyncio_detailed)
        for name, value in arguments.items():
            if wanted[name] is UUID:
                arguments[name] = UUID(value)
        if content := await request.aread():
            body = httpx.Response(200, content=content).json()
            arguments["body"] = wanted["body"].from_dict(body)
            _reads_back(arguments["body"], body)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        client = self._client(operation.service, token)
        return await operation.module.asyncio_detailed(client=client, **arguments)

    def _client(self, service: str, token: str) -> Any:
        if (service, token) not in self._clients:
            package = importlib.import_module(f"{PACKAGE}.{service}")
            self._clients[service, token] = package.AuthenticatedClient(
                base_url=f"{self._base_url}/{service}",
                token=token,
                httpx_args={"trust_env": False},
            )
        return self._clients[service, token]

    def _operation(self, service: str, method: str, path: str) -> tuple[Operation, re.Match[str]]:
        for operation in self._operations:
            if found := operation.takes(service, method, path):
                return operation, found
        raise AssertionError(f"the client has nothing for {method} /{service}{path}")

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.get_async_httpx_client().aclose()
        await self._aside.aclose()


def _operations() -> Iterator[Operation]:
    for service, document in documents().items():
        for path, item in document["paths"].items():
            pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
            for method, described in item.items():
                name = f"{described['tags'][0]}.{described['operationId']}"
                module = importlib.import_module(f"{PACKAGE}.{service}.api.{name}")
                yield Operation(service, method, pattern, module)


def _reads_back(model: Any, sent: Any) -> None:
    """What a generated model writes is what it was given."""
    assert type(model).__module__.startswith(PACKAGE), sent
    assert _plain(model.to_dict()) == _plain(sent)


def _plain(value: Any) -> Any:
    """JSON with instants in one spelling: `Z` and `+00:00` are the same."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", value):
        return datetime.fromisoformat(value)
    return value


async def test_a_project_lives_its_whole_life_through_the_generated_client(
    client_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(client_directory))
    with sandbox() as address:
        client = GeneratedClient(address)
        async with httpx.AsyncClient(transport=client, timeout=60) as http:
            city = City.at(http, address)
            quietly = Board(Console(file=io.StringIO()))
            projects = await tell(city, {LIFE: STORIES[LIFE]}, quietly)
            assert len(projects) == 1
            await epilogue.check_replay(city, projects[0])
    steps = {name.removeprefix(f"{PACKAGE}.") for name in client.called}
    assert {
        "registry.api.units.register_unit",
        "registry.api.projects.declare_project",
        "approval.api.replies.issue_reply",
        "budget.api.payments.return_surplus",
        "acceptance.api.acceptances.conclude_acceptance",
        "audit.api.audit.read_history",
    } <= steps


def test_the_generated_client_passes_a_strict_type_check(client_directory: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, PACKAGE],
        cwd=client_directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
