"""收件: files on their way in, on local disk, of which nobody sees anything before they are whole.

A staged file is locked for as long as its process receives it. What a killed process left behind
is locked by nobody, which is how the next start tells litter from another process's work.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared.attachments.digests import Digests, Hashing

__all__ = ["Staged", "Staging", "StoreAway", "sync_folder"]


class StoreAway(Exception):
    """The store does not answer, or the disk does not take any more."""


class Staged:
    """One file being received."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._hashing = Hashing()

    @property
    def size(self) -> int:
        return self._hashing.size

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hashing.update(data)

    def finish(self) -> Digests:
        """Bring it to the disk; nothing is written after."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hashing.digests()

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """What was received, from the beginning."""
        with self.path.open("rb") as file:
            yield file


class Staging:
    """The folder of files on their way in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def clean(self) -> int:
        """Remove what no living process is receiving; returns how many files that were."""
        removed = 0
        for path in sorted(self._folder.glob("*")):
            try:
                with path.open("rb") as file:
                    if _locked(file, wait=False):
                        path.unlink()
                        removed += 1
            except FileNotFoundError:
                continue  # just moved to its place by another process
        return removed

    @contextmanager
    def file(self) -> Iterator[Staged]:
        """A new file; gone at the end unless moved to its place. StoreAway on a full disk."""
        try:
            path, file = self._new()
        except OSError as error:
            raise StoreAway(type(error).__name__) from error
        try:
            with file:
                yield Staged(path, file)
        finally:
            path.unlink(missing_ok=True)

    def _new(self) -> tuple[Path, BinaryIO]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            file = os.fdopen(descriptor, "wb")
            _locked(file, wait=True)
            if os.fstat(descriptor).st_nlink:
                return Path(name), file
            file.close()  # somebody who cleans up came between making and locking it


def _locked(file: BinaryIO, *, wait: bool) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files under them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
