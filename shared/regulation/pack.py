"""政策包: the regulation's numbers, lists and powers as dated, cited data.

A pack belongs to a jurisdiction and is valid for a span of days, end exclusive. Values change on
dates; a `Policy` is a pack seen on one day.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError

from shared.kernel.identifiers import DivisionCode
from shared.kernel.model import Record
from shared.kernel.money import PATTERN, Money
from shared.regulation.authority import Authority, Body, Power, faults_of
from shared.regulation.exemption import ExemptionKind
from shared.regulation.secrecy import Markings
from shared.regulation.thresholds import Threshold, threshold_faults, threshold_on

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
    left_open: bool = False
    """The text leaves it open, so that an interpretation may set it (第五十六条)."""


LARGEST_NUMBER = 9_999
"""No percentage, count, or number of days or months of a regulation is larger."""


def typed(present: DatedValue, text: str) -> int | str | bool:
    """Another value for a parameter, of the kind it has; PackError where the text is none."""
    kind = type(present.value)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text]
        if kind is int:
            return _number(text)
        return str(Money.of(text)) if re.fullmatch(PATTERN, str(present.value)) else text
    except (KeyError, ValueError):
        whole = f"0 至 {LARGEST_NUMBER} 的整数"
        wanted = {bool: "true 或 false", int: whole}.get(kind, "以元为单位、两位小数的金额")
        raise PackError(f"{present.key} 须为{wanted}") from None


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError(text)
    return int(text)


class ExceptionPower(Record):
    """例外批准: a row whose wording leaves room (原则上), and who may grant an exception to it."""

    rows: tuple[str, ...]
    approvers: tuple[str, ...]
    """Bodies that all have to agree; empty where it is the unit's own decision, filed with DEB."""
    article: str
    kinds: tuple[ExemptionKind, ...]


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


def _several(value: Any) -> Any:
    """One power is written as a table, several as a list of them."""
    return (value,) if isinstance(value, dict) else value


Powers = Annotated[tuple[Power, ...], BeforeValidator(_several)]
Thresholds = Annotated[tuple[Threshold, ...], BeforeValidator(_several)]


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
    adopts_running: bool = False
    """Whether it also takes over calculations on baselines of the pack before it."""
    interpretations: int = 0
    """How many published interpretations it holds (第五十六条); a file holds none."""
    articles: dict[str, str]
    bodies: tuple[Body, ...]
    divisions: dict[str, str]
    values: tuple[DatedValue, ...]
    opinions: tuple[OpinionDuty, ...]
    exceptions: tuple[ExceptionPower, ...]
    markings: Markings
    materials: dict[str, tuple[Material, ...]]
    authority: dict[str, Powers]
    flags: dict[str, Thresholds] = {}
    """From which figures on a red flag shows something."""

    @property
    def reference(self) -> str:
        """`511100-2022@1`, with interpretations `511100-2022@1.2`: what decisions cite."""
        interpreted = f".{self.interpretations}" if self.interpretations else ""
        return f"{self.id}@{self.version}{interpreted}"

    def interpreted(self, values: Sequence[DatedValue]) -> "Pack":
        """The pack with values that published interpretations set."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        known = (*self.values, *values)
        return Pack(**{**fields, "values": known, "interpretations": len(values)})

    def overridden(self, values: Mapping[str, str]) -> "Pack":
        """The pack as if some values had always been others, each written as text."""
        changed = [
            v.model_copy(update={"value": typed(v, values[v.key])}) if v.key in values else v
            for v in self.values
        ]
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Pack(**{**fields, "values": tuple(changed)})

    @cached_property
    def _history(self) -> dict[str, list[DatedValue]]:
        history: dict[str, list[DatedValue]] = {}
        for value in sorted(self.values, key=lambda v: v.since):
            history.setdefault(value.key, []).append(value)
        return history

    @cached_property
    def powers(self) -> Authority:
        """权限表, on any day."""
        return Authority(self.authority, self.bodies)

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

    def known_value(self, key: str) -> DatedValue | None:
        """A parameter as the pack first sets it; None where it has none of that key."""
        return next(iter(self._history.get(key, ())), None)

    def exception_to(self, row: str) -> ExceptionPower | None:
        """Who may grant an exception to a row; None where the wording leaves no room."""
        return next((power for power in self.exceptions if row in power.rows), None)


_NOBODY: Mapping[str, Power] = {}


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
        return self.pack.reference

    def days_left(self) -> int:
        """Days from this one to the first on which the pack no longer is in force."""
        return (self.pack.valid_until - self.on).days

    def number(self, key: str) -> int:
        return int(self.pack.value(key, self.on, self.born))

    def flag(self, key: str) -> bool:
        return bool(self.pack.value(key, self.on, self.born))

    def text(self, key: str) -> str:
        return str(self.pack.value(key, self.on, self.born))

    def codes(self, key: str) -> tuple[str, ...]:
        """A list of codes, written with spaces between."""
        return tuple(self.text(key).split())

    def money(self, key: str) -> Money:
        return Money.of(self.text(key))

    def share(self, key: str, of: Money) -> Money:
        """A percentage of an amount, cut to the 分 below, so `x <= share` is exact for any x."""
        return Money(of * self.number(key) // 100)

    def powers(self, operation: str) -> Mapping[str, Power]:
        """Who may do something on this day: body → power; nobody where it is not in the table."""
        return self.pack.powers.on(self.on).get(operation, _NOBODY)

    def threshold(self, key: str) -> int:
        """From which figure on a red flag shows something on this day."""
        return threshold_on(self.pack.flags[key], self.on).value

    def materials(self, stage: str) -> tuple[Material, ...]:
        return self.pack.materials[stage]

    def body_name(self, code: str) -> str:
        return next((b.name for b in self.pack.bodies if b.code == code), code)


@dataclass(frozen=True)
class Library:
    """The packs of one jurisdiction."""

    packs: tuple[Pack, ...]

    @classmethod
    def load(cls, jurisdiction: str, *folders: Path) -> "Library":
        """Read and check the packs of a jurisdiction; PackError names file and key.

        Without folders those that ship with the product; a pack of another folder has to set
        everything that they set, since that is what decisions ask for.
        """
        shipped = [read(path) for path in sorted(PACKS.glob("*.toml"))]
        added = [read(path) for folder in folders for path in sorted(folder.glob("*.toml"))]
        for pack in added:
            _refuse_gaps(pack, shipped[-1])
        own = tuple(p for p in (*shipped, *added) if p.jurisdiction == jurisdiction)
        if not own:
            searched = "、".join(folder.name for folder in (PACKS, *folders))
            raise PackError(f"{searched}: no pack for jurisdiction {jurisdiction}")
        _refuse_overlap(own)
        return cls(own)

    def interpreted(self, published: Iterable[tuple[str, DatedValue]]) -> "Library":
        """The packs with what was published of each since (第五十六条), in order of publication."""
        by_pack: dict[str, list[DatedValue]] = {}
        for pack_id, value in published:
            by_pack.setdefault(pack_id, []).append(value)
        return Library(
            tuple(p.interpreted(by_pack[p.id]) if p.id in by_pack else p for p in self.packs)
        )

    def overridden(self, values: Mapping[str, str]) -> "Library":
        """The packs as if some values had always been others; PackError names what cannot be."""
        known = {value.key for pack in self.packs for value in pack.values}
        if not known.issuperset(values):
            raise PackError("其中有的不是政策包的参数")
        return Library(tuple(pack.overridden(values) for pack in self.packs))

    def in_force(self, on: date) -> Policy:
        """The policy valid on a day; NoPolicyInForce otherwise."""
        for pack in self.packs:
            if pack.valid_from <= on < pack.valid_until:
                return Policy(pack, on)
        spans = "、".join(f"{p.id}（{p.valid_from}至{p.valid_until}前）" for p in self.packs)
        raise NoPolicyInForce(f"{on} 不在任何政策包的有效期内；现有：{spans}")

    def known_on(self, on: date) -> Policy:
        """The policy in force on a day, else the last before it, else the first day's of the first.

        Enough to read the record: when a regulation ends, new decisions end; what was recorded can
        still be read.
        """
        begun = [p for p in self.packs if p.valid_from <= on] or self.packs
        latest = max(begun, key=lambda p: p.valid_from)
        last = latest.valid_until - timedelta(days=1)
        return Policy(latest, max(latest.valid_from, min(on, last)))

    def cited(self, reference: str, on: date, born: date | None = None) -> Policy:
        """The policy for a baseline of the day `born` that cites `reference`, seen on a day.

        It keeps its pack, with all that was interpreted since, unless the pack now in force says
        that it takes over.
        """
        own = self._cited(reference)
        taken_over = any(
            pack.adopts_running and pack.valid_from <= on < pack.valid_until
            for pack in self.packs
            if pack.valid_from >= own.valid_until
        )
        return Policy(self.in_force(on).pack if taken_over else own, on, born)

    def _cited(self, reference: str) -> Pack:
        bare = reference.partition(".")[0]
        for pack in self.packs:
            if f"{pack.id}@{pack.version}" == bare:
                return pack
        raise PackError(f"policy pack {reference} is not installed")


def read(path: Path) -> Pack:
    """One pack file; PackError names the file, the key and the reason."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        pack = Pack.model_validate(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: {error}") from error
    except ValidationError as error:
        faults = [
            f"{path.name}: {'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors()
        ]
        raise PackError("\n".join(faults)) from error
    if faults := [f"{path.name}: {fault}" for fault in _faults(pack)]:
        raise PackError("\n".join(faults))
    return pack


def _faults(pack: Pack) -> Iterator[str]:
    """Everything in a well-formed pack that contradicts itself, each with its key."""
    for key, number in _citations(pack):
        if number not in pack.articles:
            yield f"{key}: article {number} is not in [articles]"
    if pack.valid_from >= pack.valid_until:
        yield "valid_until: is not after valid_from"
    if pack.interpretations:
        yield "interpretations: are published, not written into a pack"
    bodies = {body.code for body in pack.bodies}
    for key, named in _bodies(pack):
        if unknown := sorted(set(named) - bodies):
            yield f"{key}: {'、'.join(unknown)} not in bodies"
    yield from faults_of(pack.authority, pack.bodies)
    yield from threshold_faults(pack.flags, pack.valid_from)


def _bodies(pack: Pack) -> Iterator[tuple[str, Iterable[str]]]:
    """Every key of a pack that names bodies, and which."""
    yield from ((f"authority.{operation}", p.bodies) for operation, p in _powers(pack))
    listed = (v for v in pack.values if v.key.endswith("_bodies"))
    yield from ((f"values.{v.key}", str(v.value).split()) for v in listed)
    yield from ((f"opinions.{o.kind}", (o.body,)) for o in pack.opinions)
    yield from ((f"exceptions.{'/'.join(e.rows)}", e.approvers) for e in pack.exceptions)


def _powers(pack: Pack) -> Iterator[tuple[str, Power]]:
    return ((operation, p) for operation, powers in pack.authority.items() for p in powers)


def _refuse_gaps(pack: Pack, standard: Pack) -> None:
    """PackError where a pack leaves out, or mistypes, what decisions of this release ask for."""
    faults = [
        f"{pack.id}: {place}: missing {'、'.join(sorted(missing))}"
        for place in ("authority", "materials", "flags")
        if (missing := set(getattr(standard, place)) - set(getattr(pack, place)))
    ]
    unknown = set(pack.authority) - set(standard.authority)
    faults += [f"{pack.id}: authority: no operation {name}" for name in sorted(unknown)]
    kinds = {value.key: type(value.value) for value in standard.values}
    given = {value.key: value for value in pack.values if value.since <= pack.valid_from}
    faults += [f"{pack.id}: values: missing {key}" for key in kinds if key not in given]
    faults += [
        f"{pack.id}: values.{value.key}: {value.value!r} is not {kinds[value.key].__name__}"
        for value in pack.values
        if value.key in kinds and type(value.value) is not kinds[value.key]
    ]
    if faults:
        raise PackError("\n".join(faults))


def _citations(pack: Pack) -> Iterator[tuple[str, str]]:
    """Every key of a pack that cites an article, and the article."""
    yield from ((f"values.{v.key}", v.article) for v in pack.values)
    yield from ((f"authority.{operation}", p.article) for operation, p in _powers(pack))
    yield from ((f"exceptions.{'/'.join(e.rows)}", e.article) for e in pack.exceptions)
    yield ("markings", pack.markings.article)
    for key, known in pack.flags.items():
        yield from ((f"flags.{key}", each.article) for each in known)
    for stage, materials in pack.materials.items():
        yield from ((f"materials.{stage}.{m.code}", m.article) for m in materials)


def _refuse_overlap(packs: Iterable[Pack]) -> None:
    ordered = sorted(packs, key=lambda p: p.valid_from)
    for earlier, later in pairwise(ordered):
        if later.valid_from < earlier.valid_until:
            raise PackError(f"{later.id}: valid_from lies inside {earlier.id}")


@lru_cache
def installed(jurisdiction: str = "511100", *folders: Path) -> Library:
    """The packs that ship with the product, and those in an instance's own folders."""
    return Library.load(jurisdiction, *folders)
