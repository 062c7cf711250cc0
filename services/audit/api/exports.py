"""HTTP: projects in the words of the Open Contracting for Infrastructure Data Standard."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from services.audit import oc4ids
from services.audit.api.asking import asked, today
from services.audit.ledger import City
from shared.events.vocabulary import LegalDate
from shared.kernel.model import Record
from shared.web.actors import CurrentActor
from shared.web.problems import ProblemError, invalid, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["开放数据"])

AsOf = Annotated[
    LegalDate | None,
    Query(title="法定日期；缺省为今天", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
]


class Oc4idsPublisher(Record):
    """发布者."""

    name: str


class Oc4idsProject(Record):
    """OC4IDS 项目；其余字段见 OC4IDS 0.9.5 的 project-schema."""

    model_config = {"extra": "allow"}

    id: str


class Oc4idsPackage(Record):
    """OC4IDS 项目包；其余字段见 OC4IDS 0.9.5 的 project-package-schema."""

    model_config = {"extra": "allow"}

    version: str
    publishedDate: str
    publisher: Oc4idsPublisher
    projects: tuple[Oc4idsProject, ...]


@router.get(
    "/exports/oc4ids",
    responses={
        **problems(404),
        200: {
            "headers": {
                "Link": {
                    "description": "另有下一页时为其地址（rel=next）",
                    "schema": {"type": "string"},
                }
            }
        },
    },
    response_model=Oc4idsPackage,
)
async def export_projects(
    request: Request,
    actor: CurrentActor,
    as_of: AsOf = None,
    cursor: Annotated[
        UUID | None, Query(title="游标", description="上一页最后一个项目的标识")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, title="每页条数")] = 50,
) -> Response:
    """OC4IDS 0.9.5 项目包：全部项目，按申报顺序分页；不含个人信息。"""
    day = as_of or today(request)

    def page(city: City) -> Response:
        files = city.projects
        if cursor is not None:
            ids = [file.project_id for file in files]
            if cursor not in ids:
                raise invalid("cursor", "不是本接口给出的游标")
            files = files[ids.index(cursor) + 1 :]
        shown = files[:limit]
        if not shown:
            raise ProblemError("not_found", f"截至 {day} 没有可导出的项目")
        more = len(files) > limit
        following = request.url.include_query_params(cursor=str(shown[-1].project_id))
        return Response(
            oc4ids.package(city, shown, str(request.url), _prefix(request)),
            media_type="application/json",
            headers={"Link": f'<{following}>; rel="next"'} if more else None,
        )

    return await asked(request, lambda city_on: page(city_on(day)))


@router.get(
    "/exports/oc4ids/projects/{project_id}",
    responses=problems(404),
    response_model=Oc4idsPackage,
)
async def export_project(
    request: Request,
    actor: CurrentActor,
    project_id: Annotated[UUID, Path(title="项目标识")],
    as_of: AsOf = None,
) -> Response:
    """OC4IDS 0.9.5 项目包：一个项目；不含个人信息。"""
    day = as_of or today(request)

    def one(city: City) -> Response:
        file = city.project(project_id)
        if file is None:
            raise ProblemError("not_found", f"截至 {day} 没有项目 {project_id}")
        content = oc4ids.package(city, [file], str(request.url), _prefix(request))
        return Response(content, media_type="application/json")

    return await asked(request, lambda city_on: one(city_on(day)))


def _prefix(request: Request) -> str:
    runtime: Runtime = request.app.state.runtime
    return runtime.settings.oc4ids_prefix
