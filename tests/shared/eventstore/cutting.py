"""A line to the database that can be cut at a chosen moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

__all__ = ["Cut", "Line", "line_to"]

COMMIT = b"COMMIT\x00"


class Cut(Enum):
    """When the line drops, once."""

    BEFORE_COMMIT_ARRIVES = "the server never sees the COMMIT"
    AFTER_COMMIT_IS_DONE = "the server has committed, its reply is lost"


class Line:
    """Passes bytes on between clients and the server's socket until told to cut."""

    def __init__(self, server: str, directory: Path) -> None:
        self._server = server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(directory / ".s.PGSQL.5432"))
        self._listener.listen()
        self._cut: Cut | None = None
        self._down = False
        self.cuts = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, when: Cut) -> None:
        """Drop the next connection that commits."""
        self._cut = when

    def go_down(self) -> None:
        """Drop everything and take no more connections."""
        self._down = True
        for pair in self._pairs:
            _drop(*pair)

    def come_up(self) -> None:
        self._down = False

    def close(self) -> None:
        self.go_down()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._down:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._pairs.append((client, server))
                for target in (self._upstream, self._downstream):
                    threading.Thread(target=target, args=(client, server), daemon=True).start()

    def _upstream(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while sent := client.recv(1 << 20):
                if self._cut is not None and COMMIT in sent:
                    when, self._cut = self._cut, None
                    self.cuts += 1
                    if when is Cut.AFTER_COMMIT_IS_DONE:
                        self._lose_reply(client, server, sent)
                    break
                server.sendall(sent)
        _drop(client, server)

    def _lose_reply(self, client: socket.socket, server: socket.socket, sent: bytes) -> None:
        """Hand the COMMIT over and wait for its end, but let the client hear nothing."""
        client.shutdown(socket.SHUT_RDWR)
        server.sendall(sent)
        server.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while server.recv(1 << 20):
                pass

    def _downstream(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while received := server.recv(1 << 20):
                client.sendall(received)
        _drop(client, server)


@contextmanager
def line_to(dsn: str, directory: Path) -> Iterator[tuple[Line, str]]:
    """A line to a server on a unix socket, and the DSN that uses it."""
    parts = conninfo_to_dict(dsn)
    line = Line(f"{parts['host']}/.s.PGSQL.{parts.get('port', 5432)}", directory)
    try:
        yield line, make_conninfo(dsn, host=str(directory), port=5432)
    finally:
        line.close()


def _drop(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
