"""资格查询: whether a unit may begin something, or a project get money, before anybody asks for it.

The rules that bar a step when it is taken answer here too, on the same events. What projects do to
each other, to their unit and to their money is asked; the papers of the step itself are not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.audit.ledger import City
from shared.events import EVENTS
from shared.events.approval import ConstructionKind, DocumentSubmitted, LeadingGroupApproved
from shared.events.registry import UnitRegistered
from shared.events.vocabulary import LegalDate
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.regulation.exemption import Exemption
from shared.regulation.rule import Check, Mode
from shared.standing import (
    RESTRICTING,
    AcceptanceStanding,
    ProjectStanding,
    Registration,
    Standing,
    SystemStanding,
    registration_of,
    rules,
    standing_of,
    system_of,
)


class Action(Coded):
    """所问事项."""

    DECLARE = "DECLARE", "申报新项目"
    APPROVE = "APPROVE", "批复项目"
    CHANGE = "CHANGE", "调整批复内容"
    ACCEPTANCE = "ACCEPTANCE", "组织验收"
    INCLUDE_BUDGET = "INCLUDE_BUDGET", "列入预算"
    OPERATION_MONEY = "OPERATION_MONEY", "安排运行维护经费"
    NEW_CLOUD_RESOURCES = "NEW_CLOUD_RESOURCES", "新增政务云资源"


class Question(Record):
    """资格查询条件."""

    unit: Annotated[UnitId, Field(title="项目单位")]
    action: Annotated[Action, Field(title="所问事项")]
    project: Annotated[UUID | None, Field(title="项目；申报新项目时不填")] = None
    base: Annotated[UUID | None, Field(title="申报升级改造时，原项目")] = None
    system: Annotated[UUID | None, Field(title="系统目录条目；缺省为项目申报的系统")] = None
    as_of: Annotated[
        LegalDate | None,
        Field(title="法定日期；缺省为今天", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
    ] = None
    budget_year: Annotated[
        int | None, Field(title="预算年度；缺省为所问日期的下一年", ge=2000, le=2100)
    ] = None

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> "Question":
        if self.action is Action.DECLARE:
            if self.project is not None:
                raise ValueError("申报新项目不填 project；升级改造的原项目填 base")
        elif self.base is not None:
            raise ValueError("base 只用于申报新项目；已申报项目的原项目以其申报为准")
        elif self.project is None and not (
            self.action is Action.OPERATION_MONEY and self.system is not None
        ):
            raise ValueError("须填写 project；安排运行维护经费的，也可只填 system")
        return self


class Source(Record):
    """依据事件."""

    type: Annotated[str, Field(title="事件类型")]
    label: Annotated[str, Field(title="事件名称")]
    on: Annotated[date, Field(title="法定日期")]
    ref: EventRef


class Lifting(Record):
    """有效的例外."""

    number: Annotated[str, Field(title="文号")]
    kind: Annotated[str, Field(title="例外种类")]
    valid_until: Annotated[date | None, Field(title="有效至（含）")]
    ref: EventRef


class Block(Record):
    """限制: a rule that stands against the action, why, since when, and what lifts it."""

    rule: Annotated[str, Field(title="规则名")]
    row: Annotated[str, Field(title="规则编号")]
    article: Annotated[str, Field(title="条号")]
    strength: Annotated[Mode, Field(title="强度：HARD 必须；SOFT 原则上；GATE 须先经他方")]
    says: Annotated[str, Field(title="规则要求")]
    text: Annotated[str, Field(title="实际情况")]
    since: Annotated[date | None, Field(title="依据事件的法定日期，自何日起")]
    remedy: Annotated[str, Field(title="如何解除")]
    not_before: Annotated[date | None, Field(title="仅差时间的，自该日起解除")]
    exception_possible: Annotated[bool, Field(title="能否申请例外")]
    exception_approvers: Annotated[tuple[str, ...], Field(title="例外的批准部门")]
    exception: Annotated[Lifting | None, Field(title="有效的例外")]
    sources: Annotated[tuple[Source, ...], Field(title="依据事件")]


class Eligibility(Record):
    """资格."""

    question: Question
    label: Annotated[str, Field(title="所问事项名称")]
    on: Annotated[date, Field(title="所说的是哪一天")]
    allowed: Annotated[bool, Field(title="是否没有限制，或限制已经例外批准")]
    blocks: Annotated[tuple[Block, ...], Field(title="限制")]
    satisfied: Annotated[tuple[str, ...], Field(title="已满足的规则")]
    policy: Annotated[str, Field(title="政策包")]
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]


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
        return self.system.running if self.kind is None else self.kind is not ConstructionKind.NEW


def _upgrade(facts: Facts) -> Iterator[Check]:
    yield rules.base_project_is_accepted(facts.base_project_id, facts.base)
    yield rules.system_is_under_asset_management(facts.system, exists=facts.changes_a_system)


def _of_the_unit(facts: Facts) -> Iterator[Check]:
    yield rules.no_project_bars_the_unit(facts.unit)
    if facts.kind is ConstructionKind.UPGRADE:
        return  # what is neither built, expanded nor rebuilt is not barred by findings
    yield rules.no_sharing_violation_bars_other_projects(facts.unit, facts.project_id, facts.on)
    yield rules.no_security_finding_bars_the_unit(facts.unit)


def _declare(facts: Facts) -> Iterator[Check]:
    yield rules.system_goes_on(facts.system)
    yield from _upgrade(facts)
    yield rules.data_collection_is_complete(facts.unit)
    yield from _of_the_unit(facts)


def _approve(facts: Facts) -> Iterator[Check]:
    yield from _upgrade(facts)
    yield rules.unshared_project_is_approved_by_the_leading_group(
        facts.registration, facts.unshared_approved
    )
    yield rules.resource_catalogue_is_present(facts.registration)
    yield rules.construction_goes_on(facts.project)
    yield from _of_the_unit(facts)


def _build(facts: Facts) -> Iterator[Check]:
    yield rules.construction_goes_on(facts.project)


def _include_budget(facts: Facts) -> Iterator[Check]:
    yield rules.system_of_the_money_is_catalogued(facts)
    yield rules.construction_goes_on(facts.project)
    yield rules.investment_is_not_deferred(facts.project)


def _operation_money(facts: Facts) -> Iterator[Check]:
    yield rules.system_may_go_on_running(facts.system.required)
    yield rules.system_is_under_asset_management(facts.system)
    yield rules.system_of_the_money_is_catalogued(facts)
    if facts.project_id is None:
        return  # a system older than any project on record
    yield rules.operation_money_needs_a_passed_acceptance(facts.project.acceptance)
    yield rules.no_sharing_violation_bars_operation_money(facts.project, facts.budget_year)
    yield rules.investment_is_not_deferred(facts.project)
    yield rules.no_security_finding_bars_operation_money(facts.project)


def _new_cloud_resources(facts: Facts) -> Iterator[Check]:
    yield rules.construction_goes_on(facts.project)
    yield rules.cloud_resources_need_a_passed_acceptance(facts.project.acceptance)
    yield rules.no_sharing_violation_bars_cloud_resources(facts.project, facts.on)


RULES_OF: Mapping[Action, Callable[[Facts], Iterator[Check]]] = {
    Action.DECLARE: _declare,
    Action.APPROVE: _approve,
    Action.CHANGE: _build,
    Action.ACCEPTANCE: _build,
    Action.INCLUDE_BUDGET: _include_budget,
    Action.OPERATION_MONEY: _operation_money,
    Action.NEW_CLOUD_RESOURCES: _new_cloud_resources,
}
"""Which rules bar which action."""

OF_STANDING = tuple(EVENTS[name] for types in RESTRICTING.values() for name in sorted(types))
"""The events that a standing is folded from."""


def answer(city: City, question: Question) -> Eligibility:
    """The answer on the city's day; Unknown where there is no such unit, project or system."""
    facts = _facts(city, question)
    checks = list(RULES_OF[question.action](facts))
    exemptions = facts.unit.exemptions(facts.project_id)
    blocks = tuple(_block(city, check, exemptions) for check in checks if not check.holds)
    return Eligibility(
        question=question,
        label=question.action.label,
        on=city.as_of,
        allowed=all(block.exception for block in blocks),
        blocks=blocks,
        satisfied=tuple(check.rule for check in checks if check.holds),
        policy=city.policy.reference,
        positions=city.positions,
    )


def _facts(city: City, question: Question) -> Facts:
    unit = _unit(city, question.unit)
    registration = _registration(city, question)
    kind = _kind(city, question.project)
    base = None if kind is ConstructionKind.NEW else registration.base_project_id
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
    if question.base and found.declared:
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


def _unshared_approved(city: City, project_id: UUID | None) -> EventRef | None:
    found = city.file(f"project:{project_id}").recorded(LeadingGroupApproved)
    return found[-1].ref if found else None


def _block(city: City, check: Check, exemptions: tuple[Exemption, ...]) -> Block:
    power = city.policy.pack.exception_to(check.row)
    lifting = next((e for e in exemptions if e.lifts(check, city.as_of)), None)
    sources = tuple(
        Source(type=r.event.type, label=r.event.label, on=r.on, ref=r.ref)
        for ref in check.basis
        if (r := city.event(ref))
    )
    return Block(
        rule=check.rule,
        row=check.row,
        article=check.article,
        strength=check.mode,
        says=check.says,
        text=check.text,
        since=min((source.on for source in sources), default=None),
        remedy=check.remedy,
        not_before=check.not_before,
        exception_possible=power is not None,
        exception_approvers=power.approvers if power else (),
        exception=_lifting(lifting) if lifting else None,
        sources=sources,
    )


def _lifting(exemption: Exemption) -> Lifting:
    return Lifting(
        number=exemption.number,
        kind=exemption.kind.label,
        valid_until=exemption.valid_until,
        ref=exemption.ref,
    )
