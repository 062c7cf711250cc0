"""The embedded PostgreSQL: started by its owner, for its owner, and never outliving it."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from deploy.postgres import cluster as clusters
from deploy.postgres import identity as identities
from deploy.postgres.cluster import SUPERUSER
from deploy.postgres.errors import PostgresUnavailable
from deploy.postgres.identity import ENVIRONMENT, Identity
from deploy.postgres.lock import locked
from deploy.postgres.passwords import Passwords
from deploy.postgres.server import Server

PORT: Final = 5432  # names the socket file only; nothing listens on TCP

_WARDEN = Path(__file__).with_name("warden.py")
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",  # nosec B105
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
_LOGGING = {  # one file per weekday, overwritten after a week
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}
_FORGETFUL = {  # for tests: nothing survives a power cut, everything else behaves the same
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}


class EmbeddedPostgres:
    """A PostgreSQL 18 server in a directory of its own, on a private unix socket.

    The directory holds `server/cluster/` (the data), `server/log/`, `passwords.json` (mode 0600)
    and `lock`. One server at a time runs on it. It is stopped when its owner stops it, exits or
    dies, even by SIGKILL; the next start recovers whatever was committed.

    Raises `PostgresUnavailable` where no server can run, or where one runs here already.
    """

    def __init__(
        self, data_dir: Path, *, durable: bool = True, identity: Identity | None = None
    ) -> None:
        """`durable=False` switches fsync off: for tests only.

        `identity` says who the server runs as; by default whoever is fit on this machine.
        """
        self.data_dir = data_dir.absolute()
        self.passwords = Passwords(self.data_dir / "passwords.json")
        self._durable = durable
        self._identity = identity
        self._warden: subprocess.Popen[bytes] | None = None
        # Ten digits keep two checkouts apart and the path far below the 107 bytes of a socket.
        self._sockets = Path("/", "tmp", f"govit-{identities.digest_of(self.data_dir)}")

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, timeout: float = 300.0) -> Server:
        """Create the data on first use, start, recover if need be, and return when usable.

        `timeout` is in seconds and has to leave room for recovery after a crash.
        """
        if self._warden is None or self._warden.poll() is not None:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.data_dir / "lock") as lock:
                identity = self._prepare_home()
                self._prepare_cluster(identity, lock)
                self._prepare_sockets(identity)
                self._warden = self._launch(identity, lock)
            self._await_ready(self._warden, timeout)
        return self._server()

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, the data is flushed. Harmless when stopped."""
        if self._warden is not None:
            self._warden.communicate()  # closes the pipe and waits
            self._warden = None

    def attach(self) -> Server:
        """The server that another process runs on this directory, for as long as it does."""
        if not (self._sockets / f".s.PGSQL.{PORT}").exists():
            raise PostgresUnavailable(f"{self.data_dir} 上没有正在运行的数据库")
        return self._server()

    def _server(self) -> Server:
        password = self.passwords.of(SUPERUSER)
        return Server(
            f"postgresql://{SUPERUSER}:{password}@/postgres?host={self._sockets}&port={PORT}"
        )

    @property
    def _home(self) -> Path:
        """Where data and log really are: elsewhere if `nobody` serves them and cannot get here."""
        return (self.data_dir / "server").resolve()

    @property
    def _cluster(self) -> Path:
        return self._home / "cluster"

    @property
    def _log(self) -> Path:
        return self._home / "log"

    def _prepare_home(self) -> Identity:
        identity = self._identity or identities.choose(self._cluster)
        self.data_dir.chmod(0o700 if identity.uid is None else 0o711)
        home = self.data_dir / "server"
        if not home.exists():
            shelter = identity.shelter(home)
            if shelter != home:
                home.symlink_to(shelter)
        self._log.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._home.chmod(0o700)
        identity.own(self._home)
        return identity

    def _prepare_cluster(self, identity: Identity, lock: int) -> None:
        if not self._cluster.exists():
            password = self.passwords.of(SUPERUSER)
            clusters.create(self._cluster, password, identity, durable=self._durable, lock=lock)
        elif not self.passwords.known(SUPERUSER):
            raise PostgresUnavailable(
                f"{self.passwords.path} 中没有数据库管理员口令，请从备份恢复该文件"
            )
        clusters.forget_dead_server(self._cluster)

    def _prepare_sockets(self, identity: Identity) -> None:
        shutil.rmtree(self._sockets, ignore_errors=True)
        try:
            self._sockets.mkdir(mode=0o700)
        except FileExistsError:
            raise PostgresUnavailable(f"{self._sockets} 属于其他用户，请将其移走") from None
        identity.own(self._sockets)

    def _launch(self, identity: Identity, lock: int) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | (_LOGGING if self._durable else _FORGETFUL)
        settings["unix_socket_directories"] = str(self._sockets)
        settings["log_directory"] = str(self._log)
        server = [str(identities.binaries_for(identity) / "postgres"), "-D", str(self._cluster)]
        for name, value in settings.items():
            server += ["-c", f"{name}={value}"]
        account = [
            "-" if number is None else str(number) for number in (identity.uid, identity.gid)
        ]
        warden = [sys.executable, "-I", "-S", str(_WARDEN), *account, str(lock), str(self._sockets)]
        with (self._log / "start.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603  our own programs
                [*warden, *identity.command(server)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                pass_fds=(lock,),
                start_new_session=True,  # an interrupt typed at the terminal is the owner's
            )

    def _await_ready(self, warden: subprocess.Popen[bytes], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not clusters.is_ready(self._cluster):
            if warden.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PostgresUnavailable(f"数据库没有启动：\n{self._last_words()}")
            time.sleep(0.005)

    def _last_words(self) -> str:
        logs = sorted(self._log.iterdir(), key=lambda log: log.stat().st_mtime)
        texts = (log.read_text(encoding="utf-8", errors="replace") for log in logs[-2:])
        return "\n".join(text[-2000:] for text in texts)
