"""The library's subscription, over our log: it pulls, and is only hinted when to."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventsourcing.persistence import OperationalError, Subscription

from shared.eventstore.records import RecordedEvent

if TYPE_CHECKING:
    from shared.eventstore.log import EventLog

__all__ = ["LogSubscription"]

PAGE = 500
RE_POLL = 1.0


class LogSubscription(Subscription["EventLog"]):
    """Iterates over the log's events beyond `gt`, and waits for new ones at its end.

    A database that is away makes it wait, not end.
    """

    def __init__(
        self, recorder: "EventLog", gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._after = gt or 0
        self._page: list[RecordedEvent] = []
        self._stopped = threading.Event()

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> RecordedEvent:
        while not self._stopped.is_set():
            if self._page:
                return self._page.pop(0)
            self._pull()
        raise StopIteration

    def _pull(self) -> None:
        try:
            reached = self._recorder.max_notification_id() or 0
            page = self._recorder.select_notifications(
                self._after, PAGE, reached, self._topics, inclusive_of_start=False
            )
        except OperationalError:
            self._stopped.wait(RE_POLL)
            return
        self._page.extend(page)
        # a page that is not full has skipped what is of other topics up to the head
        self._after = page[-1].position if len(page) == PAGE else max(reached, self._after)
        if not page and not self._stopped.is_set():
            self._recorder.wait_beyond_now(self._after, RE_POLL)
