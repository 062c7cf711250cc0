"""政策包: the regulation's numbers, lists and powers as dated, cited data.

A pack belongs to a jurisdiction and is valid for a span of days, end exclusive. Values change on
dates; a `Policy` is a pack seen on one day.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.kernel.identifiers import DivisionCode
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.regulation.exemption import ExemptionKind

PACKS = Path(__file__).parent / "packs"


class PackError(Exception):
    """A pack file cannot be used; says file, key and reason."""


class NoPolicyInForce(Exception):
    """No pack of the jurisdiction is valid on a day (第五十七条)."""


class Reach(StrEnum):
    """How a changed value takes effect."""

    ALL = "ALL"
    """For every decision from its day on, also on running projects."""
    NEW_OBJECTS = "NEW_OBJECTS"
    """Only for what begins on its day or later; running projects keep what they began with."""


class DatedValue(Record):
    """A parameter's value from a day on, and the article or interpretation it comes from."""

    key: str
    since: date
    value: int | str | bool
    article: str
    note: str = ""
    reach: Reach = Reach.ALL


class ExceptionPower(Record):
    """例外批准: a row whose wording leaves room (原则上), and who may grant an exception to it."""

    rows: tuple[str, ...]
    approvers: tuple[str, ...]
    """Bodies that all have to agree; empty where it is the unit's own decision, filed with DEB."""
    article: str
    kinds: tuple[ExemptionKind, ...]


class Power(Record):
    """权限: which bodies may issue a command, in which roles (any when empty), by which article."""

    bodies: tuple[str, ...]
    roles: tuple[str, ...] = ()
    article: str
    own: bool = True
    """A project unit may act only on its own projects."""


class Body(Record):
    code: str
    name: str


class OpinionDuty(Record):
    """第二十二条: who gives which opinion, and whether it must be asked for by letter."""

    body: str
    kind: str
    label: str
    written_request: bool


class Material(Record):
    code: str
    label: str
    article: str


class Pack(Record):
    """One policy pack, as its file holds it."""

    id: str
    version: int
    jurisdiction: DivisionCode
    title: str
    basis: str
    valid_from: date
    valid_until: date
    """First day on which the pack is no longer valid."""
    articles: dict[str, str]
    bodies: tuple[Body, ...]
    divisions: dict[str, str]
    values: tuple[DatedValue, ...]
    opinions: tuple[OpinionDuty, ...]
    exceptions: tuple[ExceptionPower, ...]
    materials: dict[str, tuple[Material, ...]]
    authority: dict[str, Power]

    @cached_property
    def _history(self) -> dict[str, list[DatedValue]]:
        history: dict[str, list[DatedValue]] = {}
        for value in sorted(self.values, key=lambda v: v.since):
            history.setdefault(value.key, []).append(value)
        return history

    def value(self, key: str, on: date, born: date | None = None) -> int | str | bool:
        """The value of a parameter on a day, for what began on `born` (that day by default).

        KeyError where it has none yet.
        """
        begun = on if born is None else born
        current = [
            v.value
            for v in self._history[key]
            if v.since <= (on if v.reach is Reach.ALL else min(on, begun))
        ]
        if not current:
            raise KeyError(f"{key} has no value on {on} in {self.id}")
        return current[-1]

    def exception_to(self, row: str) -> ExceptionPower | None:
        """Who may grant an exception to a row; None where the wording leaves no room."""
        return next((power for power in self.exceptions if row in power.rows), None)


@dataclass(frozen=True)
class Policy:
    """A pack seen on one day: what decisions read their numbers from."""

    pack: Pack
    on: date
    born: date | None = None
    """Day on which the object it is applied to began, where that is earlier."""

    @property
    def reference(self) -> str:
        """`511100-2022@1`: what decisions and events cite."""
        return f"{self.pack.id}@{self.pack.version}"

    def number(self, key: str) -> int:
        return int(self.pack.value(key, self.on, self.born))

    def flag(self, key: str) -> bool:
        return bool(self.pack.value(key, self.on, self.born))

    def money(self, key: str) -> Money:
        return Money.of(str(self.pack.value(key, self.on, self.born)))

    def words(self, key: str) -> tuple[str, ...]:
        """A list of codes, written with spaces between them."""
        return tuple(str(self.pack.value(key, self.on, self.born)).split())

    def share(self, key: str, of: Money) -> Money:
        """A percentage of an amount, cut to the 分 below, so `x <= share` is exact for any x."""
        return Money(of * self.number(key) // 100)

    def materials(self, stage: str) -> tuple[Material, ...]:
        return self.pack.materials[stage]

    def body_name(self, code: str) -> str:
        return next((b.name for b in self.pack.bodies if b.code == code), code)


@dataclass(frozen=True)
class Library:
    """The packs of one jurisdiction."""

    packs: tuple[Pack, ...]

    @classmethod
    def load(cls, jurisdiction: str, folder: Path = PACKS) -> "Library":
        """Read and check the packs of a jurisdiction; PackError names file and key."""
        packs = [read(path) for path in sorted(folder.glob("*.toml"))]
        own = tuple(p for p in packs if p.jurisdiction == jurisdiction)
        if not own:
            raise PackError(f"{folder.name}: no pack for jurisdiction {jurisdiction}")
        _refuse_overlap(own)
        return cls(own)

    def in_force(self, on: date) -> Policy:
        """The policy valid on a day; NoPolicyInForce otherwise."""
        for pack in self.packs:
            if pack.valid_from <= on < pack.valid_until:
                return Policy(pack, on)
        spans = "、".join(f"{p.id}（{p.valid_from}至{p.valid_until}前）" for p in self.packs)
        raise NoPolicyInForce(f"{on} 不在任何政策包的有效期内；现有：{spans}")

    def known_on(self, on: date) -> Policy:
        """The policy in force on a day, else the last before it: enough to read the record.

        When a regulation ends, new decisions end; what was recorded can still be read.
        """
        begun = [p for p in self.packs if p.valid_from <= on] or self.packs
        latest = max(begun, key=lambda p: p.valid_from)
        return Policy(latest, min(on, latest.valid_until - timedelta(days=1)))

    def cited(self, reference: str, on: date, born: date | None = None) -> Policy:
        """The policy that a baseline of the day `born` or a decision cites, seen on a day."""
        for pack in self.packs:
            if f"{pack.id}@{pack.version}" == reference:
                return Policy(pack, on, born)
        raise PackError(f"policy pack {reference} is not installed")


def read(path: Path) -> Pack:
    """One pack file; PackError names the file, the key and the reason."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        pack = Pack.model_validate(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PackError(f"{path.name}: {key}: {first['msg']}") from error
    for key, number in _citations(pack):
        if number not in pack.articles:
            raise PackError(f"{path.name}: {key}: article {number} is not in [articles]")
    return pack


def _citations(pack: Pack) -> Iterator[tuple[str, str]]:
    """Every key of a pack that cites an article, and the article."""
    yield from ((f"values.{v.key}", v.article) for v in pack.values)
    yield from ((f"authority.{command}", p.article) for command, p in pack.authority.items())
    yield from ((f"exceptions.{'/'.join(e.rows)}", e.article) for e in pack.exceptions)
    for stage, materials in pack.materials.items():
        yield from ((f"materials.{stage}.{m.code}", m.article) for m in materials)


def _refuse_overlap(packs: Iterable[Pack]) -> None:
    ordered = sorted(packs, key=lambda p: p.valid_from)
    for earlier, later in pairwise(ordered):
        if later.valid_from < earlier.valid_until:
            raise PackError(f"{later.id}: valid_from lies inside {earlier.id}")


@lru_cache
def installed(jurisdiction: str = "511100") -> Library:
    """The packs that ship with the product."""
    return Library.load(jurisdiction)
