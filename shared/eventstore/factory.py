"""The library's way in: ``PERSISTENCE_MODULE=shared.eventstore``.

Reads from the environment: POSTGRES_DSN, the application role's; LOG_SANDBOX, whether the log is
one for practice (no by default). The tables are the migrations' business: CREATE_TABLE is not
looked at.
"""

from datetime import UTC, datetime
from typing import cast

from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from shared.eventstore.log import EventLog
from shared.eventstore.snapshots import SnapshotRecorder

__all__ = ["Factory"]


def _now() -> datetime:
    return datetime.now(UTC)


class Factory(InfrastructureFactory[TrackingRecorder]):
    """Makes recorders over one service's log; `close` closes those it made."""

    POSTGRES_DSN = "POSTGRES_DSN"
    LOG_SANDBOX = "LOG_SANDBOX"

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        dsn = self.env.get(self.POSTGRES_DSN)
        if not dsn:
            raise OSError(f"{self.POSTGRES_DSN} is not set")
        self._dsn = dsn
        self._sandbox = strtobool(self.env.get(self.LOG_SANDBOX) or "no")
        self._made: list[EventLog | SnapshotRecorder] = []

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """The log itself for events, the cache beside it for snapshots."""
        if purpose == "events":
            return self._log(EventLog)
        recorder = SnapshotRecorder(self._dsn)
        self._made.append(recorder)
        return recorder

    def application_recorder(self) -> EventLog:
        return self._log(self._class_from(self.APPLICATION_RECORDER_TOPIC))

    def process_recorder(self) -> EventLog:
        return self._log(self._class_from(self.PROCESS_RECORDER_TOPIC))

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        return self._log(
            cast("type[EventLog] | None", tracking_recorder_class)
            or self._class_from(self.TRACKING_RECORDER_TOPIC)
        )

    def close(self) -> None:
        while self._made:
            self._made.pop().close()

    def _class_from(self, key: str) -> type[EventLog]:
        topic = self.env.get(key)
        return resolve_topic(topic) if topic else EventLog

    def _log(self, recorder_class: type[EventLog]) -> EventLog:
        if not issubclass(recorder_class, EventLog):
            raise TypeError(f"{recorder_class} is no EventLog")
        log = recorder_class(self._dsn, clock=_now, sandbox=self._sandbox)
        self._made.append(log)
        return log
