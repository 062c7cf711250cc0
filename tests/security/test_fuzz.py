"""Requests nobody thought of: no service breaks, and each answers as its contract says."""

from collections.abc import Iterator

import pytest

from shared.web.settings import SERVICES
from tests.security.fuzzing import Effort, fuzz
from tests.security.target import Target, target
from tests.shared.test_openapi import contracts
from tests.support.city import CityDatabases

pytestmark = [
    pytest.mark.timeout(300),
    # The generators of Schemathesis are not ours to mend.
    pytest.mark.filterwarnings("default::hypothesis.errors.HypothesisWarning"),
    pytest.mark.filterwarnings("default::ResourceWarning"),
]


@pytest.fixture(scope="module")
def fuzzed(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    with target(city_databases, tmp_path_factory.mktemp("fuzzed")) as running:
        yield running


@pytest.mark.owasp("API2", "API3", "API4", "API8", "API9")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_keeps_to_its_contract(fuzzed: Target, service: str) -> None:
    contract = contracts()[service]
    outcome = fuzz(
        contract,
        f"{fuzzed.address}/{service}",
        fuzzed.callers,
        {"project_id": fuzzed.projects},
        Effort(),
    )
    assert outcome.failures == {}
    assert outcome.operations == {
        f"{method.upper()} {path}" for path, item in contract["paths"].items() for method in item
    }
    assert {"fuzzing", "coverage", "stateful"} <= outcome.phases.keys()
