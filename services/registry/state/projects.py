"""State of a project: what the registry knows of it; and of the code it takes."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events import Recorded
from shared.events.envelope import Identity
from shared.events.registry import (
    CentralReview,
    CentralReviewRecorded,
    CountyProject,
    CountyProjectLinked,
    Declaration,
    DeclarationWithdrawn,
    NoDataStatementApproved,
    ProjectCodeAssigned,
    ProjectCodeTaken,
    ProjectDeclared,
    ProjectListed,
    ResourceCatalogue,
    ResourcesCatalogued,
)
from shared.kernel.coded import Coded
from shared.kernel.model import present


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
    declared_on: date | None = None
    status: Status | None = None
    review: CentralReview | None = None
    list_id: UUID | None = None
    code: str | None = None
    resources: ResourceCatalogue | None = None
    no_data_approved: bool = False
    """Whether DEB has agreed to the present statement that it yields no data."""
    county_projects: tuple[CountyProject, ...] = ()
    """What counties build along, each approved there (第十条)."""
    self_review: bool = False
    """自建自审: DEB itself is the project unit (第五条)."""
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
        case ProjectDeclared(project_id=project_id, declaration=declaration, on=on):
            return replace(
                project,
                project_id=project_id,
                declaration=declaration,
                declared_on=on,
                self_review=recorded.event.self_review,
                status=Status.DECLARED,
                submitted_by=project.submitted_by | {recorded.actor.person},
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
                submitted_by=project.submitted_by | {recorded.actor.person},
            )
        case CountyProjectLinked(county_project=linked):
            return replace(project, county_projects=(*project.county_projects, linked))
        case NoDataStatementApproved():
            return replace(project, no_data_approved=True)
        case _:
            return project


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
