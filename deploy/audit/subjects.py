"""所问: what a command is about, and as of when, as written on the command line."""

import re
from collections.abc import Iterable
from typing import Annotated, NamedTuple

import typer

from deploy.asking import day, fail

_PROJECT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNIT = re.compile(r"[0-9A-Z]{18}")
_YEAR = re.compile(r"20[0-9]{2}")
_EVENT = re.compile(rf"(registry|approval|budget|acceptance)[:/]([0-9]{{1,18}}|{_PROJECT.pattern})")

SubjectArgument = Annotated[
    str,
    typer.Argument(
        metavar="SUBJECT",
        help="项目标识，或单位的统一社会信用代码，或年度清单的年份（如 2026）",
    ),
]
ValidAt = Annotated[str | None, typer.Option(help="法定日期，YYYY-MM-DD：当时为真的")]
KnownAt = Annotated[str | None, typer.Option(help="已知时刻，RFC 3339：当时已入库的")]
Positions = Annotated[str | None, typer.Option(help="日志位置，如 registry:120,approval:88")]
Versions = Annotated[str | None, typer.Option(help="流版本，如 approval:7")]

CUT_NAMES = ("valid_at", "known_at", "positions", "versions")


class Subject(NamedTuple):
    """What is asked about, and where its past is read."""

    kind: str
    id: str

    @property
    def path(self) -> str:
        places = {
            "project": f"/audit/v1/projects/{self.id}/history",
            "unit": f"/audit/v1/units/{self.id}/history",
            "list": f"/audit/v1/annual-lists/{self.id}",
        }
        return places[self.kind]


def subject_of(text: str) -> Subject:
    """A project, a unit, or the annual lists of a year."""
    forms = {"project": _PROJECT, "unit": _UNIT, "list": _YEAR}
    kind = next((kind for kind, form in forms.items() if form.fullmatch(text)), None)
    if kind is None:
        fail(f"{text} 不是项目标识（UUID）、18 位统一社会信用代码或年份")
    return Subject(kind, text)


def project_of(text: str) -> str:
    """A project's id."""
    if not _PROJECT.fullmatch(text):
        fail(f"{text} 不是项目标识（UUID）；以 govit report annual-list 查看各项目的标识")
    return text


def event_of(text: str) -> tuple[str, str]:
    """Service, and position or id, of an event written as `approval:12` or `approval/<id>`."""
    found = _EVENT.fullmatch(text)
    if found is None:
        fail(f"事件须写作 服务:位置 或 服务:事件标识，例如 approval:12，不是 {text}")
    return found[1], found[2]


def cut_of(
    valid_at: str | None = None,
    known_at: str | None = None,
    positions: str | None = None,
    versions: str | None = None,
) -> dict[str, str]:
    """As of when, as it is asked for."""
    given = {
        "valid_at": day(valid_at) if valid_at else None,
        "known_at": known_at,
        "positions": positions,
        "versions": versions,
    }
    return {name: value for name, value in given.items() if value is not None}


def cut_written(parts: Iterable[str]) -> dict[str, str]:
    """As of when, in parts such as `2026-03-20` or `known_at=2026-03-20T09:00:00+08:00`."""
    found: dict[str, str] = {}
    for part in parts:
        name, sign, value = part.partition("=")
        if not sign:
            name, value = ("known_at" if "T" in part.upper() else "valid_at"), part
        if name not in CUT_NAMES:
            fail(f"{part} 不是截面；写日期、时刻，或 {'、'.join(CUT_NAMES)} 之一加等号")
        if name in found:
            fail(f"一个截面只写一次 {name}")
        found[name] = day(value) if name == "valid_at" else value
    return found


def said(cut: dict[str, str]) -> str:
    """As of when, in words."""
    words = {
        "valid_at": "法定日期",
        "known_at": "已知时刻",
        "positions": "日志位置",
        "versions": "流版本",
    }
    return "，".join(f"{words[name]} {value}" for name, value in cut.items()) or "现在"
