"""政策包: loads or says why not; values change on their day; a baseline keeps its pack."""

import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import Money
from shared.regulation.pack import (
    DatedValue,
    Library,
    NoPolicyInForce,
    PackError,
    Policy,
    Reach,
    installed,
    read,
)
from tests.shared.regulation.building import SHIPPED, rewritten, successor

FIRST, LAST, EXPIRY = date(2022, 6, 25), date(2027, 6, 24), date(2027, 6, 25)
CITY = "511100"


@pytest.fixture
def shipped() -> Policy:
    return installed().in_force(date(2026, 5, 6))


# -- the shipped pack ---------------------------------------------------------------------------


def test_the_shipped_pack_has_all_57_articles(shipped: Policy) -> None:
    assert list(shipped.pack.articles) == [str(n) for n in range(1, 58)]
    assert all(shipped.pack.articles.values())


def test_every_value_power_and_material_cites_an_article_of_the_pack(shipped: Policy) -> None:
    pack = shipped.pack
    cited = [v.article for v in pack.values]
    cited += [p.article for powers in pack.authority.values() for p in powers]
    cited += [m.article for stage in pack.materials.values() for m in stage]
    assert len(cited) > 80
    assert set(cited) <= set(pack.articles)


def test_every_power_and_opinion_belongs_to_a_body_of_the_pack(shipped: Policy) -> None:
    pack = shipped.pack
    bodies = {body.code for body in pack.bodies}
    assert len(bodies) == len(pack.bodies)
    powers = [power for entry in pack.authority.values() for power in entry]
    assert {body for power in powers for body in power.bodies} <= bodies
    assert {duty.body for duty in pack.opinions} <= bodies
    assert all(power.bodies for power in powers)


def test_every_value_holds_from_the_first_day_on(shipped: Policy) -> None:
    for value in shipped.pack.values:
        assert shipped.pack.value(value.key, FIRST) == value.value


def test_values_are_read_as_what_they_are(shipped: Policy) -> None:
    assert shipped.number("trial_months") == 3
    assert shipped.money("merged_plan_max_total") == Money.of("5000000.00")
    assert shipped.flag("art29_cumulative") is True
    assert shipped.flag("code_required_for_service") is False
    assert shipped.reference == "511100-2022@1"
    assert shipped.body_name("DEB") == "市数字经济局"


def test_material_codes_are_distinct_within_a_stage(shipped: Policy) -> None:
    for stage in shipped.pack.materials:
        codes = [material.code for material in shipped.materials(stage)]
        assert len(set(codes)) == len(codes) > 0


# -- a pack that cannot be used -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('basis = "川办发〔2021〕49号"', "basis = "), r"at line"),
        (('title = "', 'titel = "'), r"title: Field required"),
        (("version = 1\n", "version = 1\nissuer = 1\n"), r"issuer: Extra inputs"),
        (("valid_until = 2027-06-25", "valid_until = 2027-06-31"), r"at line"),
        (('jurisdiction = "511100"', 'jurisdiction = "leshan"'), r"jurisdiction: "),
        (
            ('"trial_months", since = 2022-06-25, value = 3', '"trial_months", value = 3'),
            r"values\.\d+\.since: Field required",
        ),
        (
            ('declare_project = { bodies = ["UNIT"]', 'declare_project = { body = ["UNIT"]'),
            r"authority\.declare_project\.0\.bodies",
        ),
        (
            (
                '"trial_months", since = 2022-06-25, value = 3, article = "31"',
                '"trial_months", since = 2022-06-25, value = 3, article = "58"',
            ),
            r"values\.trial_months: article 58 is not in \[articles\]",
        ),
        (
            (
                'declare_project = { bodies = ["UNIT"], article = "15"',
                'declare_project = { bodies = ["UNIT"], article = "15a"',
            ),
            r"authority\.declare_project: article 15a is not in \[articles\]",
        ),
        (
            (
                '{ code = "CLOUD_DEMAND", label = "政务云需求方案", article = "16" }',
                '{ code = "CLOUD_DEMAND", label = "政务云需求方案", article = "160" }',
            ),
            r"materials\.declaration\.CLOUD_DEMAND: article 160 is not in \[articles\]",
        ),
    ],
)
def test_a_faulty_pack_is_refused_naming_file_and_key(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    path = rewritten(tmp_path, change, name="faulty.toml")
    with pytest.raises(PackError, match=rf"^faulty\.toml: .*{complaint}"):
        read(path)
    with pytest.raises(PackError, match=r"^faulty\.toml"):
        Library.load(CITY, tmp_path)


def test_a_pack_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_bytes(SHIPPED.read_text("utf-8").encode("gb18030"))
    with pytest.raises(PackError, match=r"^old\.toml"):
        read(path)


def test_packs_of_one_city_do_not_overlap(tmp_path: Path) -> None:
    path = successor(tmp_path)
    path.write_text(path.read_text("utf-8").replace("2027-06-25", "2027-06-24", 1), "utf-8")
    with pytest.raises(PackError, match="511100-2027: valid_from lies inside 511100-2022"):
        Library.load(CITY, tmp_path)


def test_packs_of_two_cities_may_be_valid_at_the_same_time(tmp_path: Path) -> None:
    rewritten(
        tmp_path,
        ('id = "511100-2022"', 'id = "511102-2022"'),
        ('jurisdiction = "511100"', 'jurisdiction = "511102"'),
        name="county.toml",
    )
    assert Library.load(CITY, tmp_path).in_force(FIRST).pack.id == "511100-2022"
    assert Library.load("511102", tmp_path).in_force(FIRST).pack.id == "511102-2022"


def test_a_place_without_a_pack_is_named(tmp_path: Path) -> None:
    rewritten(tmp_path)
    with pytest.raises(PackError, match="no pack for jurisdiction 511181"):
        Library.load("511181", tmp_path)


# -- days ---------------------------------------------------------------------------------------


def test_a_pack_is_in_force_from_its_first_day_to_the_day_before_its_last() -> None:
    for day in (FIRST, LAST):
        assert installed().in_force(day).reference == "511100-2022@1"
    for day in (FIRST - timedelta(days=1), EXPIRY, EXPIRY + timedelta(days=365)):
        with pytest.raises(NoPolicyInForce, match=re.escape(f"{day} 不在任何政策包的有效期内")):
            installed().in_force(day)


def test_a_later_value_counts_from_its_day_on(tmp_path: Path) -> None:
    # Written before the older one: what counts is the day, not the place in the file.
    older = '{ key = "acceptance_filing_days"'
    newer = (
        '{ key = "acceptance_filing_days", since = 2026-03-01, value = 20, article = "31" },\n  '
    )
    policies = Library((read(rewritten(tmp_path, (older, newer + older))),))
    turn = date(2026, 3, 1)
    assert policies.in_force(turn - timedelta(days=1)).number("acceptance_filing_days") == 30
    assert policies.in_force(turn).number("acceptance_filing_days") == 20
    assert policies.in_force(LAST).number("acceptance_filing_days") == 20


def test_a_value_that_does_not_hold_yet_or_exist_is_no_number(shipped: Policy) -> None:
    with pytest.raises(KeyError, match="trial_months has no value on 2022-06-24"):
        shipped.pack.value("trial_months", FIRST - timedelta(days=1))
    with pytest.raises(KeyError):
        shipped.number("trial_weeks")


def test_running_projects_keep_their_pack_under_its_successor(tmp_path: Path) -> None:
    successor(
        tmp_path,
        (
            '"art29_max_percent", since = 2022-06-25, value = 15',
            '"art29_max_percent", since = 2027-06-25, value = 10',
        ),
        (
            '"trial_months", since = 2022-06-25, value = 3',
            '"trial_months", since = 2027-06-25, value = 6',
        ),
    )
    policies = Library.load(CITY, tmp_path)
    before, after = policies.in_force(LAST), policies.in_force(EXPIRY)
    assert (before.reference, after.reference) == ("511100-2022@1", "511100-2027@1")
    assert (before.number("trial_months"), after.number("trial_months")) == (3, 6)

    baseline = policies.cited(before.reference, EXPIRY + timedelta(days=100))
    assert baseline.pack.id == "511100-2022"
    assert baseline.number("art29_max_percent") == 15
    assert after.number("art29_max_percent") == 10


def test_a_successor_that_says_so_takes_over_running_projects(tmp_path: Path) -> None:
    successor(
        tmp_path,
        ("version = 1\n", "version = 1\nadopts_running = true\n"),
        (
            '"art29_max_percent", since = 2022-06-25, value = 15',
            '"art29_max_percent", since = 2027-06-25, value = 10',
        ),
    )
    policies = Library.load(CITY, tmp_path)
    running = policies.in_force(LAST).reference
    assert policies.cited(running, LAST).number("art29_max_percent") == 15
    assert policies.cited(running, EXPIRY).number("art29_max_percent") == 10


def test_a_pack_that_leaves_out_what_decisions_ask_for_is_refused_as_a_whole(
    tmp_path: Path,
) -> None:
    successor(
        tmp_path,
        ('key = "trial_months"', 'key = "trial_weeks"'),
        ('value = "5000000.00"', "value = 5000000"),
        ("declare_project = {", "declare_a_project = {"),
        ("acceptance_service = [", "acceptance_of_service = ["),
    )
    with pytest.raises(PackError) as refused:
        Library.load(CITY, tmp_path)
    assert sorted(str(refused.value).splitlines()) == [
        "511100-2027: authority: missing declare_project",
        "511100-2027: authority: no operation declare_a_project",
        "511100-2027: materials: missing acceptance_service",
        "511100-2027: values.merged_plan_max_total: 5000000 is not str",
        "511100-2027: values: missing trial_months",
    ]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = rewritten(
        tmp_path,
        ("valid_until = 2027-06-25", "valid_until = 2022-06-25"),
        ('approve_annual_list = { bodies = ["GOV"]', 'approve_annual_list = { bodies = ["MAYOR"]'),
    )
    with pytest.raises(PackError) as refused:
        read(path)
    assert str(refused.value).splitlines() == [
        "pack.toml: valid_until: is not after valid_from",
        "pack.toml: authority.approve_annual_list: MAYOR not in bodies",
    ]


def test_a_list_of_bodies_names_bodies_of_the_pack(tmp_path: Path) -> None:
    listed = 'central_review_bodies", since = 2022-06-25, value = "DRC'
    path = rewritten(tmp_path, (f"{listed} FIN", f"{listed} MOF"))
    with pytest.raises(PackError, match=r"values\.central_review_bodies: MOF not in bodies"):
        read(path)


def test_a_text_may_be_another_text_and_an_amount_another_amount() -> None:
    other = installed().overridden({"central_review_bodies": "DRC FIN CAC"}).in_force(FIRST)
    assert other.codes("central_review_bodies") == ("DRC", "FIN", "CAC")
    with pytest.raises(PackError, match="procurement_threshold 须为"):
        installed().overridden({"procurement_threshold": "DRC"})


# -- interpretations ----------------------------------------------------------------------------

TURN = date(2026, 7, 1)


def interpreted(reach: Reach) -> Library:
    """Fifteen percent become ten on 1 July 2026."""
    value = DatedValue(
        key="art29_max_percent", since=TURN, value=10, article="56", note="解释", reach=reach
    )
    return installed().interpreted([("511100-2022", value)])


def test_an_interpretation_counts_from_its_day_on_and_is_cited() -> None:
    policies = interpreted(Reach.ALL)
    assert policies.in_force(TURN - timedelta(days=1)).number("art29_max_percent") == 15
    now = policies.in_force(TURN)
    assert (now.number("art29_max_percent"), now.reference) == (10, "511100-2022@1.1")


def test_one_that_counts_for_all_also_reaches_running_projects() -> None:
    running = interpreted(Reach.ALL).cited("511100-2022@1", TURN, born=date(2026, 3, 1))
    assert running.number("art29_max_percent") == 10


def test_one_for_new_objects_leaves_what_began_before_its_day() -> None:
    policies = interpreted(Reach.NEW_OBJECTS)
    begun = [TURN - timedelta(days=1), TURN]
    percents = [
        policies.cited("511100-2022@1", date(2026, 12, 1), born=day).number("art29_max_percent")
        for day in begun
    ]
    assert percents == [15, 10]
    assert policies.in_force(TURN).number("art29_max_percent") == 10


def test_what_was_interpreted_can_still_be_cited_by_those_who_did_not_know() -> None:
    policies = interpreted(Reach.ALL)
    assert policies.cited("511100-2022@1", TURN) == policies.cited("511100-2022@1.1", TURN)


@pytest.mark.parametrize("reference", ["511100-2022@2", "511100-2022", "511100-2017@1", ""])
def test_a_pack_that_is_not_installed_cannot_be_cited(reference: str) -> None:
    with pytest.raises(PackError, match="is not installed"):
        installed().cited(reference, FIRST)


# -- shares -------------------------------------------------------------------------------------


@given(st.integers(min_value=0, max_value=10**17 - 1), st.integers(min_value=-1, max_value=1))
def test_a_share_draws_the_line_to_the_fen(amount: int, beside: int) -> None:
    policy = installed().in_force(FIRST)
    share = policy.share("art29_max_percent", Money(amount))
    exact = Fraction(amount) * Fraction(15, 100)
    moved = share + beside
    assert (moved <= share) is (Fraction(moved) <= exact)
    assert type(share) is Money


def test_fifteen_percent_of_a_million_is_a_hundred_and_fifty_thousand(shipped: Policy) -> None:
    assert str(shipped.share("art29_max_percent", Money.of("1000000.00"))) == "150000.00"
    assert str(shipped.share("art29_max_percent", Money.of("0.33"))) == "0.04"
