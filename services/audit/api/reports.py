"""HTTP: the reports that the regulation implies, as JSON or as a spreadsheet."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from services.audit.api.asking import asked, today
from services.audit.ledger import City
from services.audit.reports import REPORTS, Cell, Column, Report, Table
from services.audit.workbook import MEDIA_TYPE, workbook
from shared.events.vocabulary import LegalDate
from shared.kernel.coded import Coded
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.web.actors import CurrentActor
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["报表"])


class ReportFormat(Coded):
    """报表格式."""

    JSON = "json", "JSON"
    XLSX = "xlsx", "电子表格"


class ReportInfo(Record):
    """报表目录条目."""

    id: Annotated[str, Field(title="报表标识")]
    title: Annotated[str, Field(title="报表名称")]
    description: Annotated[str, Field(title="说明")]
    articles: Annotated[tuple[str, ...], Field(title="条号")]
    columns: tuple[Column, ...]


class ReportList(Record):
    """报表目录."""

    items: tuple[ReportInfo, ...]


class ReportContent(ReportInfo):
    """报表."""

    as_of: Annotated[date, Field(title="截至的法定日期")]
    policy: Annotated[str, Field(title="政策包")]
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]
    rows: Annotated[tuple[dict[str, Cell], ...], Field(title="行；金额为两位小数的字符串")]
    totals: Annotated[dict[str, Cell], Field(title="合计")]


@router.get("/reports", responses=problems())
async def list_reports(request: Request, actor: CurrentActor) -> ReportList:
    """报表目录：名称、依据的条款和各列。"""
    return ReportList(items=tuple(ReportInfo(**_info(report)) for report in REPORTS.values()))


@router.get(
    "/reports/{report_id}",
    responses={
        **problems(404),
        200: {
            "description": "报表",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
    },
    response_model=ReportContent,
)
async def read_report(
    request: Request,
    actor: CurrentActor,
    report_id: Annotated[str, Path(title="报表标识", max_length=50)],
    as_of: Annotated[
        LegalDate | None,
        Query(title="法定日期；缺省为今天", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
    ] = None,
    format: Annotated[ReportFormat, Query(title="格式")] = ReportFormat.JSON,
) -> Response:
    """一张报表：截至某一法定日期，JSON 或电子表格。"""
    report, day = REPORTS.get(report_id), as_of or today(request)
    if report is None:
        raise ProblemError("not_found", f"没有报表 {report_id}，请查阅报表目录")
    made = report.table

    def content(city: City) -> bytes:
        table = made(city)
        if format is ReportFormat.XLSX:
            return workbook(table, city.as_of, city.positions)
        return _as_json(table, city)

    body = await asked(request, lambda city_on: content(city_on(day)))
    if format is ReportFormat.JSON:
        return Response(body, media_type="application/json")
    name = quote(f"{report.title}-{day}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def _as_json(table: Table, city: City) -> bytes:
    content = ReportContent(
        **_info(table.report),
        as_of=city.as_of,
        policy=city.policy.reference,
        positions=city.positions,
        rows=tuple(table.cells()),
        totals={
            name: str(value) if isinstance(value, Money) else value
            for name, value in table.totals.items()
        },
    )
    return content.model_dump_json().encode()


def _info(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ReportInfo.model_fields}
