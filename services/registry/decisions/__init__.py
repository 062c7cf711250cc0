"""Decisions of the registry: state and command in, events or a refusal out."""

from services.registry.decisions.registration import (
    Facts,
    approve_annual_list,
    approve_no_data_statement,
    assign_project_code,
    catalogue_resources,
    catalogue_system,
    clear_data_collection,
    confirm_asset,
    declare_project,
    flag_data_collection,
    record_central_review,
    register_unit,
    submit_annual_list,
    withdraw_declaration,
)

__all__ = [
    "Facts",
    "approve_annual_list",
    "approve_no_data_statement",
    "assign_project_code",
    "catalogue_resources",
    "catalogue_system",
    "clear_data_collection",
    "confirm_asset",
    "declare_project",
    "flag_data_collection",
    "record_central_review",
    "register_unit",
    "submit_annual_list",
    "withdraw_declaration",
]
