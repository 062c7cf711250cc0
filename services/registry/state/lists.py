"""State of an annual list (第十七条)."""

from dataclasses import dataclass, replace

from shared.events import Recorded
from shared.events.registry import (
    AnnualList,
    AnnualListApproved,
    AnnualListSubmitted,
    RankedProject,
)
from shared.kernel.model import present


@dataclass(frozen=True)
class ProjectList:
    """年度清单."""

    list: AnnualList | None = None
    ranking: tuple[RankedProject, ...] = ()
    """Its projects in the order of Article 7."""
    approved: bool = False
    submitted_by: frozenset[str] = frozenset()

    @property
    def content(self) -> AnnualList:
        return present(self.list)


def evolve_list(listed: ProjectList, recorded: Recorded) -> ProjectList:
    match recorded.event:
        case AnnualListSubmitted(list=content, ranking=ranking):
            submitter = frozenset({recorded.actor.person})
            return ProjectList(content, ranking, submitted_by=submitter)
        case AnnualListApproved():
            return replace(listed, approved=True)
        case _:
            return listed
