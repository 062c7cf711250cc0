"""制作: bundles of ranges of days made in the background, one at a time, and kept for some days.

All that is known of an operation stands in a folder, so that it can be read after a restart: its
state, the lock its process holds while it is at work, and in the end the bundle. A state that
says it is under way while nobody holds the lock is of a process that ended: it is lost.
"""

import fcntl
import shutil
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple
from uuid import UUID

import structlog
from pydantic import Field, ValidationError

from shared.eventstore.inbox import Gap
from shared.kernel.coded import Coded
from shared.kernel.model import Record

log = structlog.get_logger(__name__)

MOST_WAITING = 8
"""Operations that may wait in a process or be under way."""

Work = Callable[[Path, Path, Callable[[int, int], None]], None]
"""Makes a bundle: given a folder to work in, the file to make, and whom to tell how far it is."""


class OperationState(Coded):
    """制作状态."""

    WAITING = "WAITING", "等待"
    RUNNING = "RUNNING", "正在制作"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "失败"
    LOST = "LOST", "中断"


class Operation(Record):
    """期间审计包的制作."""

    id: Annotated[UUID, Field(title="制作标识")]
    first: Annotated[date, Field(title="首日（记入之日）")]
    last: Annotated[date, Field(title="末日（记入之日）")]
    person: Annotated[str, Field(title="申请人标识")]
    body: Annotated[str, Field(title="申请人所在部门")]
    state: OperationState
    written: Annotated[int, Field(title="已写入的事件数")] = 0
    of: Annotated[int | None, Field(title="事件总数；开始前未知")] = None
    created_at: Annotated[datetime, Field(title="申请时间")]
    ended_at: Annotated[datetime | None, Field(title="结束时间")] = None
    expires_at: Annotated[datetime | None, Field(title="此后清除")] = None
    size: Annotated[int | None, Field(title="审计包的字节数")] = None
    digest: Annotated[str | None, Field(title="审计包的 SHA-256")] = None
    detail: Annotated[str | None, Field(title="失败或中断的说明与下一步")] = None


class Full(Exception):
    """As many operations wait as may."""


class _GivenUp(Exception):
    """The process is stopping."""


class _Task(NamedTuple):
    """An operation of this process, and the lock that says so to all others."""

    operation: Operation
    work: Work
    lock: IO[bytes]


def _wanted(operation: Operation) -> tuple[object, ...]:
    """Who wants what: twice the same is made once."""
    return (operation.first, operation.last, operation.person, operation.body)


_LOST = "制作它的进程已经终止，没有完成；请重新申请"
_UNDER_WAY = {OperationState.WAITING, OperationState.RUNNING}


class Operations:
    """The operations of a folder, and a thread that works at those of this process."""

    def __init__(self, folder: Path, days: int, now: Callable[[], datetime]) -> None:
        self._folder, self._keep, self._now = folder, timedelta(days=days), now
        self._mutex = threading.Lock()
        self._mine: dict[UUID, _Task] = {}
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    # -- asking ----------------------------------------------------------------------------

    def begin(self, operation: Operation, work: Work) -> Operation:
        """Have a bundle made; the same one again where that person's is under way.

        Full where too many wait already.
        """
        self.sweep()
        with self._mutex:
            for known in self._mine.values():
                if _wanted(known.operation) == _wanted(operation):
                    return known.operation
            if len(self._mine) >= MOST_WAITING:
                raise Full
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._locked(operation.id)
            self._write(operation)
            self._mine[operation.id] = _Task(operation, work, lock)
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name="govit bundles", daemon=True
                )
                self._worker.start()
        return operation

    def read(self, operation_id: UUID) -> Operation | None:
        """How an operation stands; None where there is none, or none any more."""
        found = self._read(self._state(operation_id))
        return None if found is None or self._is_over(found) else found

    def all(self) -> list[Operation]:
        """All operations that are known, the newest first."""
        self.sweep()
        found = filter(None, map(self._read, self._folder.glob("*.json")))
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    def bundle(self, operation_id: UUID) -> Path:
        """The file of an operation that is done."""
        return self._folder / f"{operation_id}.zip"

    def stop(self) -> None:
        """Give up what is under way, and wait until it is: then it counts as lost."""
        self._stopping.set()
        worker = self._worker
        if worker is not None:
            worker.join(timeout=30)
        with self._mutex:
            for task in self._mine.values():
                task.lock.close()
            self._mine.clear()

    # -- keeping ---------------------------------------------------------------------------

    def sweep(self) -> None:
        """Remove what has been kept long enough, and what processes that ended left behind."""
        for path in list(self._folder.glob("*.json")):
            found = self._read(path)
            if found is not None and self._is_over(found):
                self._remove(found.id)
            elif found is not None and found.state is OperationState.LOST:
                shutil.rmtree(self._workplace(found.id), ignore_errors=True)

    def _is_over(self, operation: Operation) -> bool:
        return operation.expires_at is not None and operation.expires_at <= self._now()

    def _remove(self, operation_id: UUID) -> None:
        shutil.rmtree(self._workplace(operation_id), ignore_errors=True)
        for path in (self.bundle(operation_id), self._lock(operation_id)):
            path.unlink(missing_ok=True)
        self._state(operation_id).unlink(missing_ok=True)

    def _state(self, operation_id: UUID) -> Path:
        return self._folder / f"{operation_id}.json"

    def _lock(self, operation_id: UUID) -> Path:
        return self._folder / f"{operation_id}.lock"

    def _workplace(self, operation_id: UUID) -> Path:
        return self._folder / f"{operation_id}.work"

    def _read(self, path: Path) -> Operation | None:
        try:
            found = Operation.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None
        if found.state in _UNDER_WAY and not self._is_held(found.id):
            again = self._again(path)  # it may have ended between the two looks
            if again is None or again.state not in _UNDER_WAY:
                return again
            over = found.created_at + self._keep
            lost = {"state": OperationState.LOST, "detail": _LOST, "expires_at": over}
            return found.model_copy(update=lost)
        return found

    def _again(self, path: Path) -> Operation | None:
        try:
            return Operation.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None

    def _locked(self, operation_id: UUID) -> IO[bytes]:
        """Held until it is closed, or this process has ended, however it did."""
        lock = self._lock(operation_id).open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock

    def _is_held(self, operation_id: UUID) -> bool:
        try:
            with self._lock(operation_id).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def _write(self, operation: Operation) -> None:
        """The state, whole or not at all."""
        path = self._state(operation.id)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(operation.model_dump_json().encode())
        fresh.replace(path)

    # -- working ---------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._mutex:
                if not self._mine or self._stopping.is_set():
                    self._worker = None
                    return
                task = next(iter(self._mine.values()))
            ended = self._make(task.operation, task.work)
            with self._mutex:  # whoever asks again now gets a new one
                self._mine.pop(task.operation.id, None)
                self._conclude(ended)
            task.lock.close()

    def _make(self, operation: Operation, work: Work) -> Operation | None:
        """How it ended; None where it did not, because the process stops."""
        workplace = self._workplace(operation.id)
        try:
            return self._made(operation, work, workplace)
        except Exception as error:
            return None if self._stopping.is_set() else self._failed(operation, error)
        finally:
            shutil.rmtree(workplace, ignore_errors=True)

    def _conclude(self, ended: Operation | None) -> None:
        """Write down how it ended; what is not written down is lost once nobody holds it."""
        if ended is None:
            return
        try:
            self._write(ended)
        except OSError as error:
            log.warning("bundle_state_not_kept", operation=str(ended.id), error=repr(error))

    def _made(self, operation: Operation, work: Work, workplace: Path) -> Operation:
        def tell(written: int, of: int) -> None:
            if self._stopping.is_set():
                raise _GivenUp
            at = {"state": OperationState.RUNNING, "written": written, "of": of}
            self._write(operation.model_copy(update=at))
            reached.update(at)

        reached: dict[str, Any] = {}
        workplace.mkdir()
        files = workplace / "files"
        files.mkdir()
        work(files, workplace / "bundle.zip", tell)
        with (workplace / "bundle.zip").open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
        size = (workplace / "bundle.zip").stat().st_size
        (workplace / "bundle.zip").replace(self.bundle(operation.id))
        done = {"state": OperationState.DONE, "size": size, "digest": digest}
        return operation.model_copy(update={**reached, **done, **self._ended()})

    def _failed(self, operation: Operation, error: Exception) -> Operation:
        log.warning("bundle_not_made", operation=str(operation.id), error=repr(error)[:500])
        failed = {"state": OperationState.FAILED, "detail": _why(error)}
        return operation.model_copy(update={**failed, **self._ended()})

    def _ended(self) -> dict[str, datetime]:
        now = self._now()
        return {"ended_at": now, "expires_at": now + self._keep}


def _why(error: Exception) -> str:
    if isinstance(error, Gap):
        return f"审计服务所存的日志有缺失（{error}），请以 /v1/integrity 核对"
    if isinstance(error, OSError):
        return f"写入审计包的目录失败（{error.strerror}），请腾出空间或检查目录后重新申请"
    return f"未能制成（{type(error).__name__}），请稍后重新申请；屡次如此请告知运维人员"
