"""Decisions about units."""

from services.registry.decisions.facts import Facts
from services.registry.rules import units as rules
from services.registry.state import Unit
from shared.events import Event
from shared.events.registry import (
    DataCollectionCleared,
    DataCollectionFlagged,
    UnitChange,
    UnitProfile,
    UnitRegistered,
    UnitRestriction,
    UnitUpdated,
)
from shared.regulation import Context


def register_unit(unit: Unit, profile: UnitProfile, facts: Facts, context: Context) -> Event:
    """单位登记（第五条）."""
    context.require(rules.unit_is_not_yet_registered(unit))
    return UnitRegistered(on=context.date_of(profile), unit_id=profile.unit_id, profile=profile)


def update_unit(unit: Unit, change: UnitChange, facts: Facts, context: Context) -> Event:
    """单位登记变更（第五、二十六条）: the heads before stay on record with their terms."""
    on = context.date_of(change)
    context.require(rules.unit_is_registered(unit))
    if change.head or change.head_post:
        context.require(rules.head_takes_office_after_the_last(unit, change.head_since or on))
    return UnitUpdated(on=on, unit_id=context.subject, change=change)


def flag_data_collection(
    unit: Unit, restriction: UnitRestriction, facts: Facts, context: Context
) -> Event:
    """数据归集未完成（第十二条）."""
    context.require(rules.unit_is_registered(unit))
    return DataCollectionFlagged(
        on=context.date_of(restriction), unit_id=context.subject, restriction=restriction
    )


def clear_data_collection(
    unit: Unit, clearance: UnitRestriction, facts: Facts, context: Context
) -> Event:
    """数据归集已完成（第十二条）."""
    context.require(rules.unit_is_registered(unit))
    return DataCollectionCleared(
        on=context.date_of(clearance), unit_id=context.subject, clearance=clearance
    )
