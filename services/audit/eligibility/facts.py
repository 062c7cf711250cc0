"""What the rules are asked with, from the city's record as of a day."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from uuid import UUID

from services.audit.eligibility.question import Question
from services.audit.ledger import City
from shared.events import EVENTS
from shared.events.approval import ConstructionKind, DocumentSubmitted, LeadingGroupApproved
from shared.events.registry import UnitRegistered
from shared.kernel.actor import EventRef
from shared.kernel.identifiers import UnitId
from shared.standing import (
    EVALUATIONS,
    RESTRICTING,
    AcceptanceStanding,
    Evaluated,
    ProjectStanding,
    Registration,
    Standing,
    SystemStanding,
    evaluated_after,
    registration_of,
    standing_of,
    system_of,
)

OF_STANDING = tuple(EVENTS[name] for types in RESTRICTING.values() for name in sorted(types))
"""The events that a standing is folded from."""

_OF_EVALUATION = tuple(EVENTS[name] for name in sorted(EVALUATIONS))


class Unknown(LookupError):
    """The unit, project or system of a question is not on record, or is another unit's."""


@dataclass(frozen=True)
class Facts:
    """What the rules are asked with."""

    on: date
    budget_year: int
    unit: Standing
    project_id: UUID | None = None
    project: ProjectStanding = ProjectStanding()
    registration: Registration = Registration()
    base_project_id: UUID | None = None
    base: AcceptanceStanding = AcceptanceStanding()
    system: SystemStanding = SystemStanding()
    system_id: UUID | None = None
    kind: ConstructionKind | None = None
    """建设性质, once a document is submitted that describes it."""
    evaluations: tuple[Evaluated, ...] = ()
    unshared_approved: EventRef | None = None
    """Event by which the leading group agrees though nothing can be shared (第十二条)."""

    # What money is asked with: the project's system, and the events that entered both.
    @property
    def declared(self) -> EventRef | None:
        return self.registration.declared

    @property
    def catalogued(self) -> EventRef | None:
        return self.system.catalogued

    @property
    def stopped(self) -> EventRef | None:
        return self.system.stopped

    @property
    def changes_a_system(self) -> bool:
        """Whether there is a system already: as the submission says, else as the catalogue does."""
        if self.kind is None:
            return self.system.running
        return self.base_project_id is not None or self.kind is not ConstructionKind.NEW


def facts_of(city: City, question: Question) -> Facts:
    """The facts for a question; Unknown where there is no such unit, project or system."""
    unit = _unit(city, question.unit)
    registration = _registration(city, question)
    kind = _kind(city, question.project)
    base = registration.base_project_id
    return Facts(
        on=city.as_of,
        budget_year=question.budget_year or city.as_of.year + 1,
        unit=unit,
        project_id=question.project,
        project=unit.of(question.project) if question.project else ProjectStanding(),
        registration=registration,
        base_project_id=base,
        base=_acceptance(city, base) if base else AcceptanceStanding(),
        system=_system(city, question, registration.system_id),
        system_id=question.system or registration.system_id,
        kind=kind,
        evaluations=_evaluations(city, question.project),
        unshared_approved=_unshared_approved(city, question.project),
    )


def _unit(city: City, unit_id: UnitId) -> Standing:
    file = city.file(f"unit:{unit_id}")
    if file.last(UnitRegistered) is None:
        raise Unknown(f"没有登记单位 {unit_id}")
    return standing_of(file.recorded(*OF_STANDING), unit_id)


def _registration(city: City, question: Question) -> Registration:
    """Of the project asked about; of one still to be declared, only what it would upgrade."""
    asked = question.project or question.base
    if asked is None:
        return Registration()
    found = registration_of(city.file(f"project:{asked}").recorded())
    if question.project and found.unit_id == question.unit:
        return found
    if question.base and question.unit in {found.unit_id, *found.participants}:
        return Registration(base_project_id=question.base)
    raise Unknown(f"没有申报项目 {asked}，或不是单位 {question.unit} 的项目")


def _kind(city: City, project_id: UUID | None) -> ConstructionKind | None:
    submitted = city.file(f"project:{project_id}").last(DocumentSubmitted)
    described = submitted.submission.construction if submitted else None
    return described.kind if described else None


def _system(city: City, question: Question, declared: UUID | None) -> SystemStanding:
    system = system_of(city.file(f"system:{question.system or declared}").recorded())
    if question.system and system.unit_id != question.unit:
        raise Unknown(f"单位 {question.unit} 的系统目录中没有 {question.system}")
    return system


def _acceptance(city: City, project_id: UUID) -> AcceptanceStanding:
    events = city.file(f"project:{project_id}").recorded(*OF_STANDING)
    return standing_of(events).of(project_id).acceptance


def _evaluations(city: City, project_id: UUID | None) -> tuple[Evaluated, ...]:
    events = city.file(f"project:{project_id}").recorded(*_OF_EVALUATION)
    return reduce(evaluated_after, events, ())


def _unshared_approved(city: City, project_id: UUID | None) -> EventRef | None:
    found = city.file(f"project:{project_id}").recorded(LeadingGroupApproved)
    return found[-1].ref if found else None
