"""电子表格: a report as an XLSX file, the same bytes for the same report."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.audit.reports import Column, Kind, Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_CREATED = datetime(2022, 6, 25)  # noqa: DTZ001 - one date for all files, so that equal are equal
_WIDTHS = {
    Kind.TEXT: 24,
    Kind.CODE: 16,
    Kind.MONEY: 18,
    Kind.PERCENT: 10,
    Kind.INTEGER: 10,
    Kind.DATE: 12,
    Kind.FLAG: 8,
}
_FORMATS = {Kind.MONEY: "#,##0.00", Kind.PERCENT: "0.00", Kind.DATE: "yyyy-mm-dd"}
_FIRST_ROW = 3
"""Below the title, the day it speaks for, and the headings."""


def workbook(table: Table, as_of: date, positions: Mapping[str, int]) -> bytes:
    """The report's sheet: title, day and log positions, headings, rows, totals."""
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": table.report.title, "created": _CREATED})
    bold = book.add_format({"bold": True})
    formats = {
        kind: book.add_format({"num_format": _FORMATS[kind]} if kind in _FORMATS else {})
        for kind in Kind
    }
    sheet = book.add_worksheet(table.report.title[:31])
    _head(sheet, table, as_of, positions, bold)
    for number, row in enumerate(table.rows, _FIRST_ROW):
        for place, column in enumerate(table.report.columns):
            value = getattr(row, column.code)
            _write(sheet, number, place, column, value, formats[column.kind])
    _totals(sheet, table, formats, bold)
    book.close()
    return buffer.getvalue()


def _head(
    sheet: Worksheet, table: Table, as_of: date, positions: Mapping[str, int], bold: Format
) -> None:
    report = table.report
    reached = "，".join(f"{service} {position}" for service, position in positions.items())
    sheet.write_string(0, 0, f"{report.title}（第{'、'.join(report.articles)}条）", bold)
    sheet.write_string(1, 0, f"截至 {as_of}；日志位置：{reached}")
    for place, column in enumerate(report.columns):
        sheet.write_string(_FIRST_ROW - 1, place, column.label, bold)
        sheet.set_column(place, place, _WIDTHS[column.kind])
    sheet.freeze_panes(_FIRST_ROW, 0)


def _write(
    sheet: Worksheet, row: int, place: int, column: Column, value: Any, style: Format
) -> None:
    # Text is always written as text: what begins with = is no formula.
    if value is None:
        return
    match column.kind:
        case Kind.MONEY:
            sheet.write_number(row, place, int(value) / 100, style)
        case Kind.PERCENT:
            sheet.write_number(row, place, float(Decimal(value)), style)
        case Kind.INTEGER:
            sheet.write_number(row, place, value, style)
        case Kind.DATE:
            sheet.write_datetime(row, place, value, style)
        case Kind.FLAG:
            sheet.write_string(row, place, "是" if value else "否", style)
        case Kind.CODE:
            sheet.write_string(row, place, column.labels[value], style)
        case _:
            sheet.write_string(row, place, str(value), style)


def _totals(sheet: Worksheet, table: Table, formats: Mapping[Kind, Format], bold: Format) -> None:
    if not table.totals:
        return
    row = _FIRST_ROW + len(table.rows)
    sheet.write_string(row, 0, "合计", bold)
    for place, column in enumerate(table.report.columns):
        if column.code in table.totals:
            value = table.totals[column.code]
            _write(sheet, row, place, column, value, formats[column.kind])
