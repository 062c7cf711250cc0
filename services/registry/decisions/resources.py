"""Decisions about a project's catalogue of information resources."""

from services.registry.decisions.facts import Facts
from services.registry.rules import resources as rules
from services.registry.rules.declarations import project_is_declared
from services.registry.state import Project
from shared.events import Event
from shared.events.registry import (
    NoDataStatementApproved,
    ResourceCatalogue,
    ResourcesCatalogued,
    StatementApproval,
)
from shared.regulation import Context
from shared.regulation.common import decider_did_not_submit


def catalogue_resources(
    project: Project, catalogue: ResourceCatalogue, facts: Facts, context: Context
) -> Event:
    """信息资源编目（第二十条）."""
    context.require(project_is_declared(project), rules.sharing_is_justified(catalogue))
    return ResourcesCatalogued(
        on=context.date_of(catalogue),
        **project.identity,
        catalogue=catalogue,
        shares_nothing=catalogue.shares_nothing,
    )


def approve_no_data_statement(
    project: Project, statement_approval: StatementApproval, facts: Facts, context: Context
) -> Event:
    """无数据资源说明审核（第二十条）: without it such a statement opens no reply."""
    context.require(
        decider_did_not_submit(context.actor, project.submitted_by),
        rules.no_data_statement_awaits_approval(project),
    )
    return NoDataStatementApproved(
        on=context.date_of(statement_approval),
        **project.identity,
        statement_approval=statement_approval,
    )
