"""`govit calendar`: which days the instance takes for working days, and on whose word."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from shared.regulation.calendar import CalendarError, YearFile, files, take_in
from shared.web.settings import Settings

commands = typer.Typer(help="工作日历：查看、导入每年的放假调休安排。", no_args_is_help=True)


@commands.command("import")
def import_calendar(
    file: Annotated[Path, typer.Argument(help="放假安排文件（TOML）")],
) -> None:
    """核对并导入一年的放假安排；有误时指出文件、键和原因，不改动现有的。"""
    settings = Settings()
    try:
        year = take_in(file, settings.calendar_folder)
    except CalendarError as error:
        raise _refused(str(error)) from None
    _show(year)


@commands.command("show")
def show_calendar(year: Annotated[int, typer.Argument(help="年份")]) -> None:
    """显示一年的放假调休安排及其依据。"""
    try:
        known = files(Settings().calendar_folder)
    except CalendarError as error:
        raise _refused(str(error)) from None
    if year not in known:
        raise _refused(
            f"{year} 年的放假安排尚未公布或导入；其间的期限按周一至周五计算，标为暂定。"
            f"现有：{'、'.join(map(str, known))}"
        )
    _show(known[year])


def _show(year: YearFile) -> None:
    console = Console(width=100)
    console.print(f"{year.title}（{year.number}，{year.issued_on}）")
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("节日", "放假", "调休上班"):
        table.add_column(heading)
    for each in year.holidays:
        first, last = each.off
        off = str(first) if first == last else f"{first} 至 {last}"
        table.add_row(each.name, off, "、".join(map(str, each.worked)))
    console.print(table)


def _refused(message: str) -> typer.Exit:
    Console(stderr=True, width=200).print(f"[red]{message}[/red]")
    return typer.Exit(2)
