"""Which rules bar which action, and the answer they add up to."""

from collections.abc import Callable, Iterator, Mapping

from services.audit.eligibility.facts import Facts, facts_of
from services.audit.eligibility.question import (
    Action,
    Block,
    Eligibility,
    Lifting,
    Question,
    Source,
)
from services.audit.ledger import City
from shared.events.approval import ConstructionKind
from shared.regulation.exemption import Exemption
from shared.regulation.rule import Check
from shared.standing import AcceptanceStatus, rules, weighing


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


def _weighed(facts: Facts) -> Iterator[Check]:
    """What is only taken note of."""
    yield weighing.sharing_and_security_are_in_order(facts.project)
    yield weighing.evaluations_are_not_poor(facts)


def _include_budget(facts: Facts) -> Iterator[Check]:
    yield rules.system_of_the_money_is_catalogued(facts)
    yield rules.construction_goes_on(facts.project)
    yield rules.investment_is_not_deferred(facts.project)
    yield from _weighed(facts)


def _operation_money(facts: Facts) -> Iterator[Check]:
    yield rules.system_may_go_on_running(facts.system)
    yield rules.system_is_under_asset_management(facts.system)
    yield rules.system_of_the_money_is_catalogued(facts)
    if facts.project_id is None:
        return  # a system older than any project on record
    yield rules.operation_money_needs_a_passed_acceptance(facts.project.acceptance)
    yield rules.no_sharing_violation_bars_operation_money(facts.project, facts.budget_year)
    yield rules.no_security_finding_bars_operation_money(facts.project)
    yield from _weighed(facts)


def _new_cloud_resources(facts: Facts) -> Iterator[Check]:
    yield rules.construction_goes_on(facts.project)
    acceptance = facts.project.acceptance
    yield rules.production_cloud_needs_a_passed_acceptance(
        acceptance.status.label,
        passed=acceptance.status is AcceptanceStatus.PASSED,
        ref=acceptance.ref,
    )
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


def answer(city: City, question: Question) -> Eligibility:
    """The answer on the city's day; Unknown where there is no such unit, project or system."""
    facts = facts_of(city, question)
    checks = list(RULES_OF[question.action](facts))
    exemptions = facts.unit.exemptions(facts.project_id)
    blocks = tuple(_block(city, check, exemptions) for check in checks if not check.holds)
    return Eligibility(
        question=question,
        label=question.action.label,
        on=city.as_of,
        allowed=all(block.exception or block.strength == "ADVICE" for block in blocks),
        blocks=blocks,
        satisfied=tuple(check.rule for check in checks if check.holds),
        policy=city.policy.reference,
        positions=city.positions,
    )


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
