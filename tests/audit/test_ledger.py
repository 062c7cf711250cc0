"""底账: the same whichever log is read first, and seen as of any day."""

from datetime import date, timedelta
from itertools import permutations

from services.audit.eligibility import OF_STANDING
from services.audit.ledger import City, Shelves
from services.audit.reports import REPORTS
from shared.events import Recorded
from shared.regulation.calendar import calendar_of
from shared.regulation.pack import installed
from shared.web.settings import LOGS
from tests.audit.building import PROJECT, UNIT, city, event, recorded, violation

DAY = timedelta(days=1)
FIRST = date(2026, 5, 6)
END = date(2026, 12, 31)
STORY = [
    event(name, FIRST)
    for name in (
        *("UnitRegistered", "SystemCatalogued", "ProjectDeclared", "ResourcesCatalogued"),
        *("ProjectListed", "DocumentSubmitted", "ReplyIssued", "ChangeFiled", "BudgetIncluded"),
        *("AcceptanceScheduled", "AcceptanceOverdue", "AcceptanceConcluded", "RequestRefused"),
    )
]


def shelved(events: list[Recorded]) -> City:
    shelves = Shelves()
    for each in events:
        shelves.add(each)
    return City(shelves, END, installed(), calendar_of())


def test_it_does_not_matter_which_log_is_read_first() -> None:
    logs = {
        service: [each for each in recorded(*STORY) if each.ref.service == service]
        for service in LOGS
    }
    answers = [
        {
            report.id: report.table(shelved([e for s in order for e in logs[s]])).rows
            for report in REPORTS.values()
        }
        for order in permutations(LOGS)
    ]
    assert all(answer == answers[0] for answer in answers)


def test_it_knows_how_far_each_log_is_read() -> None:
    positions = city(END, *STORY).positions
    assert positions == {"registry": 5, "approval": 4, "budget": 1, "acceptance": 3}


def test_a_file_holds_what_had_happened_by_the_day() -> None:
    late = violation(FIRST + DAY)
    for as_of, found in ((FIRST, 0), (FIRST + DAY, 1)):
        file = city(as_of, *STORY, late).file(f"unit:{UNIT}")
        assert len(file.all(type(late))) == found
        assert (file.last(type(late)) == late) is bool(found)


def test_events_of_several_types_keep_the_order_of_their_log() -> None:
    file = city(END, *STORY).file(f"project:{PROJECT}")
    assert [r.event.type for r in file.recorded(*OF_STANDING)] == [
        *("AcceptanceScheduled", "AcceptanceOverdue", "AcceptanceConcluded"),
    ]
    per_service = [(r.ref.service, r.ref.position) for r in file.recorded()]
    assert per_service == sorted(per_service)


def test_only_of_refusals_and_declarations_is_it_kept_who_asked() -> None:
    whole = city(END, *STORY).whole
    kept = {r.event.type for r in whole.recorded() if r.stored_meta}
    assert kept == {"RequestRefused", "ProjectDeclared"}
