"""报表：年度清单、自建自审、系统目录、信息资源 (第五、八、九、十七、二十条)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.audit.ledger import City, ProjectFile
from services.audit.reports.report import Percent, ProjectRow, heading, percent, report
from services.audit.state import Phase, fold
from shared.events import Event, Recorded
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceReviewed,
    CompletionReported,
    MeasureImposed,
    TrialRunStarted,
)
from shared.events.approval import DocumentSubmitted, ProjectTerminated, ReplyIssued
from shared.events.registry import (
    AssetConfirmed,
    CentralReviewRecorded,
    DeclarationWithdrawn,
    ProjectDeclared,
    ProjectListed,
    ResourcesCatalogued,
    SharingType,
    SystemCatalogued,
    SystemCategory,
    SystemStatus,
    SystemTerminationRequired,
    TerminationGround,
)
from shared.events.vocabulary import DeliveryMode
from shared.kernel.model import Record
from shared.kernel.money import Money
from shared.standing import system_of
from shared.web.settings import LOGS

_PHASES: tuple[type[Event], ...] = (
    ProjectDeclared,
    DeclarationWithdrawn,
    CentralReviewRecorded,
    ProjectListed,
    DocumentSubmitted,
    ReplyIssued,
    CompletionReported,
    TrialRunStarted,
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceReviewed,
    ProjectTerminated,
    MeasureImposed,
)


def phase_of(project: ProjectFile) -> Phase:
    """How far a project has come: the services in the order of its life."""
    steps = project.recorded(*_PHASES)
    steps.sort(key=lambda r: (isinstance(r.event, ProjectTerminated), *_place(r)))
    return fold(steps).phase


def _place(recorded: Recorded) -> tuple[int, int]:
    return LOGS.index(recorded.ref.service), recorded.ref.position


class ListedRow(ProjectRow):
    plan_year: Annotated[int, Field(title="计划年度")]
    number: Annotated[str | None, Field(title="清单文号")]
    listed_on: Annotated[date | None, Field(title="列入日期")]
    delivery_mode: Annotated[DeliveryMode, Field(title="产生方式")]
    priority_types: Annotated[str, Field(title="重点类型")]
    off_cycle: Annotated[bool, Field(title="年度外申报")]
    total: Annotated[Money, Field(title="投资额度（元）")]
    phase: Annotated[Phase, Field(title="项目阶段")]


@report("annual-list", title="年度清单及进展", articles=("17", "7", "15"), totals=("total",))
def annual_list(city: City) -> Iterator[ListedRow]:
    """各年度申报和列入清单的项目，及其现在的阶段."""
    for project in city.projects:
        declaration, listed = project.declared.declaration, project.last(ProjectListed)
        yield ListedRow(
            **heading(project),
            plan_year=listed.year if listed else declaration.plan_year,
            number=listed.number if listed else None,
            listed_on=listed.on if listed else None,
            delivery_mode=declaration.delivery_mode,
            priority_types="、".join(each.label for each in declaration.priority_types),
            off_cycle=declaration.off_cycle is not None,
            total=listed.total if listed else declaration.total,
            phase=phase_of(project),
        )


class SelfReviewedRow(ProjectRow):
    plan_year: Annotated[int, Field(title="计划年度")]
    total: Annotated[Money, Field(title="投资额度（元）")]
    phase: Annotated[Phase, Field(title="项目阶段")]


@report("self-reviewed", title="自建自审的项目", articles=("5",), totals=("total",))
def self_reviewed(city: City) -> Iterator[SelfReviewedRow]:
    """市数字经济局自己建设、又由其审查的项目."""
    for project in city.projects:
        if project.declared.self_review:
            yield SelfReviewedRow(
                **heading(project),
                plan_year=project.declared.declaration.plan_year,
                total=project.declared.declaration.total,
                phase=phase_of(project),
            )


class CatalogueRow(Record):
    system_id: Annotated[UUID, Field(title="系统目录条目")]
    name: Annotated[str, Field(title="系统名称")]
    unit_id: Annotated[str, Field(title="所属单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    category: Annotated[SystemCategory, Field(title="类别")]
    status: Annotated[SystemStatus, Field(title="状态")]
    stopped: Annotated[bool, Field(title="已停用")]
    updated_on: Annotated[date, Field(title="最近更新日期")]
    days_since: Annotated[int, Field(title="距今天数")]
    stale: Annotated[bool, Field(title="久未更新")]
    asset_number: Annotated[str | None, Field(title="资产编号")]
    projects: Annotated[int, Field(title="申报项目数")]


@report("catalogue", title="系统目录覆盖和更新", articles=("9", "5", "8"), totals=("projects",))
def catalogue(city: City) -> Iterator[CatalogueRow]:
    """系统目录的全部条目：多久未更新，是否纳入资产管理，涉及多少项目."""
    projects = Counter(project.declared.declaration.system_id for project in city.projects)
    limit = city.policy.number("catalogue_review_days")
    for system_id in dict.fromkeys(e.system_id for e in city.whole.all(SystemCatalogued)):
        file = city.file(f"system:{system_id}")
        entered, asset = file.all(SystemCatalogued)[-1], file.last(AssetConfirmed)
        system = system_of(file.recorded())
        touched = max(r.on for r in file.recorded())
        days = (city.as_of - touched).days
        yield CatalogueRow(
            system_id=system_id,
            name=system.name or entered.entry.name,
            unit_id=entered.unit_id,
            unit_name=city.unit_name(entered.unit_id),
            category=entered.entry.category,
            status=SystemStatus.RUNNING if system.running else SystemStatus.PLANNED,
            stopped=system.stopped is not None,
            updated_on=touched,
            days_since=days,
            stale=days > limit,
            asset_number=asset.registration.asset_number if asset else None,
            projects=projects[system_id],
        )


class TerminationRow(Record):
    system_id: Annotated[UUID, Field(title="系统目录条目")]
    name: Annotated[str, Field(title="系统名称")]
    unit_id: Annotated[str, Field(title="所属单位")]
    unit_name: Annotated[str, Field(title="单位名称")]
    required_on: Annotated[date, Field(title="要求停用日期")]
    ground: Annotated[TerminationGround, Field(title="停用原因")]
    replacement: Annotated[str, Field(title="归并到或替代的系统")]
    terminate_by: Annotated[date, Field(title="停用期限（含当日）")]
    stopped_on: Annotated[date | None, Field(title="停用日期")]
    overdue: Annotated[bool, Field(title="逾期未停用")]


@report("terminations", title="应停用的系统", articles=("8",))
def terminations(city: City) -> Iterator[TerminationRow]:
    """被要求停用的系统及期限，已停用和逾期未停用的."""
    required = city.whole.all(SystemTerminationRequired)
    for system_id in dict.fromkeys(event.system_id for event in required):
        file = city.file(f"system:{system_id}")
        system, event = system_of(file.recorded()), file.all(SystemTerminationRequired)[-1]
        if system.requirement is None:
            continue  # waived
        yield TerminationRow(
            system_id=system_id,
            name=system.name or "",
            unit_id=event.unit_id,
            unit_name=city.unit_name(event.unit_id),
            required_on=event.on,
            ground=event.requirement.ground,
            replacement=event.requirement.replacement,
            terminate_by=event.requirement.terminate_by,
            stopped_on=system.stopped_on,
            overdue=system.stopped_on is None and city.as_of > event.requirement.terminate_by,
        )


class SharingRow(ProjectRow):
    resources: Annotated[int, Field(title="信息资源数")]
    unconditional: Annotated[int, Field(title="无条件共享")]
    conditional: Annotated[int, Field(title="有条件共享")]
    withheld: Annotated[int, Field(title="不予共享")]
    shared_percent: Annotated[Percent, Field(title="可共享比例（%）")]


@report(
    "sharing",
    title="信息资源共享情况",
    articles=("20", "11", "33"),
    totals=("resources", "unconditional", "conditional", "withheld"),
)
def sharing(city: City) -> Iterator[SharingRow]:
    """各项目信息资源目录中可共享和不予共享的数量和比例."""
    for project in city.projects:
        catalogued = project.last(ResourcesCatalogued)
        if catalogued is None:
            continue
        count = Counter(resource.sharing for resource in catalogued.catalogue.resources)
        withheld = count[SharingType.NONE]
        yield SharingRow(
            **heading(project),
            resources=count.total(),
            unconditional=count[SharingType.UNCONDITIONAL],
            conditional=count[SharingType.CONDITIONAL],
            withheld=withheld,
            shared_percent=percent(count.total() - withheld, count.total()),
        )
