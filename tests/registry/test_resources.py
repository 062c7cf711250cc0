"""Rules about a project's information resources (第十一、十二、十三、二十条)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry import decisions
from services.registry.rules import declarations, resources
from services.registry.state import evolve_project
from shared.events.registry import (
    InformationResource,
    NoDataStatementApproved,
    ResourceCatalogue,
    ResourcesCatalogued,
    SharingType,
    StatementApproval,
)
from shared.regulation.common import decider_did_not_submit
from tests.registry.building import PROJECTS, declared
from tests.support.builders import UNIT
from tests.support.given_when_then import DECIDER, OFFICER, SUBJECT, as_recorded

KEPT_BACK = {"code": "1-02", "name": "心理档案", "sharing": "NONE", "citation": "未成年人保护法"}


def resource(**changes: Any) -> ResourceCatalogue:
    values = {"code": "1-01", "name": "学籍", "sharing": "UNCONDITIONAL", **changes}
    return ResourceCatalogue(resources=(InformationResource.model_validate(values),))


def test_resources_are_catalogued_for_a_declared_project() -> None:
    PROJECTS.when(decisions.catalogue_resources, resource()).then_broken(
        declarations.project_is_declared
    )
    PROJECTS.given(declared()).when(decisions.catalogue_resources, resource()).then(
        ResourcesCatalogued
    )


@pytest.mark.parametrize(
    ("sharing", "justification"),
    [(SharingType.CONDITIONAL, "condition"), (SharingType.NONE, "citation")],
)
def test_less_than_unconditional_sharing_is_justified(
    sharing: SharingType, justification: str
) -> None:
    case = PROJECTS.given(declared())
    case.when(decisions.catalogue_resources, resource(sharing=sharing)).then_broken(
        resources.sharing_is_justified
    )
    case.when(
        decisions.catalogue_resources, resource(sharing=sharing, **{justification: "有据"})
    ).then(ResourcesCatalogued)


def test_a_catalogue_of_which_nothing_is_shared_says_so() -> None:
    case = PROJECTS.given(declared())
    nothing = resource(**KEPT_BACK)
    case.when(decisions.catalogue_resources, nothing).having(shares_nothing=True)
    something = ResourceCatalogue(resources=(*nothing.resources, *resource().resources))
    case.when(decisions.catalogue_resources, something).having(shares_nothing=False)
    no_data = ResourceCatalogue(no_data_statement="不产生数据")
    case.when(decisions.catalogue_resources, no_data).having(shares_nothing=False)


def test_whoever_entered_the_resources_is_kept_beside_whoever_declared() -> None:
    catalogued = PROJECTS.given(declared()).when(decisions.catalogue_resources, resource()).events
    (recorded,) = as_recorded(catalogued, start=2)
    meta = recorded.meta.model_copy(update={"actor": DECIDER})
    entered = replace(recorded, stored_meta=meta)
    after = evolve_project(PROJECTS.given(declared()).state(), entered)
    assert after.submitted_by == {OFFICER.person, DECIDER.person}


def test_a_note_on_secrecy_is_recorded_and_changes_nothing() -> None:
    noted = resource(secrecy_note="提供和使用依保密规定另行办理")
    outcome = PROJECTS.given(declared()).when(decisions.catalogue_resources, noted)
    outcome.then(ResourcesCatalogued).having(catalogue=noted)


def test_a_statement_of_no_data_needs_the_bureaus_agreement() -> None:
    approval = StatementApproval(text="同意")
    stated = ResourcesCatalogued(
        on=date(2026, 5, 6),
        project_id=SUBJECT,
        unit_id=UNIT,
        catalogue=ResourceCatalogue(no_data_statement="仅为机房改造，不产生数据"),
    )
    case = PROJECTS.given(declared())
    case.when(decisions.approve_no_data_statement, approval).then_broken(
        resources.no_data_statement_awaits_approval
    )
    agreed = case.given(stated).when(decisions.approve_no_data_statement, approval)
    agreed.then(NoDataStatementApproved)
    case.given(stated, *agreed.events).when(
        decisions.approve_no_data_statement, approval
    ).then_broken(resources.no_data_statement_awaits_approval)
    case.given(stated).by(OFFICER).when(decisions.approve_no_data_statement, approval).then_broken(
        decider_did_not_submit
    )
