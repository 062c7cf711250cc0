"""附件核对: every file hashed again, and every digest that a log references looked for."""

import asyncio
from dataclasses import dataclass, field

from rich.console import Console

from shared.attachments.digests import Digests
from shared.attachments.places import place_of
from shared.attachments.store import Store
from shared.eventstore.log import EventLog
from shared.eventstore.references import References
from shared.web.clock import SystemClock
from shared.web.settings import Settings

__all__ = ["Examined", "examine", "files_of", "show_examined"]


@dataclass
class Examined:
    """What was found of one service's files."""

    sound: int = 0
    """Files whose bytes are those of their digests."""
    referenced: int = 0
    missing: list[str] = field(default_factory=list)
    """Digests that events reference and under which nothing can be fetched."""
    altered: list[str] = field(default_factory=list)
    """What was changed or taken away after it had been kept, and how it shows."""


def files_of(settings: Settings, service: str, dsn: str) -> Examined:
    """Examine a service's files against its log, straight where both lie."""
    log = EventLog(dsn, clock=SystemClock().now, sandbox=settings.sandbox)
    try:
        references = References(service, log)
        references.catch_up()
    finally:
        log.close()
    store = Store(place_of(settings.attachments_url, settings.home, service))
    return asyncio.run(examine(store, references.digests()))


async def examine(store: Store, referenced: list[str]) -> Examined:
    """Hash every file of a store again, and look for every referenced digest."""
    found = Examined(referenced=len(referenced))
    sound = await _files(store, found)
    brought = await _notes(store, sound, found)
    index = await _index(store, sound, found)
    here = {f"sha256:{sha256}" for sha256 in brought}
    here |= {f"sm3:{sm3}" for sm3, sha256 in index.items() if sha256 in brought}
    found.missing = sorted(set(referenced) - here)
    return found


async def _files(store: Store, found: Examined) -> dict[str, Digests]:
    sound: dict[str, Digests] = {}
    async for sha256 in store.files():
        digests = await store.hashed(sha256)
        if digests is not None and digests.sha256 == sha256:
            sound[sha256] = digests
        elif digests is not None:
            found.altered.append(f"sha256:{sha256}：内容现为 {digests.shown}")
    found.sound = len(sound)
    return sound


async def _notes(store: Store, sound: dict[str, Digests], found: Examined) -> set[str]:
    brought = set()
    async for sha256 in store.brought():
        uploads = await store.uploads(sha256)
        digests = sound.get(sha256)
        if not uploads:
            found.altered.append(f"sha256:{sha256}：上传登记不可读")
        elif digests is None:
            if await store.hashed(sha256) is None:
                found.altered.append(f"sha256:{sha256}：曾经上传，字节已不在")
        elif any((u.sm3, u.size) != (digests.sm3, digests.size) for u in uploads):
            found.altered.append(f"sha256:{sha256}：上传登记与内容不符")
        else:
            brought.add(sha256)
    return brought


async def _index(store: Store, sound: dict[str, Digests], found: Examined) -> dict[str, str]:
    index = {}
    async for sm3, sha256 in store.indexed():
        digests = sound.get(sha256 or "")
        if sha256 is None or (digests is not None and digests.sm3 != sm3):
            found.altered.append(f"sm3:{sm3}：索引指向别的文件或不可读")
        elif digests is not None:
            index[sm3] = sha256
    return index


def show_examined(console: Console, service: str, found: Examined) -> None:
    """One line for the service, and one for each digest at fault."""
    console.print(
        f"{service} 附件：{found.sound} 个文件与摘要一致；事件引用 {found.referenced} 个摘要，"
        f"其中 {len(found.missing)} 个不在库"
    )
    for each in found.altered:
        console.print(f"  被改动：{each}", soft_wrap=True)
    for each in found.missing:
        console.print(f"  不在库：{each}", soft_wrap=True)
