"""主机名: the names under which an instance may be addressed."""

from urllib.parse import urlsplit

from shared.web.settings import SERVICES, InstanceMode, Settings

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_REMEMBERED = 1000


class Hosts:
    """What a request's `Host` may say, whatever the port.

    Besides `GOVIT_HOSTS`: the loopback names, since who uses them is on this machine, and those
    of `GOVIT_<SERVICE>_URL`, by which the services call each other.
    """

    def __init__(self, settings: Settings) -> None:
        listed = [name.strip().lower() for name in settings.hosts.split(",") if name.strip()]
        self._names = {*_LOOPBACK, *(name for name in listed if not name.startswith("*."))}
        self._names |= {name_of(urlsplit(url).netloc) for s in SERVICES if (url := settings.url(s))}
        if settings.mode is not InstanceMode.PRODUCTION:
            self._names.add("testserver")
        self._below = tuple(name[1:] for name in listed if name.startswith("*."))
        self._seen: set[bytes] = set()

    def know(self, host: bytes) -> bool:
        """Whether the instance is reached under this name."""
        if host in self._seen:
            return True
        name = name_of(host.decode("latin-1"))
        if name not in self._names and not (self._below and name.endswith(self._below)):
            return False
        if len(self._seen) < _REMEMBERED:
            self._seen.add(host)
        return True


def name_of(authority: str) -> str:
    """The name in `name:port`; an address of version 6 keeps its brackets."""
    name, colon, port = authority.rpartition(":")
    return (name if colon and port.isdigit() else authority).lower()
