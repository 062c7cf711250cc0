"""The project of the tests over HTTP."""

import uuid

import pytest

from tests.budget.building import (
    asset_confirmed,
    catalogued,
    declared,
    item,
    replied,
)
from tests.budget.over_http import OneProject
from tests.support.city import City, new_unit_id


@pytest.fixture
async def project(city: City) -> OneProject:
    """Approved at 1 000 000.00 in two items, its system catalogued and managed; not accepted."""
    one = OneProject(city, new_unit_id(), uuid.uuid4())
    declaration = declared(system_id=one.id, unit_id=one.unit, county_codes=["511102", "511181"])
    await one.record("registry", declaration, catalogued(), asset_confirmed())
    items = [item("700000.00"), item("300000.00", "B1")]
    await one.record("approval", replied(items=items))
    return one
