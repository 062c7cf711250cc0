"""State: units, systems, projects and lists, each folded from its own stream."""

from dataclasses import dataclass, replace
from uuid import UUID

from shared.events import Recorded
from shared.events.envelope import Identity
from shared.events.registry import (
    AnnualList,
    AnnualListApproved,
    AnnualListSubmitted,
    AssetConfirmed,
    CentralReview,
    CentralReviewRecorded,
    DataCollectionCleared,
    DataCollectionFlagged,
    Declaration,
    DeclarationWithdrawn,
    NoDataStatementApproved,
    ProjectCodeAssigned,
    ProjectCodeTaken,
    ProjectDeclared,
    ProjectListed,
    ResourceCatalogue,
    ResourcesCatalogued,
    SystemCatalogued,
    SystemEntry,
    UnitProfile,
    UnitRegistered,
)
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.model import present


@dataclass(frozen=True)
class Unit:
    """项目单位."""

    profile: UnitProfile | None = None
    data_collection_flag: EventRef | None = None
    """Event that found its 数据归集 incomplete, while that stands (第十二条)."""


def evolve_unit(unit: Unit, recorded: Recorded) -> Unit:
    match recorded.event:
        case UnitRegistered(profile=profile):
            return replace(unit, profile=profile)
        case DataCollectionFlagged():
            return replace(unit, data_collection_flag=recorded.ref)
        case DataCollectionCleared():
            return replace(unit, data_collection_flag=None)
        case _:
            return unit


@dataclass(frozen=True)
class System:
    """系统目录条目."""

    entry: SystemEntry | None = None
    asset_number: str | None = None

    @property
    def content(self) -> SystemEntry:
        return present(self.entry)

    @property
    def parties(self) -> frozenset[str]:
        return frozenset({self.entry.unit_id} if self.entry else ())


def evolve_system(system: System, recorded: Recorded) -> System:
    match recorded.event:
        case SystemCatalogued(entry=entry):
            return replace(system, entry=entry)
        case AssetConfirmed(registration=registration):
            return replace(system, asset_number=registration.asset_number)
        case _:
            return system


class Status(Coded):
    """登记状态."""

    DECLARED = "DECLARED", "已申报"
    WITHDRAWN = "WITHDRAWN", "已撤回"
    INCLUDED = "INCLUDED", "集中审查列入"
    DEFERRED = "DEFERRED", "集中审查暂缓"
    REJECTED = "REJECTED", "集中审查不列入"
    LISTED = "LISTED", "已列入年度清单"


@dataclass(frozen=True)
class Project:
    """项目: what the registry knows of it."""

    project_id: UUID | None = None
    declaration: Declaration | None = None
    status: Status | None = None
    review: CentralReview | None = None
    list_id: UUID | None = None
    code: str | None = None
    resources: ResourceCatalogue | None = None
    no_data_approved: bool = False
    """Whether DEB has agreed to the present statement that it yields no data."""
    submitted_by: frozenset[str] = frozenset()
    """Persons who declared it or entered its resources; they do not decide on it."""

    @property
    def declared(self) -> Declaration:
        return present(self.declaration)

    @property
    def identity(self) -> Identity:
        """The fields that name the project in its events."""
        return {"project_id": present(self.project_id), "unit_id": self.declared.unit_id}

    @property
    def parties(self) -> frozenset[str]:
        """The project unit and the units that build along."""
        if self.declaration is None:
            return frozenset()
        along = (p.unit_id for p in self.declaration.participants)
        return frozenset((self.declaration.unit_id, *along))


REVIEWED = {"INCLUDE": Status.INCLUDED, "DEFER": Status.DEFERRED, "REJECT": Status.REJECTED}


def evolve_project(project: Project, recorded: Recorded) -> Project:
    match recorded.event:
        case ProjectDeclared(project_id=project_id, declaration=declaration):
            return replace(
                project,
                project_id=project_id,
                declaration=declaration,
                status=Status.DECLARED,
                submitted_by=project.submitted_by | {recorded.meta.actor.person},
            )
        case DeclarationWithdrawn():
            return replace(project, status=Status.WITHDRAWN)
        case CentralReviewRecorded(review=review):
            return replace(project, review=review, status=REVIEWED[review.result])
        case ProjectListed(list_id=list_id):
            return replace(project, list_id=list_id, status=Status.LISTED)
        case ProjectCodeAssigned(assignment=assignment):
            return replace(project, code=assignment.code)
        case ResourcesCatalogued(catalogue=catalogue):
            return replace(
                project,
                resources=catalogue,
                no_data_approved=False,
                submitted_by=project.submitted_by | {recorded.meta.actor.person},
            )
        case NoDataStatementApproved():
            return replace(project, no_data_approved=True)
        case _:
            return project


@dataclass(frozen=True)
class ProjectList:
    """年度清单."""

    list: AnnualList | None = None
    approved: bool = False
    submitted_by: frozenset[str] = frozenset()

    @property
    def content(self) -> AnnualList:
        return present(self.list)


def evolve_list(listed: ProjectList, recorded: Recorded) -> ProjectList:
    match recorded.event:
        case AnnualListSubmitted(list=content):
            return ProjectList(content, submitted_by=frozenset({recorded.meta.actor.person}))
        case AnnualListApproved():
            return replace(listed, approved=True)
        case _:
            return listed


@dataclass(frozen=True)
class TakenCode:
    """项目代码 and the project that holds it."""

    project_id: UUID | None = None


def evolve_code(code: TakenCode, recorded: Recorded) -> TakenCode:
    match recorded.event:
        case ProjectCodeTaken(project_id=project_id):
            return TakenCode(project_id)
        case _:
            return code
