"""权限表: the published matrix is equal to the code, and Cedar decides every question alike."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from cedarpy import Decision, is_authorized_batch

from deploy.authority_table import held_by, markdown, operations
from deploy.catalogue import SPECS
from shared.kernel.actor import Actor
from shared.regulation.authority import UNIT, Party, Power
from shared.regulation.pack import Pack, Policy, installed, read
from shared.web.actors import authorise
from shared.web.problems import ProblemError
from tests.shared.regulation.building import rewritten
from tests.support.builders import OTHER_UNIT, THIRD_UNIT
from tests.support.builders import UNIT as OWNER
from tests.support.cedar import Asked, entities, policies
from tests.support.processes import govit

PUBLISHED = Path(__file__).parents[1] / "docs" / "authority.md"
TURN = date(2025, 7, 1)

SHIPPED = installed().packs[0]


# -- the same table, decided by another engine --------------------------------------------------


def dated(folder: Path) -> Pack:
    """A pack in which bodies, powers and roles come and go on a day."""
    return read(
        rewritten(
            folder,
            (
                'confirm_asset = { bodies = ["GAB"], article = "5", own = false }',
                'confirm_asset = [ { bodies = ["GAB"], article = "5", until = 2025-07-01 },'
                ' { bodies = ["FIN", "GAB"], article = "35", since = 2025-07-01 } ]',
            ),
            (
                'issue_reply = { bodies = ["DRC"], article = "24"',
                'issue_reply = { bodies = ["DRC"], roles = ["DIRECTOR"], article = "24"',
            ),
            (
                'file_change = { bodies = ["UNIT"], article = "29"',
                'file_change = { bodies = ["UNIT"], since = 2025-07-01, article = "29"',
            ),
            ('name = "市国家保密局" }', 'name = "市国家保密局", since = 2025-07-01 }'),
            ('name = "市密码管理局" }', 'name = "市密码管理局", until = 2025-07-01 }'),
        )
    )


@pytest.fixture(params=["shipped", "dated"])
def pack(request: pytest.FixtureRequest, tmp_path: Path) -> Pack:
    return SHIPPED if request.param == "shipped" else dated(tmp_path)


def everybody(pack: Pack) -> Iterator[Actor]:
    """Somebody of every body in two roles, and of none; an owner, a partner and a stranger."""
    for code, role in product([*(b.code for b in pack.bodies), "MAYOR"], ["OFFICER", "DIRECTOR"]):
        units = (OWNER, OTHER_UNIT, THIRD_UNIT) if code == UNIT else (None,)
        for unit_id in units:
            yield Actor(person="one", name="一", body=code, role=role, unit_id=unit_id)


def parties(power: Power) -> frozenset[str]:
    """The units that a project of one owner and one partner is for."""
    return frozenset(
        {
            Party.OWNER: {OWNER},
            Party.PARTICIPANT: {OTHER_UNIT},
            Party.EITHER: {OWNER, OTHER_UNIT},
        }[power.party]
    )


def allowed(pack: Pack, asked: Asked) -> bool:
    """What the product decides."""
    policy = Policy(pack, asked.day)
    power = policy.powers(asked.operation).get(asked.actor.body)
    try:
        authorise(asked.actor, policy, asked.operation, parties(power) if power else None)
    except ProblemError as refused:
        assert refused.status == 403
        return False
    return True


def test_cedar_decides_every_question_as_the_product_does(pack: Pack) -> None:
    actors = list(everybody(pack))
    days = (TURN - timedelta(days=1), TURN)
    questions = [Asked(*each) for each in product(actors, [*pack.authority, "grant_a_wish"], days)]
    answers = is_authorized_batch(
        [asked.request for asked in questions],
        policies(pack),
        entities(actors, OWNER, [OTHER_UNIT]),
    )
    assert not [error for answer in answers for error in answer.diagnostics.errors]
    decided = [answer.decision is Decision.Allow for answer in answers]
    other = [q for q, yes in zip(questions, decided, strict=True) if allowed(pack, q) is not yes]
    assert other == []
    assert 500 < sum(decided) < len(decided)


def test_a_power_too_many_in_the_table_is_noticed_by_the_comparison(tmp_path: Path) -> None:
    asked = Asked(next(a for a in everybody(SHIPPED) if a.body == "AUD"), "issue_reply", TURN)
    wider = read(
        rewritten(
            tmp_path,
            ('issue_reply = { bodies = ["DRC"]', 'issue_reply = { bodies = ["DRC", "AUD"]'),
        )
    )
    (answer,) = is_authorized_batch(
        [asked.request], policies(wider), entities([asked.actor], OWNER, [])
    )
    assert answer.decision is Decision.Allow
    assert not allowed(SHIPPED, asked)


# -- what the regulation wants of the table -----------------------------------------------------


def commands() -> dict[str, tuple[Power, ...]]:
    names = {name for spec in SPECS.values() for name in spec.commands}
    return {name: SHIPPED.authority[name] for name in names}


def test_auditors_read_everything_and_write_nothing() -> None:
    table = operations()
    writing = {o.key for o in table if not o.reads and any("AUD" in p.bodies for p in o.powers)}
    assert writing == set()
    unread = {o.key for o in table if o.reads and not any("AUD" in p.bodies for p in o.powers)}
    assert unread == set()


def test_a_command_that_is_a_units_is_on_its_own_only() -> None:
    everywhere = {
        name
        for name, powers in commands().items()
        for power in powers
        if UNIT in power.bodies and not power.own
    }
    assert everywhere == set()


def test_a_unit_reads_its_own_and_what_is_the_whole_citys() -> None:
    reads = [o for o in operations() if o.reads]
    common = {o.key for o in reads for p in o.powers if UNIT in p.bodies and not p.own}
    assert common == {
        "list_plans",
        "read_plan",
        "list_policies",
        "read_policy",
        "list_interpretations",
        "list_price_caps",
        "read_price_caps",
    }
    hidden = {o.key for o in reads if not any(UNIT in p.bodies for p in o.powers)}
    assert hidden == {
        "list_annual_lists",
        "read_annual_list",
        "read_feed",
        "read_feed_head",
        "read_log_checkpoint",
        "read_log_inclusion",
        "read_log_consistency",
        "list_log_keys",
        "list_checkpoints",
        "read_checkpoint",
        "simulate_policy",
        "recheck_decisions",
        "recheck_decision",
        "read_years_lists",
        "read_knowledge",
        "explain_event",
        "check_integrity",
        "list_reports",
        "read_report",
        "list_refusals",
        "audit.list_exceptions",
        "list_late_notices",
        "list_overrides",
        "export_projects",
        "export_project",
        "list_flags",
        "list_flag_definitions",
        "list_access_log",
        "list_city_access_log",
        "read_audit_bundle",
        "create_audit_bundle",
        "list_audit_bundles",
        "read_audit_bundle_operation",
        "download_audit_bundle",
    }


def test_only_participants_sign_off_and_every_other_act_is_the_owners() -> None:
    parties = {name: {p.party for p in powers} for name, powers in commands().items()}
    assert parties.pop("sign_off") == {Party.PARTICIPANT}
    assert set().union(*parties.values()) == {Party.OWNER}


@pytest.mark.parametrize(
    ("operation", "bodies"),
    [
        ("confirm_asset", {"GAB"}),
        ("confirm_copy", {"GAB"}),
        ("request_opinion", {"DRC"}),
        ("give_opinion", {"FIN", "CAC", "PSB", "CRY", "DEB"}),
        ("issue_reply", {"DRC"}),
        ("concur", {"DEB"}),
        ("give_municipal_consent", {"GOV"}),
        ("approve_annual_list", {"GOV"}),
        ("approve_unshared_project", {"LG"}),
        ("rule_on_termination", {"LG"}),
        ("include_in_budget", {"FIN"}),
        ("include_operation_budget", {"FIN"}),
        ("set_price_cap", {"DEB"}),
        ("conclude_acceptance", {"DEB"}),
        ("review_service_acceptance", {"DEB"}),
        ("record_security_finding", {"CAC", "SEC", "PSB", "CRY", "DEB"}),
        ("declare_project", {"UNIT"}),
    ],
)
def test_what_the_regulation_gives_to_a_body_is_that_bodys_alone(
    operation: str, bodies: set[str]
) -> None:
    assert set(Policy(SHIPPED, TURN).powers(operation)) == bodies


# -- the page and the command -------------------------------------------------------------------


def test_the_published_matrix_is_equal_to_the_code() -> None:
    assert PUBLISHED.read_text("utf-8") == markdown(operations()), (
        "docs/authority.md: run govit authority --markdown > docs/authority.md"
    )


def test_every_entry_of_the_pack_is_in_the_matrix_once() -> None:
    assert sorted(o.key for o in operations()) == sorted(SHIPPED.authority)


def test_what_a_body_may_do_on_a_day() -> None:
    table = operations()
    of_assets = {o.key for o in held_by(table, "GAB", TURN) if not o.reads}
    assert of_assets == {"confirm_asset", "confirm_copy", "put_attachment"}
    assert {o.key for o in held_by(table, "GAB", None)} >= of_assets
    assert held_by(table, "MAYOR", TURN) == ()


def test_the_command_gives_each_operation_with_its_powers() -> None:
    shown = govit("authority", "--json", "--body", "GAB")
    assert shown.returncode == 0, shown.stderr
    entry = next(e for e in json.loads(shown.stdout) if e["entry"] == "confirm_asset")
    assert (entry["services"], entry["reads"], entry["http"]) == (["registry"], False, True)
    (power,) = entry["powers"]
    assert (power["bodies"], power["article"]) == (["GAB"], "5")
    table = govit("authority", "--body", "GAB", "--on", "2026-05-06")
    assert "confirm_copy" in table.stdout
    assert "issue_reply" not in table.stdout
    assert govit("authority", "--body", "GAB", "--on", "heute").returncode == 2
