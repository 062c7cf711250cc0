"""条目: every row of the regulation, and how the product keeps it.

A file beside the packs lists the rows. Which named rules enforce a row is never written down: it
follows from the row that each rule cites.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from shared.kernel.model import Record
from shared.regulation.rule import Rule

ROWS = Path(__file__).parent / "rows"


class RowsError(Exception):
    """The rows cannot be used; says file, row or key, and reason."""


class RowMode(StrEnum):
    """How a row of the regulation is meant; one row may be several."""

    HARD = "HARD"
    SOFT = "SOFT"
    GATE = "GATE"
    CALC = "CALC"
    TIMER = "TIMER"
    RECORD = "RECORD"
    MANUAL = "MANUAL"
    REPORT = "REPORT"
    SCOPE = "SCOPE"


class Status(StrEnum):
    """What has become of a row."""

    ENFORCED = "ENFORCED"
    """Rules, or the forms and the pack themselves, refuse what the row does not allow."""
    PARTIAL = "PARTIAL"
    """Something of it is there; `pending` says what is missing."""
    RECORDED = "RECORDED"
    """Recorded, and nothing refused."""
    NOT_CODED = "NOT_CODED"
    """Deliberately left to people."""
    PENDING = "PENDING"


Service = Literal["registry", "approval", "budget", "acceptance", "shared"]


class Row(Record):
    """条目: one requirement of an article, in our own short words.

    Places are written `EventName`, `EventName.field.field` or `pack.key`.
    """

    id: Annotated[str, Field(pattern=r"^[1-9]\d*-(\d+|\(\d+\)|E)$")]
    mode: tuple[RowMode, ...]
    """Empty for a row that only sets the direction."""
    service: tuple[Service, ...]
    says: Annotated[str, Field(min_length=1, max_length=40)]
    enforced_by: tuple[str, ...] = ()
    """Required fields, or parts of the pack, without which a command cannot be issued."""
    recorded_by: tuple[str, ...] = ()
    pending: Annotated[str | None, Field(min_length=1)] = None
    """What is missing."""
    not_coded: Annotated[str | None, Field(min_length=1)] = None
    """Why no rule is meant to be written."""

    @property
    def article(self) -> str:
        return self.id.partition("-")[0]

    @property
    def place(self) -> tuple[int, float]:
        """Where it stands among the rows: an article's exception comes last."""
        number = self.id.partition("-")[2].strip("()")
        return int(self.article), float("inf") if number == "E" else int(number)


@dataclass(frozen=True)
class Treatment:
    """A row, and the rules that cite it."""

    row: Row
    rules: tuple[Rule[Any], ...] = ()

    @property
    def status(self) -> Status:
        if self.row.not_coded:
            return Status.NOT_CODED
        if not (self.rules or self.row.enforced_by or self.row.recorded_by):
            return Status.PENDING
        if self.row.pending:
            return Status.PARTIAL
        return Status.ENFORCED if self.rules or self.row.enforced_by else Status.RECORDED


class Register(Record):
    """条目清单: all rows of one pack, in order."""

    pack: str
    count: int
    rows: tuple[Row, ...]

    def treated(self, rules: Iterable[Rule[Any]]) -> tuple[Treatment, ...]:
        """Every row with the rules that cite it.

        RowsError where a rule cites no row, or where a row and its rules contradict each other.
        """
        citing: dict[str, list[Rule[Any]]] = {row.id: [] for row in self.rows}
        for rule in rules:
            if rule.row not in citing:
                raise RowsError(f"{self.pack}: {rule.name}: there is no row {rule.row}")
            citing[rule.row].append(rule)
        treatments = tuple(Treatment(row, tuple(citing[row.id])) for row in self.rows)
        for treatment in treatments:
            row = treatment.row
            if row.not_coded and treatment.rules:
                raise RowsError(f"{self.pack}: {row.id}: not_coded, but rules cite it")
            if treatment.status is Status.PENDING and not row.pending:
                raise RowsError(f"{self.pack}: {row.id}: no rule cites it, and nothing says why")
        return treatments


def read(path: Path) -> Register:
    """One file of rows; RowsError names the file, the row or key, and the reason."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        register = Register.model_validate(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RowsError(f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise RowsError(f"{path.name}: {key}: {first['msg']}") from error
    for key, fault in _faults(register):
        raise RowsError(f"{path.name}: {key}: {fault}")
    return register


def _faults(register: Register) -> Iterator[tuple[str, str]]:
    if len(register.rows) != register.count:
        yield "count", f"says {register.count}, but there are {len(register.rows)} rows"
    before = (0, 0.0)
    for row in register.rows:
        if row.place <= before:
            yield row.id, "out of order, or twice"
        before = row.place
        if row.not_coded and (row.enforced_by or row.recorded_by or row.pending):
            yield row.id, "not_coded excludes enforced_by, recorded_by and pending"


def installed(pack: str = "511100-2022") -> Register:
    """The rows of a pack that ships with the product."""
    return read(ROWS / f"{pack}.toml")
