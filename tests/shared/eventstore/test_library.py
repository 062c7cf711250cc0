"""The library's own test cases for recorders, on our log.

Left out are `test_performance` and `test_concurrent_throughput`: they assert nothing beyond what
the other cases do and only print a speed, which `tests.bench.append` measures.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing import cryptography
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment

from shared.eventstore import EventLog, Factory
from shared.eventstore.snapshots import SnapshotRecorder
from tests.shared.eventstore.building import LogDatabase, now

# The cases import the library's AES on PyCryptodome; this is the library's AES on `cryptography`.
sys.modules["eventsourcing.cipher"] = cryptography
from eventsourcing.tests import persistence as cases  # noqa: E402


class OnNewLog:
    """Gives a case a log of its own; our stream ids are texts."""

    database: LogDatabase
    opened: list[EventLog | SnapshotRecorder]

    @pytest.fixture(autouse=True)
    def _database(self, database: LogDatabase) -> Iterator[None]:
        self.database = database
        self.opened = []
        yield
        for each in self.opened:
            each.close()

    def create_recorder(self) -> EventLog:
        log = EventLog(self.database.application, clock=now)
        self.opened.append(log)
        return log

    def new_originator_id(self) -> str:
        return str(uuid4())


class CountingFromZero(EventLog):
    """Two of the library's cases number their streams from 0; ours begin at 1."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        shifted = [
            replace(each, originator_version=each.originator_version + 1) for each in stored_events
        ]
        return super().insert_events(shifted, **kwargs)


class TestApplicationRecorder(OnNewLog, cases.ApplicationRecorderTestCase[EventLog]):
    def test_subscription(self) -> None:
        self.optional_test_insert_subscribe()

    def test_concurrent_no_conflicts(self, initial_position: int = 0) -> None:
        self.counting_from_zero = True
        super().test_concurrent_no_conflicts(initial_position)

    counting_from_zero = False

    def create_recorder(self) -> EventLog:
        if not self.counting_from_zero:
            return super().create_recorder()
        log = CountingFromZero(self.database.application, clock=now)
        self.opened.append(log)
        return log

    test_performance = None  # type: ignore[assignment]
    test_concurrent_throughput = None  # type: ignore[assignment]


class TestNonInterleaving(OnNewLog, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> EventLog:
        log = CountingFromZero(self.database.application, clock=now)
        self.opened.append(log)
        return log


class TestTrackingRecorder(OnNewLog, cases.TrackingRecorderTestCase):
    pass


class TestProcessRecorder(OnNewLog, cases.ProcessRecorderTestCase):
    test_performance = None  # type: ignore[assignment]


class TestSnapshotRecorder(OnNewLog, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> SnapshotRecorder:  # type: ignore[override]
        recorder = SnapshotRecorder(self.database.application)
        self.opened.append(recorder)
        return recorder

    test_performance = None  # type: ignore[assignment]


class SpecialLog(EventLog):
    pass


class TestFactory(cases.InfrastructureFactoryTestCase[Factory]):
    @pytest.fixture(autouse=True)
    def _environment(self, database: LogDatabase) -> None:
        self.env = Environment("Registry", environment(database))

    def setUp(self) -> None:
        """Build the factory when the environment is there: pytest's fixtures come before."""
        super().setUp()

    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return EventLog

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return EventLog

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return EventLog

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return SpecialLog

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return EventLog


def environment(database: LogDatabase) -> dict[str, str]:
    return {"PERSISTENCE_MODULE": "shared.eventstore", "POSTGRES_DSN": database.application}


class Ledger(Aggregate):
    @event("Opened")
    def __init__(self) -> None:
        self.entries: list[str] = []

    @event("Entered")
    def enter(self, text: str) -> None:
        self.entries.append(text)


class Ledgers(Application[Any]):
    is_snapshotting_enabled = True


def test_an_application_of_the_library_runs_on_the_log(database: LogDatabase) -> None:
    with Ledgers(environment(database)) as ledgers:
        ledger = Ledger()
        ledger.enter("first")
        ledger.enter("second")
        ledgers.save(ledger)
        ledgers.take_snapshot(ledger.id)
        ledger.enter("third")
        ledgers.save(ledger)
        assert ledgers.repository.get(ledger.id).entries == ["first", "second", "third"]
        assert ledgers.repository.get(ledger.id, version=2).entries == ["first"]
        ids = [each.id for each in ledgers.notification_log.select(1, 10)]
        assert ids == [1, 2, 3, 4]


def test_a_factory_without_a_dsn_says_what_is_missing() -> None:
    with pytest.raises(OSError, match="POSTGRES_DSN"):
        InfrastructureFactory.construct({"PERSISTENCE_MODULE": "shared.eventstore"})
