"""条目表: every row of the regulation with the rules that enforce it and the tests that break them.

Read by people (`govit rules`), by programs (`--json`) and published as `docs/rules.md`.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.events import EVENTS
from shared.kernel.model import Record
from shared.regulation import pack as packs
from shared.regulation import rows
from shared.regulation.pack import Pack
from shared.regulation.rows import Row, RowMode, Status, Treatment
from shared.regulation.rule import RULES, Rule
from shared.web.settings import LOGS

TESTS = Path(__file__).resolve().parents[1] / "tests"
"""In the source tree; an installed product has none."""

STATUS_LABELS = {
    Status.ENFORCED: "已落实",
    Status.PARTIAL: "部分落实",
    Status.RECORDED: "有记录",
    Status.NOT_CODED: "不编码",
    Status.PENDING: "待落实",
}
MODE_LABELS = {
    RowMode.HARD: "必须",
    RowMode.SOFT: "原则上",
    RowMode.GATE: "须先经他方",
    RowMode.CALC: "计算",
    RowMode.TIMER: "期限",
    RowMode.RECORD: "记录",
    RowMode.MANUAL: "人工判断",
    RowMode.REPORT: "清单",
    RowMode.SCOPE: "适用范围",
}
SERVICE_LABELS = {
    "registry": "登记",
    "approval": "审批",
    "budget": "预算",
    "acceptance": "验收",
    "shared": "共同",
}
_STYLES = {
    Status.ENFORCED: "green",
    Status.PARTIAL: "yellow",
    Status.RECORDED: "cyan",
    Status.NOT_CODED: "dim",
    Status.PENDING: "red",
}


def treatments() -> tuple[Treatment, ...]:
    """Every row of the regulation as the product treats it now; RowsError on contradictions."""
    # Defining a rule enters it in RULES.
    shared = ("shared.standing.destruction", "shared.standing.late", "shared.standing.rules")
    for module in (*shared, *(f"services.{service}.rules" for service in LOGS)):
        import_module(module)
    # By service, whichever of them happened to be imported first; before them what they share.
    order = {service: place for place, service in enumerate(LOGS)}
    ordered = sorted(RULES.values(), key=lambda rule: order.get(rule.service, -1))
    return rows.installed().treated(ordered)


def fields_at(place: str) -> tuple[FieldInfo, ...]:
    """The fields that a place of a row passes through; KeyError where there is none such."""
    head, *names = place.split(".")
    model: type[Record] = Pack if head == "pack" else EVENTS[head]
    found: list[FieldInfo] = []
    for name in names:
        found.append(model.model_fields[name])
        model = next(_records(found[-1].annotation), Record)
    return tuple(found)


def _records(annotation: Any) -> Iterator[type[Record]]:
    """Record types in an annotation: of `tuple[Material, ...]`, Material."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for inner in get_args(annotation):
        yield from _records(inner)


def _named(place: str) -> str:
    """A place in Chinese, with its name in the code: `申报·符合的规划（…）`."""
    head = place.partition(".")[0]
    titles = ["政策包" if head == "pack" else EVENTS[head].label]
    titles += [field.title for field in fields_at(place) if field.title]
    return f"{'·'.join(titles)}（`{place}`）"


# -- which test breaks which rule ---------------------------------------------------------------


_BREAKING = frozenset({"then_broken", "then_advised"})
"""What a test says of rules that do not hold: refused, or recorded as advice."""


def broken_in(module: ast.Module) -> Iterator[tuple[str, str]]:
    """(test, name) for all that a test gives to `then_broken`, or has as a parameter for it."""
    for test in ast.walk(module):
        if not isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        calls = [
            node
            for node in ast.walk(test)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _BREAKING
        ]
        given = [argument for call in calls for argument in call.args]
        if calls:
            given += test.decorator_list
        for node in given:
            yield from ((test.name, name) for name in _names(node))


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute):
            yield inner.attr
        elif isinstance(inner, ast.Name):
            yield inner.id


def breaking_tests(folder: Path = TESTS) -> dict[str, tuple[str, ...]]:
    """Rule → tests that break it, as `tests/approval/test_x.py::test_y`; empty without tests."""
    found: dict[str, list[str]] = {}
    if not (folder.parent / "pyproject.toml").exists():
        return {}  # installed: a folder of this name is somebody else's
    for path in sorted(folder.rglob("test_*.py")):
        text = path.read_text("utf-8")
        if not any(name in text for name in _BREAKING):
            continue
        file = path.relative_to(folder.parent).as_posix()
        for test, name in dict.fromkeys(broken_in(ast.parse(text))):
            found.setdefault(name, []).append(f"{file}::{test}")
    return {name: tuple(tests) for name, tests in found.items()}


# -- for programs -------------------------------------------------------------------------------


def as_json(chosen: Iterable[Treatment]) -> list[dict[str, Any]]:
    """One object per row; `tests` of a rule only where the tests are at hand."""
    tests = breaking_tests()
    return [_object(treatment, tests) for treatment in chosen]


def _object(treatment: Treatment, tests: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    row = treatment.row
    return {
        "id": row.id,
        "article": row.article,
        "mode": list(row.mode),
        "service": list(row.service),
        "says": row.says,
        "status": treatment.status.value,
        "rules": [_rule(rule, tests) for rule in treatment.rules],
        "events": [*row.enforced_by, *row.recorded_by],
        "reason": row.pending or row.not_coded,
    }


def _rule(rule: Rule[Any], tests: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    told = {"name": rule.name, "says": rule.says, "mode": rule.mode}
    return {**told, "tests": list(tests.get(rule.name, ()))} if tests else told


# -- for people ---------------------------------------------------------------------------------


def _counted(chosen: Iterable[Treatment]) -> str:
    counts = Counter(t.status for t in chosen)
    parts = [f"{label} {counts[s]}" for s, label in STATUS_LABELS.items() if counts[s]]
    return f"共 {counts.total()} 条：{'，'.join(parts) or '无'}"


def show(console: Console, chosen: tuple[Treatment, ...]) -> None:
    """Print the rows as a table, and how many there are of each status."""
    table = Table(expand=True, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("条目", no_wrap=True)
    table.add_column("方式", no_wrap=True)
    table.add_column("服务", no_wrap=True)
    table.add_column("内容", ratio=2, overflow="fold")
    table.add_column("状态", no_wrap=True)
    table.add_column("规则、记录或原因", ratio=3, overflow="fold")
    for treatment in chosen:
        row, status = treatment.row, treatment.status
        table.add_row(
            row.id,
            "\n".join(row.mode),
            "\n".join(SERVICE_LABELS[s] for s in row.service),
            row.says,
            Text(STATUS_LABELS[status], style=_STYLES[status]),
            Text("\n".join(_reasons(treatment))),
        )
    console.print(table)
    console.print(_counted(chosen))


def _reasons(treatment: Treatment) -> Iterator[str]:
    row = treatment.row
    yield from (rule.name for rule in treatment.rules)
    yield from (*row.enforced_by, *row.recorded_by)
    yield from _missing(row)


def _missing(row: Row) -> Iterator[str]:
    if row.pending:
        yield f"尚缺：{row.pending}"
    if row.not_coded:
        yield f"理由：{row.not_coded}"


# -- docs/rules.md ------------------------------------------------------------------------------

_HEAD = """# 条目表：管理办法的每一条，由什么落实

{counted}；具名规则 {rules} 条。本页由 `govit rules --markdown > docs/rules.md` 生成，请勿手改。

状态：

- **已落实**：不符合的不予受理，由具名规则判断，或由必填字段、政策包（权限、有效期等）保证。
- **部分落实**：已有规则或记录，但还缺“尚缺”所写的部分。
- **有记录**：只作记录，不据以拒绝。
- **不编码**：有意不写成规则，理由在表中。
- **待落实**：尚未做到。

方式：{modes}。

规则的名称链接到定义它的文件，“测试”链接到违反该规则、因而被拒的测试所在的文件。
"""


def markdown(chosen: Iterable[Treatment]) -> str:
    """The page of all rows, by article, in Chinese; links are relative to `docs/`."""
    found = tuple(chosen)
    titles = packs.installed().packs[0].articles
    tests = breaking_tests()
    head = _HEAD.format(
        counted=_counted(found),
        rules=sum(len(t.rules) for t in found),
        modes="、".join(f"{mode.value} {label}" for mode, label in MODE_LABELS.items()),
    )
    sections = [head]
    for article, group in groupby(found, key=lambda t: t.row.article):
        lines = [
            f"## 第 {article} 条 {titles[article]}\n",
            "| 条目 | 内容 | 方式 | 服务 | 状态 | 落实 |",
            "|---|---|---|---|---|---|",
            *(_line(treatment, tests) for treatment in group),
        ]
        sections.append("\n".join(lines) + "\n")
    return "\n".join(sections)


def _line(treatment: Treatment, tests: Mapping[str, tuple[str, ...]]) -> str:
    row = treatment.row
    cells = (
        row.id,
        row.says,
        " ".join(row.mode) or "—",
        "、".join(SERVICE_LABELS[s] for s in row.service) or "—",
        STATUS_LABELS[treatment.status],
        "<br>".join((*(_linked(rule, tests) for rule in treatment.rules), *_explained(row))),
    )
    return f"| {' | '.join(cells)} |"


def _linked(rule: Rule[Any], tests: Mapping[str, tuple[str, ...]]) -> str:
    file = rule.function.__module__.replace(".", "/") + ".py"
    files = dict.fromkeys(test.partition("::")[0] for test in tests.get(rule.name, ()))
    links = "".join(f"，[测试](../{test})" for test in files)
    return f"[`{rule.name}`](../{file}) {rule.says}{links}"


def _explained(row: Row) -> Iterator[str]:
    yield from (f"保证：{_named(place)}" for place in row.enforced_by)
    yield from (f"记录：{_named(place)}" for place in row.recorded_by)
    yield from _missing(row)
