"""报表: a pure function from the city's record to typed rows, with a title and its articles.

    @report("copies", title="待签收的批复抄送", articles=("24",))
    def unacknowledged_copies(city: City) -> Iterator[CopyRow]: ...

The row's fields are the columns: their titles, kinds and order are read from the model.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import Field

from services.audit.ledger import City, ProjectFile
from shared.kernel.coded import Coded
from shared.kernel.model import Record, present
from shared.kernel.money import Money, total

Percent = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
"""A percentage with two places."""

Cell = str | int | bool | None
"""A value on the wire: money, percentages and dates as strings."""


class Kind(Coded):
    """列的种类."""

    TEXT = "TEXT", "文本"
    CODE = "CODE", "代码"
    MONEY = "MONEY", "金额（元）"
    PERCENT = "PERCENT", "百分比"
    INTEGER = "INTEGER", "整数"
    DATE = "DATE", "日期"
    FLAG = "FLAG", "是否"


_KINDS: dict[type, Kind] = {
    Money: Kind.MONEY,
    Decimal: Kind.PERCENT,
    bool: Kind.FLAG,
    int: Kind.INTEGER,
    date: Kind.DATE,
    str: Kind.TEXT,
    UUID: Kind.TEXT,
}


class Column(Record):
    """列."""

    code: Annotated[str, Field(title="列代码")]
    label: Annotated[str, Field(title="列名")]
    kind: Annotated[Kind, Field(title="种类")]
    labels: Annotated[dict[str, str], Field(title="代码的名称")] = {}


class ProjectRow(Record):
    """A row about one project."""

    project_id: Annotated[UUID, Field(title="项目标识")]
    name: Annotated[str, Field(title="项目名称")]
    unit_id: Annotated[str, Field(title="项目单位")]
    unit_name: Annotated[str, Field(title="单位名称")]


def heading(project: ProjectFile) -> dict[str, Any]:
    """The fields that every row about a project begins with."""
    return {
        "project_id": project.project_id,
        "name": project.name,
        "unit_id": project.unit_id,
        "unit_name": project.unit_name,
    }


def percent(part: int, whole: int) -> Decimal:
    """`part` of `whole` in percent, rounded to two places; 0 of nothing is 0."""
    if not whole:
        return Decimal("0.00")
    return (Decimal(100) * part / whole).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Report:
    """A report by its id."""

    id: str
    title: str
    articles: tuple[str, ...]
    totals: tuple[str, ...]
    rows: Callable[[City], Iterable[Record]]

    @property
    def description(self) -> str:
        """What it shows, in Chinese: what its function's docstring opens with."""
        return (self.rows.__doc__ or "").split(": ")[0].strip().rstrip(".")

    @property
    def first_article(self) -> int:
        return int(self.articles[0])

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        (row,) = get_args(get_type_hints(self.rows)["return"])
        return tuple(
            Column(code=name, label=present(field.title), **_kind(field.annotation))
            for name, field in row.model_fields.items()
        )

    def table(self, city: City) -> "Table":
        rows = list(self.rows(city))
        summed = [column for column in self.columns if column.code in self.totals]
        return Table(self, rows, {column.code: _sum(rows, column) for column in summed})


@dataclass(frozen=True)
class Table:
    """A report's rows and sums."""

    report: Report
    rows: list[Record]
    totals: dict[str, Money | int]

    def cells(self) -> Iterator[dict[str, Cell]]:
        """The rows on the wire."""
        for row in self.rows:
            yield row.model_dump(mode="json")


KNOWN: dict[str, Report] = {}
"""Every report made so far, by id."""


def report(
    id: str,
    *,
    title: str,
    articles: tuple[str, ...],
    totals: tuple[str, ...] = (),
) -> Callable[[Callable[[City], Iterable[Record]]], Report]:
    """Make a function a report; `totals` names the columns that are summed."""

    def register(rows: Callable[[City], Iterable[Record]]) -> Report:
        if id in KNOWN:
            raise ValueError(f"two reports are named {id}")
        KNOWN[id] = Report(id, title, articles, totals, rows)
        return KNOWN[id]

    return register


def _sum(rows: list[Record], column: Column) -> Money | int:
    values = [value for row in rows if (value := getattr(row, column.code)) is not None]
    return total(values) if column.kind is Kind.MONEY else sum(values)


def _kind(annotation: Any) -> dict[str, Any]:
    """The kind of a field's values, and the names of its codes."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (a for a in get_args(annotation) if a is not NoneType)
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if issubclass(annotation, Coded):
        return {"kind": Kind.CODE, "labels": {code.value: code.label for code in annotation}}
    return {"kind": _KINDS[annotation]}
