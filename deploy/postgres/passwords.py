"""Generated passwords, kept in one file that only its owner can read."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path


class Passwords:
    """Role name → password, in a JSON file of mode 0600.

    A password is on disk before it is handed out, so that a crash in between can never leave a
    role whose password nobody knows.
    """

    def __init__(self, path: Path, given: Mapping[str, str] | None = None) -> None:
        """`given` wins over what the file holds and is written to it when first used."""
        self.path = path
        self._given = dict(given or {})

    def of(self, role: str) -> str:
        """The password of a role, generated at the first call."""
        known = self._read()
        password = self._given.get(role) or known.get(role) or secrets.token_urlsafe(24)
        if known.get(role) != password:
            self._write({**known, role: password})
        return password

    def known(self, role: str) -> bool:
        return role in self._read()

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def _write(self, passwords: dict[str, str]) -> None:
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(passwords, file, indent=2, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
