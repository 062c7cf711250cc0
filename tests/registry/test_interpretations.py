"""解释: by whom, of what, from when; and what reads it from its day on (第五十六条)."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.decisions import Facts, publish_interpretation
from services.registry.rules import interpretations as rules
from services.registry.state import Interpretations, evolve_interpretations
from shared.events.registry import Interpretation, PolicyInterpreted
from shared.regulation.pack import installed
from shared.regulation.readings import readings_of
from tests.support.builders import document
from tests.support.city import City
from tests.support.given_when_then import TODAY, Case

PACK = "511100-2022"
CASE = Case(Interpretations(), evolve_interpretations, Facts(), "registry", subject=PACK)


def interpretation(**changes: Any) -> Interpretation:
    return Interpretation.model_validate(
        {
            "article": "25",
            "text": "初步设计总投资超过可研批复百分之五的，为重大变更",
            "document": document("解释", "乐数〔2026〕11号"),
            "issued_with": ["DRC", "FIN"],
            "since": TODAY,
            "key": "art25_major_percent",
            "value": "5",
            **changes,
        }
    )


def test_an_interpretation_is_published_with_its_day_and_number() -> None:
    CASE.when(publish_interpretation, interpretation()).then(PolicyInterpreted).having(pack=PACK)


@pytest.mark.parametrize("bodies", [[], ["DRC"], ["FIN"]])
def test_it_is_issued_together_with_both_other_bodies(bodies: list[str]) -> None:
    CASE.when(publish_interpretation, interpretation(issued_with=bodies)).then_broken(
        rules.interpretation_is_joint
    )


def test_its_document_bears_a_number() -> None:
    CASE.when(publish_interpretation, interpretation(document=document("解释"))).then_broken(
        rules.interpretation_is_joint
    )


def test_it_never_looks_back() -> None:
    yesterday = TODAY - timedelta(days=1)
    CASE.when(publish_interpretation, interpretation(since=yesterday)).then_broken(
        rules.interpretation_looks_ahead
    )
    CASE.when(publish_interpretation, interpretation(since=TODAY)).then(PolicyInterpreted)


@pytest.mark.parametrize(
    ("key", "value"),
    [("merged_plan_max_total", "3000000.00"), ("art29_max_percent", "10"), ("trial_months", "6")],
)
def test_what_the_text_says_in_numbers_is_not_for_interpretation(key: str, value: str) -> None:
    CASE.when(publish_interpretation, interpretation(key=key, value=value)).then_broken(
        rules.interpreted_value_is_left_open
    )


def test_a_number_of_days_or_percent_has_four_digits_at_most() -> None:
    for value in ("0", "9999"):
        content = interpretation(key="surplus_return_days", value=value)
        CASE.when(publish_interpretation, content).then(PolicyInterpreted)


def test_a_list_of_bodies_may_be_another_list_of_bodies() -> None:
    content = interpretation(key="special_regime_approvers", value="DRC DEB FIN")
    CASE.when(publish_interpretation, content).then(PolicyInterpreted)


def test_a_reading_may_change_no_parameter() -> None:
    CASE.when(publish_interpretation, interpretation(key=None, value=None)).then(PolicyInterpreted)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "art26_percent"}, "key"),
        ({"value": "五"}, "value"),
        ({"value": "-1"}, "value"),
        ({"key": "surplus_return_days", "value": "10000"}, "value"),
        ({"key": "surplus_return_days", "value": "99999999999"}, "value"),
        ({"key": "special_regime_approvers", "value": "DRC DEBB"}, "value"),
        ({"key": "own_exceptions_filed_with", "value": "UNITS"}, "value"),
        ({"value": None}, "value"),
        ({"key": None}, "value"),
        ({"article": "58"}, "article"),
    ],
)
def test_what_cannot_be_meant_names_the_field(changes: dict[str, Any], field: str) -> None:
    CASE.when(publish_interpretation, interpretation(**changes)).then_invalid(field)


def test_a_pack_that_is_not_installed_is_not_interpreted() -> None:
    elsewhere = Case(
        Interpretations(), evolve_interpretations, Facts(), "registry", subject="511100-2017"
    )
    elsewhere.when(publish_interpretation, interpretation()).then_invalid("pack_id")


def test_each_of_the_32_questions_has_a_stated_reading_with_its_article() -> None:
    (pack,) = (p for p in installed().packs if p.id == PACK)
    readings = readings_of(PACK)
    assert [r.id for r in readings] == [f"AMB-{n:02}" for n in range(1, 33)]
    assert {r.article for r in readings} <= set(pack.articles)
    keys = {key for reading in readings for key in reading.keys}
    assert keys <= {value.key for value in pack.values}


async def test_from_its_day_on_every_service_reads_the_new_value(fresh_city: City) -> None:
    path = f"/registry/v1/policies/{PACK}/interpretations"
    today = date(2025, 9, 1)
    content = interpretation(
        key="catalogue_review_days", value="90", article="9", since=today + timedelta(days=1)
    )
    answer = await fresh_city.post(path, content, by="DEB")
    assert answer.status_code == 201, answer.text
    published = (await fresh_city.get(path)).json()["published"]
    assert [p["interpretation"]["value"] for p in published] == ["90"]
    for service in ("registry", "approval", "budget", "acceptance", "audit"):
        runtime = fresh_city.runtime(service)
        await runtime.fence()
        before, after = (
            runtime.policies.in_force(today + timedelta(days=n)).number("catalogue_review_days")
            for n in (0, 1)
        )
        assert (service, before, after) == (service, 180, 90)
    shown = (await fresh_city.get(f"/registry/v1/policies/{PACK}", as_of="2025-09-02")).json()
    assert shown["reference"] == "511100-2022@1.1"
    values = {v["key"]: v["value"] for v in shown["values"]}
    assert values["catalogue_review_days"] == "90"


async def test_only_the_bureau_publishes_and_never_over_the_text(fresh_city: City) -> None:
    path = f"/registry/v1/policies/{PACK}/interpretations"
    assert (await fresh_city.post(path, interpretation(), by="FIN")).status_code == 403
    answer = await fresh_city.post(
        path, interpretation(since=date(2025, 9, 1), key="trial_months", value="1"), by="DEB"
    )
    assert answer.status_code == 409
    assert answer.json()["rules"][0]["rule"] == "interpreted_value_is_left_open"
