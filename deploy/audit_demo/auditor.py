"""审计人员: what an auditor asks for over HTTP, and what he keeps of it."""

import asyncio
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from deploy.demo.cast import AUD
from deploy.demo.client import PATIENCE_SECONDS, City, Surprise
from services.audit.api.range_bundles import BundleRange
from shared.eventstore.notes import Note
from shared.eventstore.signing import SigningKey, VerifierKey
from shared.web.settings import LOGS

_VISIT_SECONDS = 0.5


def keys_of(home: Path) -> list[str]:
    """The verifier keys of an instance, read from its own files, as its operators hand them out."""
    files = sorted((home / "signing").glob("*.key"))
    return [str(SigningKey.of(file.read_text()).verifier) for file in files]


def size_and_root(note: str) -> tuple[int, str]:
    """What a checkpoint says; nothing where it is none."""
    lines = note.split("\n")
    return (int(lines[1]), lines[2]) if len(lines) > 4 and lines[1].isdecimal() else (0, "")


def signers(note: str, keys: Iterable[str]) -> set[str]:
    """Whose good signatures a note bears, of those whose keys these are."""
    read = Note.of(note)
    known = list(map(VerifierKey.of, keys))
    return {k.name for k in known for line in read.lines if k.verifies(read.text, line)}


@dataclass
class Kept:
    """检查点 that were kept: service → size → note. Nobody in the building can change them."""

    notes: dict[str, dict[int, str]] = field(default_factory=lambda: {s: {} for s in LOGS})

    def keep(self, service: str, note: str) -> int:
        """Keep one; its size."""
        size, _ = size_and_root(note)
        if size:
            self.notes[service][size] = note
        return size

    def sizes(self, service: str) -> list[int]:
        return sorted(self.notes[service])

    @property
    def count(self) -> int:
        return sum(map(len, self.notes.values()))


async def visit(city: City, kept: Kept) -> None:
    """Keep what is cosigned, every now and then, for ever."""
    while True:
        await asyncio.sleep(_VISIT_SECONDS)
        for service in LOGS:
            await _keep(city, kept, service)


async def keep_all(city: City, kept: Kept) -> dict[str, int]:
    """Wait until everything recorded is cosigned, and keep that; the sizes."""
    sizes = {}
    for service in LOGS:
        head = (await city.read(AUD, f"/{service}/v1/feed/head"))["position"]
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while (size := await _keep(city, kept, service)) < head:
            if asyncio.get_running_loop().time() > deadline:
                raise Surprise(f"{service} 有 {head} 条，见证只到 {size} 条")
            await asyncio.sleep(0.1)
        sizes[service] = size
    return sizes


async def _keep(city: City, kept: Kept, service: str) -> int:
    answer = await city.get(AUD, f"/audit/v1/checkpoints/{service}")
    return kept.keep(service, answer.text) if answer.status_code == httpx.codes.OK else 0


async def project_bundle(city: City, project: UUID) -> bytes:
    return await _content(city, f"/audit/v1/projects/{project}/audit-bundle")


async def range_bundle(city: City, first: date, last: date) -> bytes:
    """The bundle of all that was recorded on these days, once it is made."""
    asked = BundleRange(first=first, last=last)
    answer = await city.send(AUD, "/audit/v1/audit-bundles", asked)
    if answer.status_code != httpx.codes.ACCEPTED:
        raise Surprise(f"期间审计包没有受理：{answer.status_code} {answer.text[:300]}")
    path = f"/audit/v1/audit-bundles/{answer.json()['id']}"
    ended = await city.wait_for(AUD, path, lambda o: o["state"] not in {"WAITING", "RUNNING"})
    if ended["state"] != "DONE":
        raise Surprise(f"期间审计包没有制成：{ended}")
    return await _content(city, f"{path}/content")


def stated_by(bundle: bytes) -> dict[str, int]:
    """How far a bundle states each log: past what was kept, where something came in between."""
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        notes = {s: archive.read(f"checkpoints/{s}.txt").decode() for s in LOGS}
    return {service: size_and_root(note)[0] for service, note in notes.items()}


async def consistency(city: City, service: str, first: int, second: int) -> bytes:
    return await _content(city, f"/{service}/v1/log/consistency?from={first}&to={second}")


async def alarms(city: City, services: set[str]) -> Mapping[str, dict[str, Any]]:
    """The witness's newest alarm of each log, once all of `services` have one, or in the end."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while True:
        logs = (await city.read(AUD, "/audit/v1/checkpoints"))["logs"]
        found = {log["service"]: log["alarm"] for log in logs if log.get("alarm")}
        if services <= found.keys() or loop.time() > deadline:
            return found
        await asyncio.sleep(0.1)


async def _content(city: City, path: str) -> bytes:
    answer = await city.get(AUD, path)
    if answer.status_code != httpx.codes.OK:
        raise Surprise(f"{path}：应当可以取得，却答复 {answer.status_code} {answer.text[:300]}")
    return answer.content
