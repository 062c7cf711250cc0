"""附件库: files under their SHA-256, found by either digest, with who brought them.

    files/ab/abcd…             the bytes, under their SHA-256
    sm3/66/66c7…               the SHA-256 of the file with that SM3
    uploads/ab/abcd…/DEB.json  who brought it: one note per unit or body, written last

A file without a note is nobody's: it is not shown, and putting it again completes it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import obstore
from obstore.exceptions import BaseError
from pydantic import ValidationError

from shared.attachments.digests import Digests, Hashing
from shared.attachments.places import Place
from shared.attachments.staging import Staged, StoreAway
from shared.kernel.actor import Actor
from shared.kernel.model import Record

__all__ = ["Store", "StoreAway", "Stored", "Upload"]

_HEX = re.compile(rb"[0-9a-f]{64}")

PIECE = 1 << 20
"""Bytes that are read at once."""


class Upload(Record):
    """来源: who brought a file, as what, and when."""

    file_name: str
    media_type: str
    size: int
    sm3: str
    sha256: str
    by: Actor
    at: datetime

    @property
    def party(self) -> str:
        return party_of(self.by)


def party_of(actor: Actor) -> str:
    """For whom somebody acts: a unit, or a body."""
    return actor.unit_id or actor.body


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that somebody has brought; `size` is what lies there now, None where it is gone."""

    sha256: str
    uploads: tuple[Upload, ...]
    size: int | None

    def upload_for(self, actor: Actor) -> Upload:
        """As the actor's own side brought it, else as it came first."""
        own = (u for u in self.uploads if u.party == party_of(actor))
        return next(own, self.uploads[0])

    @property
    def names(self) -> tuple[str, str]:
        return f"sm3:{self.uploads[0].sm3}", f"sha256:{self.sha256}"

    @property
    def altered(self) -> bool:
        """Whether what lies there cannot be what was brought, by its size alone."""
        return self.size is not None and self.size != self.uploads[0].size


class Store:
    """One service's files."""

    def __init__(self, place: Place) -> None:
        self.place = place

    async def keep(self, staged: Staged, upload: Upload) -> tuple[Upload, bool]:
        """Take in a finished file; the note that stands for its party, and whether it is new.

        A file that was damaged meanwhile is mended by it.
        """
        sha256 = upload.sha256
        note = f"{_uploads(sha256)}/{upload.party}.json"
        with _reached():
            before = await self._upload(note)
            await self.place.put_file(_file(sha256), staged)
            await self.place.put_note(_index(upload.sm3), sha256.encode())
            if before is not None:
                return before, False
            await self.place.put_note(note, upload.model_dump_json().encode())
            standing = await self._upload(note)
            return standing or upload, standing == upload

    async def find(self, digest: str) -> Stored | None:
        """The file of a digest (`sm3:…`, `sha256:…`), where somebody has brought it."""
        with _reached():
            sha256 = await self.resolve(digest)
            if sha256 is None:
                return None
            uploads = await self.uploads(sha256)
            # A note or an index that was tampered with must not lead to another file.
            brought = tuple(u for u in uploads if digest in (f"sm3:{u.sm3}", f"sha256:{u.sha256}"))
            return Stored(sha256, brought, await self._size(sha256)) if brought else None

    async def resolve(self, digest: str) -> str | None:
        """The SHA-256 under which the file of a digest lies, if there is one."""
        algorithm, _, digits = digest.partition(":")
        if algorithm == "sha256":
            return digits
        found = await self._read(_index(digits))
        return found.decode() if found and _HEX.fullmatch(found) else None

    async def uploads(self, sha256: str) -> tuple[Upload, ...]:
        """Its notes, the first first; what is not legible as one is left out."""
        paths = [path async for path in self._listed(_uploads(sha256))]
        found = await asyncio.gather(*map(self._upload, paths))
        legible = (u for u in found if u is not None and u.sha256 == sha256)
        return tuple(sorted(legible, key=lambda u: (u.at, u.party)))

    async def stream(self, sha256: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Its bytes from the first to before the second position, as they lie there now.

        Fetched piece by piece: however slowly they are taken, nothing waits open for it.
        """
        for begin in range(start, stop, PIECE):
            end = min(begin + PIECE, stop)
            with _reached():
                yield bytes(
                    await obstore.get_range_async(
                        self.place.objects, _file(sha256), start=begin, end=end
                    )
                )

    async def hashed(self, sha256: str) -> Digests | None:
        """What the bytes that lie there hash to now; None where there are none."""
        with _reached():
            size = await self._size(sha256)
        if size is None:
            return None
        hashing = Hashing()
        async for piece in self.stream(sha256, 0, size):
            await asyncio.to_thread(hashing.update, piece)
        return hashing.digests()

    async def files(self) -> AsyncIterator[str]:
        """The SHA-256 of every file that lies there, also of those without a note."""
        async for path in self._listed("files"):
            yield path.rpartition("/")[2]

    async def brought(self) -> AsyncIterator[str]:
        """The SHA-256 of every file that has a note."""
        seen: set[str] = set()
        async for path in self._listed("uploads"):
            sha256 = path.split("/")[-2]
            if sha256 not in seen:
                seen.add(sha256)
                yield sha256

    async def indexed(self) -> AsyncIterator[tuple[str, str | None]]:
        """Every SM3 in the index, and the SHA-256 it leads to."""
        async for path in self._listed("sm3"):
            sm3 = path.rpartition("/")[2]
            yield sm3, await self.resolve(f"sm3:{sm3}")

    async def _listed(self, folder: str) -> AsyncIterator[str]:
        with _reached():
            async for page in obstore.list(self.place.objects, folder):
                for each in page:
                    yield each["path"]

    async def _size(self, sha256: str) -> int | None:
        try:
            return (await obstore.head_async(self.place.objects, _file(sha256)))["size"]
        except FileNotFoundError:
            return None

    async def _upload(self, path: str) -> Upload | None:
        content = await self._read(path)
        try:
            return Upload.model_validate_json(content) if content else None
        except ValidationError:
            return None

    async def _read(self, path: str) -> bytes | None:
        try:
            found = await obstore.get_async(self.place.objects, path)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise StoreAway(type(error).__name__) from error


def _file(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


def _index(sm3: str) -> str:
    return f"sm3/{sm3[:2]}/{sm3}"


def _uploads(sha256: str) -> str:
    return f"uploads/{sha256[:2]}/{sha256}"
