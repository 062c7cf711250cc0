"""Decisions of the registry: state and command in, events or a refusal out."""

from services.registry.decisions.declarations import (
    assign_project_code,
    declare_project,
    link_county_project,
    withdraw_declaration,
)
from services.registry.decisions.facts import Facts
from services.registry.decisions.interpretations import publish_interpretation
from services.registry.decisions.lists import (
    approve_annual_list,
    record_central_review,
    submit_annual_list,
)
from services.registry.decisions.plans import register_plan
from services.registry.decisions.resources import approve_no_data_statement, catalogue_resources
from services.registry.decisions.systems import (
    activate_system,
    catalogue_system,
    confirm_asset,
    require_system_termination,
    review_system,
    terminate_system,
    update_system,
    waive_system_termination,
)
from services.registry.decisions.units import (
    clear_data_collection,
    flag_data_collection,
    register_unit,
    update_unit,
)

__all__ = [
    "Facts",
    "activate_system",
    "approve_annual_list",
    "approve_no_data_statement",
    "assign_project_code",
    "catalogue_resources",
    "catalogue_system",
    "clear_data_collection",
    "confirm_asset",
    "declare_project",
    "flag_data_collection",
    "link_county_project",
    "publish_interpretation",
    "record_central_review",
    "register_plan",
    "register_unit",
    "require_system_termination",
    "review_system",
    "submit_annual_list",
    "terminate_system",
    "update_system",
    "update_unit",
    "waive_system_termination",
    "withdraw_declaration",
]
