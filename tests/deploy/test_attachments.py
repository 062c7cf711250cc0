"""Attachments and real processes: killed while receiving, and examined from the command line."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import obstore
import pytest

from shared.events.registry import DataCollectionFlagged
from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from tests.support.builders import UNIT
from tests.support.city import START, CityDatabases, running_city
from tests.support.files import PDF, pdf, sha256, sm3
from tests.support.processes import Running, govit, running
from tests.support.s3 import s3_server

pytestmark = pytest.mark.timeout(300)

CONTENT = pdf("照会", size=9 << 20)
MISSING = sm3(pdf("从未上传"))


def headers(home: Path) -> dict[str, str]:
    actor = Actor(person="deb-1", name="经办人", body="DEB", role="OFFICER")
    token = DevelopmentIssuer(home).token(actor)
    return {"Authorization": f"Bearer {token}", "Content-Type": PDF, "X-File-Name": "a.pdf"}


def path(content: bytes) -> str:
    return f"/registry/v1/attachments/{sm3(content)}"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def await_bytes(folder: Path, size: int) -> None:
    """Until so many bytes have come to lie in a folder."""
    deadline = time.monotonic() + 20
    while sum(path.stat().st_size for path in files_in(folder)) < size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def put_until_killed(started: Running, home: Path) -> None:
    """Half of a file, and then the server is killed."""
    staging = home / "attachments" / "registry" / "staging"

    async def half() -> AsyncIterator[bytes]:
        yield CONTENT[: len(CONTENT) // 2]
        await asyncio.to_thread(await_bytes, staging, 3 << 20)
        await asyncio.to_thread(started.kill)
        yield CONTENT[len(CONTENT) // 2 :]

    async with httpx.AsyncClient(base_url=started.url, timeout=30) as client:
        with pytest.raises(httpx.TransportError):
            await client.put(path(CONTENT), content=half(), headers=headers(home))


def test_a_server_killed_while_it_receives_shows_nothing_and_cleans_up(tmp_path: Path) -> None:
    home = tmp_path / "home"
    kept = home / "attachments" / "registry"
    with running(home) as started:
        asyncio.run(put_until_killed(started, home))
    assert len(files_in(kept)) == 1  # the half, on its way in
    assert files_in(kept / "files") == []
    with running(home) as started:
        assert files_in(kept) == []
        answer = httpx.get(f"{started.url}{path(CONTENT)}", headers=headers(home))
        assert answer.status_code == 404
        url = f"{started.url}{path(CONTENT)}"
        answer = httpx.put(url, content=CONTENT, headers=headers(home), timeout=30)
        assert answer.status_code == 201, answer.text
        started.kill()
    assert [p.read_bytes() for p in files_in(kept / "files")] == [CONTENT]


@contextmanager
def place(kind: str) -> Iterator[dict[str, str]]:
    """What a process is told of where attachments are kept."""
    if kind == "disk":
        yield {}
        return
    with s3_server() as server:
        yield {**server.environment, "GOVIT_ATTACHMENTS_URL": server.url("here")}


@pytest.mark.parametrize("kind", ["disk", "s3"])
async def test_the_command_line_finds_what_is_missing_and_what_was_altered(
    kind: str, city_databases: CityDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place(kind) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        async with running_city(city_databases, tmp_path) as city:
            asked = {**city.headers("DEB"), "Content-Type": PDF, "X-File-Name": "a.pdf"}
            answer = await city.http.put(path(CONTENT), content=CONTENT, headers=asked)
            assert answer.status_code == 201, answer.text
            for digest in (sm3(CONTENT), sha256(CONTENT), MISSING):
                await city.given("registry", flagged(digest))
            known = {"GOVIT_HOME": str(tmp_path), "GOVIT_MODE": "sandbox"}
            known["GOVIT_REGISTRY_DSN"] = city.dsns["registry"].app
            ask = partial(govit, "verify", "registry", "--attachments", **known)
            found = await asyncio.to_thread(ask)
            assert found.returncode == 0, found.stdout + found.stderr
            assert "1 个文件与摘要一致；事件引用 3 个摘要，其中 1 个不在库" in found.stdout
            assert f"不在库：{MISSING}" in found.stdout
            strict = await asyncio.to_thread(ask, "--strict")
            assert strict.returncode == 1
            digits = sha256(CONTENT).removeprefix("sha256:")
            objects = city.runtime("registry").attachments.place.objects
            changed = CONTENT[:-1] + b"!"
            await obstore.put_async(objects, f"files/{digits[:2]}/{digits}", changed)
            found = await asyncio.to_thread(ask)
            assert found.returncode == 1
            assert f"被改动：sha256:{digits}" in found.stdout


def flagged(digest: str) -> DataCollectionFlagged:
    restriction = {"evidence": {"title": "认定", "digest": digest}, "reason": "未归集"}
    return DataCollectionFlagged.model_validate(
        {"on": START.date(), "unit_id": UNIT, "restriction": restriction}
    )
