"""审计演示: a superuser forges the record five ways, and is found out each time."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import httpx
from rich.console import Console

from deploy.audit_demo import attacks, auditor, trials
from deploy.audit_demo.auditor import Kept
from deploy.audit_demo.findings import Findings
from deploy.audit_demo.offline import Desk
from deploy.audit_demo.takeaway import Bundles, check_bundles, check_desk, check_flipped
from deploy.demo import STORIES, City, epilogue, tell
from deploy.demo.board import Board
from deploy.demo.sandbox import OPENING, Ground, ground
from deploy.demo.story import Telling
from shared.kernel.dates import legal_date
from shared.web.signing_keys import origin_of

__all__ = ["play"]

T = TypeVar("T")


def play(console: Console, stories: Mapping[str, Telling] = STORIES) -> list[str]:
    """Tell the stories, forge, check; what did not come out as it must.

    Raises Surprise at the first answer of the honest city that is not what it should be.
    """
    findings, begun = Findings(console), time.monotonic()
    with ground() as found, tempfile.TemporaryDirectory(prefix="govit-auditor-") as home:
        desk = Desk(Path(home) / "desk")
        kept, bundles, vkeys = _honest(findings, console, found, stories)
        keys = desk.put("keys.txt", "\n".join(vkeys).encode())
        court = trials.Court(found, findings, desk, kept)
        findings.chapter("攻击者有数据库超级用户权限", "以下各次攻击都在数据库的副本上进行")
        court.triggers()
        for trial in trials.TRIALS:
            court.try_simple(trial)
        _made_anew(findings, court, keys)
        findings.chapter(
            "带走的证据",
            "核验时各服务已停止；只复制核验程序（取自本版本，不用包内所附）、包和所留存的",
        )
        check_desk(findings, desk)
        check_bundles(findings, desk, kept, bundles, keys)
        check_flipped(findings, desk, bundles, keys)
    console.print(
        f"\n{findings.count} 项核对，{len(findings.failed)} 项不符，"
        f"用时 {time.monotonic() - begun:.1f} 秒",
        highlight=False,
    )
    return findings.failed


def _honest(
    findings: Findings, console: Console, found: Ground, stories: Mapping[str, Telling]
) -> tuple[Kept, Bundles, list[str]]:
    """The city at work, and what the auditor carries away from it."""
    kept = Kept()
    with found.running() as address:
        console.print(
            f"沙箱城市在 {address}/ 上运行，各部门经 HTTP 办理 {len(stories)} 个故事",
            highlight=False,
        )
        bundles, sizes = _visit(address, lambda city: _carry_away(city, console, stories, kept))
    findings.chapter("审计人员留存的")
    keys = auditor.keys_of(found.settings.home)
    findings.note("公钥：另行取得（这里读自实例的密钥文件；正式部署由密钥保管人当面交付）")
    for service, size in sizes.items():
        due = {origin_of(found.settings, each) for each in (service, "audit")}
        notes = kept.notes[service]
        findings.expect(
            size in notes and all(due <= auditor.signers(note, keys) for note in notes.values()),
            f"{service} 的检查点，有日志的签名和见证的会签；条数 "
            + "、".join(map(str, kept.sizes(service))),
        )
    return kept, bundles, keys


async def _carry_away(
    city: City, console: Console, stories: Mapping[str, Telling], kept: Kept
) -> tuple[Bundles, dict[str, int]]:
    board = Board(console if console.is_terminal else Console(quiet=True))
    with board.shown():
        visiting = asyncio.create_task(auditor.visit(city, kept))
        try:
            projects = await tell(city, stories, board)
        finally:
            visiting.cancel()
            await asyncio.wait([visiting])
    if not visiting.cancelled():
        visiting.result()  # it ended by itself, and says by what
    console.print(f"办理 {board.steps} 步，其中 {board.refusals} 步依规未予办理", highlight=False)
    sizes = await auditor.keep_all(city, kept)
    of_project = await auditor.project_bundle(city, projects[0].id)
    of_range = await auditor.range_bundle(city, legal_date(OPENING), await city.today())
    proofs = {
        f"{service}-{size}-{stated}.json": await auditor.consistency(city, service, size, stated)
        for service, stated in auditor.stated_by(of_project).items()
        for size in kept.sizes(service)
        if size < stated
    }
    await epilogue.check_integrity(city, console)
    return Bundles(projects[0], of_project, of_range, proofs), sizes


def _made_anew(findings: Findings, court: trials.Court, keys: str) -> None:
    """The attacks after which the log is sound in itself."""
    findings.chapter(
        "四、截去最新的事件；五、改写后全部重算",
        f"{trials.CUT} 截去最新的 {attacks.CUT} 条；{trials.REWRITTEN} 改写一个字节；"
        "叶、前沿、分块随之重算，并以真实密钥另签检查点",
    )
    with court.forged() as forged:
        court.hashes_say_nothing(forged)
        with forged.running() as address:
            services = set(forged.places)
            court.witness_sees(_visit(address, lambda city: auditor.alarms(city, services)))
        findings.chapter(
            "四、五，而且见证方的数据库也被清空重来",
            "攻击者掌握全部数据库和全部签名密钥：见证方重新跟随伪造的日志，并予会签",
        )
        forged.blind_witness()
        with forged.running() as address:
            first = legal_date(OPENING)
            bundle = _visit(address, lambda city: trials.forged_bundle(city, first))
        court.kept_checkpoints_see(forged, bundle, keys)


def _visit(address: str, ask: Callable[[City], Awaitable[T]]) -> T:
    async def asked() -> T:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            return await ask(City.at(http, address))

    return asyncio.run(asked())
