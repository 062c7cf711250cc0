"""Decisions about the system catalogue."""

from services.registry.decisions.facts import Facts
from services.registry.rules import systems as rules
from services.registry.rules.units import unit_is_registered
from services.registry.state import System
from shared.events import Event
from shared.events.envelope import ProjectEvent
from shared.events.registry import (
    AssetConfirmed,
    AssetRegistration,
    SystemActivated,
    SystemCatalogued,
    SystemChange,
    SystemEntry,
    SystemReview,
    SystemReviewed,
    SystemTerminated,
    SystemTermination,
    SystemTerminationRequired,
    SystemTerminationWaived,
    SystemUpdated,
    TerminationRequirement,
    TerminationWaiver,
)
from shared.kernel.model import present
from shared.regulation import Context
from shared.regulation.decision import InvalidField


def catalogue_system(system: System, entry: SystemEntry, facts: Facts, context: Context) -> Event:
    """系统编目（第九条）."""
    context.require(rules.category_is_in_scope(entry.category), unit_is_registered(facts.unit))
    return SystemCatalogued(
        on=context.date_of(entry),
        system_id=context.subject_id,
        unit_id=entry.unit_id,
        entry=entry,
    )


def update_system(system: System, change: SystemChange, facts: Facts, context: Context) -> Event:
    """系统目录更新（第九条）."""
    context.require(rules.system_has_an_entry(system), rules.system_has_not_stopped(system))
    if change.category is not None:
        context.require(rules.category_is_in_scope(change.category))
    return SystemUpdated(on=context.date_of(change), **system.identity, change=change)


def review_system(system: System, review: SystemReview, facts: Facts, context: Context) -> Event:
    """系统目录复核（第九条）: the entry is current, and counts anew from here."""
    context.require(rules.system_has_an_entry(system), rules.system_has_not_stopped(system))
    return SystemReviewed(on=context.date_of(review), **system.identity, review=review)


def activate_system(
    system: System, accepted: ProjectEvent, facts: Facts, context: Context
) -> Event:
    """系统转为在用（第九条）: the project that a provisional entry stands for has been accepted."""
    context.require(rules.system_has_an_entry(system), rules.system_is_provisional(system))
    return SystemActivated(
        on=accepted.on,
        **system.identity,
        project_id=accepted.project_id,
        acceptance=present(facts.cause),
    )


def confirm_asset(
    system: System, registration: AssetRegistration, facts: Facts, context: Context
) -> Event:
    """资产确认（第五条）."""
    context.require(rules.system_has_an_entry(system))
    on = context.date_of(registration)
    return AssetConfirmed(on=on, **system.identity, registration=registration)


def require_system_termination(
    system: System, requirement: TerminationRequirement, facts: Facts, context: Context
) -> Event:
    """要求系统停用（第八条）."""
    on = context.date_of(requirement)
    if requirement.terminate_by < on:
        raise InvalidField("terminate_by", f"停用期限 {requirement.terminate_by} 早于通知日期 {on}")
    context.require(rules.system_has_an_entry(system), rules.system_has_not_stopped(system))
    return SystemTerminationRequired(on=on, **system.identity, requirement=requirement)


def waive_system_termination(
    system: System, waiver: TerminationWaiver, facts: Facts, context: Context
) -> Event:
    """撤销停用要求（第八条）."""
    context.require(rules.system_has_an_entry(system), rules.system_is_required_to_stop(system))
    return SystemTerminationWaived(on=context.date_of(waiver), **system.identity, waiver=waiver)


def terminate_system(
    system: System, termination: SystemTermination, facts: Facts, context: Context
) -> Event:
    """系统停用（第八条）: required of the unit, or of its own accord."""
    context.require(rules.system_has_an_entry(system), rules.system_has_not_stopped(system))
    on = context.date_of(termination)
    return SystemTerminated(on=on, **system.identity, termination=termination)
