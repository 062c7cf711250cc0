"""报表: the reports of the audit service as a person reads them in a terminal."""

from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table

_NUMBERS = {"MONEY", "PERCENT", "INTEGER"}
_IDENTIFIERS = {"project_id", "unit_id", "system_id"}
"""What names say better."""


def show_reports(console: Console, found: dict[str, Any]) -> None:
    """Print which reports there are."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for label in ("标识", "报表", "条", "说明"):
        table.add_column(label, overflow="fold")
    for report in found["items"]:
        articles = "、".join(report["articles"])
        table.add_row(report["id"], report["title"], articles, report["description"])
    console.print(table)


def show_report(console: Console, report: dict[str, Any]) -> None:
    """Print one report: its rows and sums, and what it speaks for."""
    console.print(
        f"{report['title']}（第{'、'.join(report['articles'])}条），{len(report['rows'])}行"
    )
    columns = [column for column in report["columns"] if column["code"] not in _IDENTIFIERS]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=bool(report["totals"]))
    for column in columns:
        justify: Literal["left", "right"] = "right" if column["kind"] in _NUMBERS else "left"
        footer = str(report["totals"].get(column["code"], ""))
        table.add_column(column["label"], footer, justify=justify, overflow="fold")
    for row in report["rows"]:
        table.add_row(*(_shown(row[column["code"]], column) for column in columns))
    console.print(table)
    reached = "，".join(f"{s} 位置 {p}" for s, p in report["positions"].items())
    console.print(f"截至 {report['as_of']}；反映到：{reached}", style="dim")


def _shown(value: Any, column: dict[str, Any]) -> str:
    if value is None:
        return ""
    if column["kind"] == "FLAG":
        return "是" if value else "否"
    return str(column["labels"].get(value, value))
