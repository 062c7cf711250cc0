"""One server at a time on a directory, whatever happened to the one before."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.postgres.errors import PostgresUnavailable

_PATIENCE = 90.0  # seconds for an orphaned server to flush its data and go


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold the lock of an instance, as a descriptor for the server's processes to inherit.

    The lock lasts until the last process that inherited it is gone, so it tells the truth where
    a process id, which may have been given to a stranger, does not. While its owner lives, a
    locked instance is in use; after the owner's death it is about to be free.

    Raises `PostgresUnavailable` when the instance is in use.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _await_turn(descriptor, path.parent)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _await_turn(descriptor: int, instance: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode()
            if _alive(owner) or time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"{instance} 上的数据库已由进程 {owner or '（未知）'} 启动，"
                    "同一目录同时只能启动一个"
                ) from None
        time.sleep(0.05)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ProcessLookupError, ValueError):
        return False
    return True
