"""制作: bundles in the background, that end, or say that they did not."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.audit.bundle.operations import (
    MOST_WAITING,
    Full,
    Operation,
    Operations,
    OperationState,
)
from shared.eventstore.inbox import Gap

DONE, FAILED, LOST = OperationState.DONE, OperationState.FAILED, OperationState.LOST
Tell = Callable[[int, int], None]


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 5, 6, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def operations(tmp_path: Path, clock: Clock) -> Iterator[Operations]:
    made = Operations(tmp_path / "bundles", 7, clock.now)
    yield made
    made.stop()


def asked(day: int = 1, person: str = "aud-1", at: datetime | None = None) -> Operation:
    return Operation(
        id=uuid4(),
        first=date(2026, 1, day),
        last=date(2026, 2, day),
        person=person,
        body="AUD",
        state=OperationState.WAITING,
        created_at=at or datetime(2026, 5, 6, 1, tzinfo=UTC),
    )


def quick(folder: Path, out: Path, tell: Tell) -> None:
    tell(0, 3)
    tell(3, 3)
    out.write_bytes(b"a bundle")


class Held:
    """Work that waits, halfway, until it may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, folder: Path, out: Path, tell: Tell) -> None:
        tell(1, 3)
        (folder / "events.ndjson").write_bytes(b"half")
        self.begun.set()
        while not self.go_on.wait(0.01):
            tell(1, 3)
        quick(folder, out, tell)


def ended(operations: Operations, operation_id: UUID) -> Operation:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = operations.read(operation_id)
        if found and found.state not in (OperationState.WAITING, OperationState.RUNNING):
            return found
        time.sleep(0.01)
    raise AssertionError("it did not end")


def test_it_is_made_and_kept_with_its_digest(operations: Operations, clock: Clock) -> None:
    begun = operations.begin(asked(), quick)
    found = ended(operations, begun.id)
    assert (found.state, found.written, found.of) == (DONE, 3, 3)
    assert found.digest == sha256(b"a bundle").hexdigest()
    assert (found.size, found.expires_at) == (8, clock.now() + timedelta(days=7))
    assert operations.bundle(begun.id).read_bytes() == b"a bundle"
    assert [path.suffix for path in operations.bundle(begun.id).parent.glob("*.work")] == []


def test_while_it_is_made_it_says_how_far_it_is(operations: Operations) -> None:
    work = Held()
    begun = operations.begin(asked(), work)
    assert work.begun.wait(10)
    found = operations.read(begun.id)
    assert found is not None
    assert (found.state, found.written, found.of) == (OperationState.RUNNING, 1, 3)
    work.go_on.set()
    assert ended(operations, begun.id).state is DONE


def test_the_same_by_the_same_person_is_made_once(operations: Operations) -> None:
    work = Held()
    begun = operations.begin(asked(), work)
    assert operations.begin(asked(), quick).id == begun.id
    other = operations.begin(asked(person="aud-2"), quick)
    later = operations.begin(asked(day=2), quick)
    assert len({begun.id, other.id, later.id}) == 3
    work.go_on.set()
    assert {ended(operations, each.id).state for each in (begun, other, later)} == {DONE}
    assert operations.begin(asked(), quick).id != begun.id  # it is done: this is a new one


def test_one_is_made_at_a_time_and_not_too_many_wait(operations: Operations) -> None:
    work = Held()
    begun = [operations.begin(asked(), work)]
    begun += [operations.begin(asked(day=n), quick) for n in range(2, MOST_WAITING + 1)]
    assert work.begun.wait(10)
    states = [found.state for each in begun if (found := operations.read(each.id))]
    assert states == [OperationState.RUNNING] + [OperationState.WAITING] * (MOST_WAITING - 1)
    with pytest.raises(Full):
        operations.begin(asked(day=20), quick)
    work.go_on.set()
    assert {ended(operations, each.id).state for each in begun} == {DONE}
    assert ended(operations, operations.begin(asked(day=20), quick).id).state is DONE


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Gap("budget: position 3 is not kept"), "/v1/integrity"),
        (OSError(28, "No space left on device"), "请腾出空间"),
        (ValueError("unforeseen"), "ValueError"),
    ],
)
def test_what_fails_says_what_to_do_and_the_next_one_is_made(
    operations: Operations, error: Exception, said: str
) -> None:
    def failing(folder: Path, out: Path, tell: Tell) -> None:
        tell(0, 3)
        raise error

    found = ended(operations, operations.begin(asked(), failing).id)
    assert (found.state, found.size) == (FAILED, None)
    assert said in (found.detail or "")
    assert ended(operations, operations.begin(asked(), quick).id).state is DONE


def test_after_its_days_it_is_gone(operations: Operations, clock: Clock) -> None:
    begun = operations.begin(asked(), quick)
    ended(operations, begun.id)
    clock.at += timedelta(days=7)
    assert operations.read(begun.id) is None
    assert operations.all() == []
    assert list(operations.bundle(begun.id).parent.iterdir()) == []


def test_when_the_service_stops_it_is_lost_and_not_hanging(tmp_path: Path, clock: Clock) -> None:
    before = Operations(tmp_path, 7, clock.now)
    work = Held()
    begun, waiting = before.begin(asked(), work), before.begin(asked(day=2), quick)
    assert work.begun.wait(10)
    before.stop()
    after = Operations(tmp_path, 7, clock.now)
    for each in (begun, waiting):
        found = after.read(each.id)
        assert found is not None
        assert (found.state, found.ended_at) == (LOST, None)
        assert "重新申请" in (found.detail or "")
    again = after.begin(asked(), quick)
    assert ended(after, again.id).state is DONE
    after.stop()


KILLED = """
import sys, time
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID
from services.audit.bundle.operations import Operation, Operations, OperationState

def work(folder, out, tell):
    tell(1, 3)
    (folder / "events.ndjson").write_bytes(b"half")
    print("begun", flush=True)
    time.sleep(60)

at = datetime(2026, 5, 6, 1, tzinfo=UTC)
operations = Operations(Path(sys.argv[1]), 7, lambda: at)
operations.begin(
    Operation(id=UUID(int=7), first=date(2026, 1, 1), last=date(2026, 1, 2), person="aud-1",
              body="AUD", state=OperationState.WAITING, created_at=at), work)
time.sleep(60)
"""


def test_what_another_process_makes_is_under_way_until_that_is_killed(
    tmp_path: Path, clock: Clock
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    with process, process.stdout as said:
        assert said.readline() == b"begun\n"
        operations = Operations(tmp_path, 7, clock.now)
        found = operations.read(UUID(int=7))
        assert found is not None
        assert (found.state, found.written) == (OperationState.RUNNING, 1)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    (only,) = operations.all()
    assert (only.state, only.expires_at) == (LOST, clock.now() + timedelta(days=7))
    assert not list(tmp_path.glob("*.work"))
    clock.at += timedelta(days=8)
    assert operations.all() == []
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_state_is_passed_over(operations: Operations, tmp_path: Path) -> None:
    begun = operations.begin(asked(), quick)
    ended(operations, begun.id)
    (tmp_path / "bundles" / "note.json").write_text("{}")
    assert [each.id for each in operations.all()] == [begun.id]
    assert operations.read(uuid4()) is None


def test_many_at_once_ask_for_the_same(operations: Operations) -> None:
    work, found = Held(), []
    threads = [
        threading.Thread(target=lambda: found.append(operations.begin(asked(), work).id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    work.go_on.set()
    assert ended(operations, found[0]).state is DONE
