"""存放处: local disk or an S3-compatible store; how an object gets there whole or not at all."""

import asyncio
import configparser
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, S3Store

from shared.attachments.staging import Staged, Staging, sync_folder

__all__ = ["Place", "place_of"]


class Place(Protocol):
    """Where objects are kept. Reading is the library's, for any kind of store."""

    staging: Staging

    @property
    def objects(self) -> LocalStore | S3Store:
        """For reading and listing."""

    async def put_file(self, path: str, staged: Staged) -> None:
        """Put a finished file there, in place of what may be there."""

    async def put_note(self, path: str, content: bytes) -> None:
        """Put a small object there; one that is there already stays."""


class LocalPlace:
    """A folder: files are renamed into it and synced, with the folders that name them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.staging = Staging(root / "staging")
        self._objects: LocalStore | None = None

    @property
    def objects(self) -> LocalStore:
        if self._objects is None:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._objects = LocalStore(self._root)
        return self._objects

    async def put_file(self, path: str, staged: Staged) -> None:
        await asyncio.to_thread(self._move, staged.path, path)

    async def put_note(self, path: str, content: bytes) -> None:
        await asyncio.to_thread(self._note, path, content)

    def _move(self, source: Path, path: str) -> None:
        target = self._target(path)
        source.replace(target)
        sync_folder(target.parent)

    def _note(self, path: str, content: bytes) -> None:
        target = self._target(path)
        with self.staging.file() as staged:
            staged.write(content)
            staged.finish()
            try:
                os.link(staged.path, target)
            except FileExistsError:
                return
        sync_folder(target.parent)

    def _target(self, path: str) -> Path:
        folder = self._root
        for name in Path(path).parent.parts:
            folder /= name
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                sync_folder(folder.parent)
        return self._root / path


# Longer than that nobody is kept waiting for a store that does not answer.
_PATIENCE: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}


class S3Place:
    """A bucket: an object appears there when its upload is complete."""

    def __init__(self, url: str, staging: Path) -> None:
        self.objects = S3Store.from_url(url, **_credentials(), retry_config=_PATIENCE)
        self.staging = Staging(staging)

    async def put_file(self, path: str, staged: Staged) -> None:
        await obstore.put_async(self.objects, path, staged.path)

    async def put_note(self, path: str, content: bytes) -> None:
        # Not every such store knows conditional writes: two first uploads at once by the same
        # body may each write the same note.
        await obstore.put_async(self.objects, path, content)


def _credentials() -> dict[str, Any]:
    """From the shared credentials file, where one is named; the rest of AWS_… is the library's."""
    named = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    if named is None or "AWS_ACCESS_KEY_ID" in os.environ:
        return {}
    known = configparser.ConfigParser(interpolation=None)
    with Path(named).open() as file:
        known.read_file(file)
    profile = known[os.environ.get("AWS_PROFILE", "default")]
    return {
        "access_key_id": profile["aws_access_key_id"],
        "secret_access_key": profile["aws_secret_access_key"],
    }


def place_of(url: str | None, home: Path, service: str) -> Place:
    """A service's place by its address: none for the instance directory, `file:`, or `s3:`.

    ValueError for anything else.
    """
    local = home / "attachments" / service
    if url is None:
        return LocalPlace(local)
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc:
        return LocalPlace(Path(unquote(parts.path)) / service)
    if parts.scheme == "s3" and parts.netloc:
        return S3Place(f"{url.rstrip('/')}/{service}", local / "staging")
    raise ValueError("GOVIT_ATTACHMENTS_URL: s3://bucket/prefix or file:///folder")
