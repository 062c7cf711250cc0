"""权限表: every operation of every service, and which body may do it by which article.

Read by people (`govit authority`), by programs (`--json`) and published as `docs/authority.md`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from deploy.catalogue import CREATORS, SPECS
from shared.regulation.authority import UNIT, Party, Power
from shared.regulation.pack import Pack, Policy, installed
from shared.web.powers import entry_of

OPEN = frozenset({"check_liveness", "check_readiness", "read_version"})
"""What is told to anybody, without a token."""

COMMON = "common"
SECTIONS = {
    "registry": "登记",
    "approval": "审批",
    "budget": "预算",
    "acceptance": "验收",
    "audit": "审计",
    COMMON: "各服务共同",
}
PARTIES = {
    Party.OWNER: "本单位",
    Party.PARTICIPANT: "参建",
    Party.EITHER: "本单位、参建",
}


@dataclass(frozen=True)
class Operation:
    """操作: one entry of the table, and where it is offered."""

    key: str
    label: str
    services: tuple[str, ...]
    reads: bool
    reacts: bool
    """Not offered over HTTP: a service does it of itself."""
    powers: tuple[Power, ...]

    @property
    def section(self) -> str:
        return self.services[0] if len(self.services) == 1 else COMMON


def operations(pack: Pack | None = None) -> tuple[Operation, ...]:
    """Every entry of a pack's table with what it is for, in the order of the services."""
    chosen = pack or installed().packs[-1]
    offered: dict[str, list[tuple[str, str, bool, bool]]] = {}
    for service in SPECS:
        for name, label, reads, reacts in _of_service(service):
            key = entry_of(chosen, service, name)
            offered.setdefault(key, []).append((service, label, reads, reacts))
    made = (_operation(key, each, chosen) for key, each in offered.items())
    order = list(SECTIONS)
    return tuple(sorted(made, key=lambda o: (order.index(o.section), o.reads)))


def _operation(key: str, offered: list[tuple[str, str, bool, bool]], pack: Pack) -> Operation:
    _, label, reads, reacts = offered[0]
    services = tuple(service for service, *_ in offered)
    return Operation(key, label, services, reads, reacts, pack.authority[key])


def _of_service(service: str) -> Iterator[tuple[str, str, bool, bool]]:
    """Operation, label, whether it only reads, whether it is a reaction."""
    commands = SPECS[service].commands
    seen = set()
    for path in CREATORS[service]().openapi()["paths"].values():
        for method, operation in path.items():
            name = operation["operationId"]
            if name not in OPEN:
                seen.add(name)
                reads = method in {"get", "post"} and name not in commands
                yield name, _term(operation["summary"]), reads, False
    for name, command in commands.items():
        if name not in seen:
            yield name, command.label, False, True


def _term(summary: str) -> str:
    """What an operation is called, without what explains it."""
    return re.split("[（：，；]", summary, maxsplit=1)[0]


def cell(operation: Operation, body: str) -> str:
    """By which articles a body has the power, and on what terms; empty where it has none."""
    return "；".join(_terms(p, body) for p in operation.powers if body in p.bodies)


def _terms(power: Power, body: str) -> str:
    terms = [PARTIES[power.party]] if body == UNIT and power.own else []
    terms += [f"限{'、'.join(power.roles)}"] if power.roles else []
    terms += [f"自{power.since}"] if power.since else []
    terms += [f"至{power.until}前"] if power.until else []
    return f"{power.article}（{'，'.join(terms)}）" if terms else power.article


# -- for programs -------------------------------------------------------------------------------


def as_json(chosen: Iterable[Operation]) -> list[dict[str, Any]]:
    """One object per operation."""
    return [
        {
            "entry": each.key,
            "label": each.label,
            "services": list(each.services),
            "reads": each.reads,
            "http": not each.reacts,
            "powers": [power.model_dump(mode="json") for power in each.powers],
        }
        for each in chosen
    ]


# -- for people ---------------------------------------------------------------------------------


def held_by(chosen: Iterable[Operation], body: str, on: date | None) -> tuple[Operation, ...]:
    """What a body may do, on a day where one is named."""
    pack = installed().packs[-1]

    def may(each: Operation) -> bool:
        if on is None:
            return any(body in power.bodies for power in each.powers)
        return body in Policy(pack, on).powers(each.key)

    return tuple(each for each in chosen if may(each))


def show(console: Console, chosen: Iterable[Operation]) -> None:
    """Print who may do what."""
    table = Table(expand=True, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("服务", no_wrap=True)
    table.add_column("操作", no_wrap=True)
    table.add_column("事项", ratio=1, overflow="fold")
    table.add_column("部门和条号", ratio=2, overflow="fold")
    for each in chosen:
        bodies = dict.fromkeys(body for power in each.powers for body in power.bodies)
        held = "  ".join(f"{body} {cell(each, body)}" for body in bodies)
        table.add_row(SECTIONS[each.section], each.key, each.label, held)
    console.print(table)


# -- docs/authority.md --------------------------------------------------------------------------

_HEAD = """# 权限表：每一项操作由哪个部门办理、依据哪一条

共 {count} 项操作。本页由 `govit authority --markdown > docs/authority.md` 生成，请勿手改；\
内容出自政策包的 `[authority]`，改政策包即改权限，不改代码。

- 表中的数字是行使该职权所依据的条号；空格为无权，办理或查阅时答复 403。
- 项目单位（UNIT）一栏另注范围：**本单位** 指其本身是项目单位（或牵头单位）的，\
**参建** 指其参建的；未注的为全市通用的事项。
- 查阅他人的对象与查阅不存在的对象，答复相同（404）；清单中没有他人的条目。
- 市审计局（AUD）查阅全部，不办理任何事项。
- 系统（SYSTEM）是各服务自身：互相跟随，以及由他方事件引起的办理（表中标“自动”）。
- 职权、部门自某日起或至某日止的，写在政策包的 `since`、`until`，\
按办理当日的法定日期（北京时间）判断。
- 不须令牌即可查阅的只有：{open}。

部门：{bodies}。
"""


def markdown(chosen: Iterable[Operation]) -> str:
    """The matrix, by service, in Chinese."""
    found, pack = tuple(chosen), installed().packs[-1]
    codes = [body.code for body in pack.bodies]
    head = _HEAD.format(
        count=len(found),
        open="、".join(f"`{name}`" for name in sorted(OPEN)),
        bodies="、".join(f"{body.code} {body.name}" for body in pack.bodies),
    )
    sections = [head]
    for section, group in groupby(found, key=lambda o: o.section):
        lines = [
            f"## {SECTIONS[section]}\n",
            f"| 操作 | 事项 | {' | '.join(codes)} |",
            f"|---|---|{'---|' * len(codes)}",
            *(_line(each, codes) for each in group),
        ]
        sections.append("\n".join(lines) + "\n")
    return "\n".join(sections)


def _line(each: Operation, codes: list[str]) -> str:
    kind = "查阅" if each.reads else "自动" if each.reacts else "办理"
    cells = (f"`{each.key}`", f"{kind}：{each.label}", *(cell(each, code) for code in codes))
    return f"| {' | '.join(cells)} |"
