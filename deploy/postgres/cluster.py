"""The data directory of a server: made whole, and cleared of what a killed server left behind."""

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import Final

from deploy.postgres.errors import PostgresUnavailable
from deploy.postgres.identity import ENVIRONMENT, Identity, binaries_for

SUPERUSER: Final = "postgres"


def create(cluster: Path, password: str, identity: Identity, *, durable: bool, lock: int) -> None:
    """Make an empty cluster that sorts text by code point and asks everybody for a password.

    It appears under its name only when complete, so that a half-made one is never started.
    """
    draft = cluster.with_name("cluster.draft")
    shutil.rmtree(draft, ignore_errors=True)
    secret = cluster.with_name("superuser.draft")
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    identity.own(secret)
    options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"]
    options += ["--encoding=UTF8", "--auth=scram-sha-256", f"--username={SUPERUSER}"]
    options += [f"--pwfile={secret}", f"--pgdata={draft}"]
    options += [] if durable else ["--no-sync"]
    try:
        made = subprocess.run(  # noqa: S603  our own program
            identity.command([str(binaries_for(identity) / "initdb"), *options]),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            pass_fds=(lock,),
            user=identity.uid,
            group=identity.gid,
            extra_groups=identity.groups,
        )
    finally:
        secret.unlink()
    if made.returncode != 0:
        raise PostgresUnavailable(f"无法建立数据目录 {cluster}：{made.stderr.strip()}")
    draft.rename(cluster)


def forget_dead_server(cluster: Path) -> None:
    """Remove a process id that may be somebody else's by now; to be called with the lock held.

    No server of ours is alive then. One started by hand may be: it works in the data directory,
    and is left alone.
    """
    pid_file = cluster / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        pid = pid_file.read_text(encoding="utf-8").split("\n", 1)[0]
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cwd").samefile(cluster):
                raise PostgresUnavailable(f"{cluster} 正由进程 {pid} 使用，请先停止它")
        pid_file.unlink()


def is_ready(cluster: Path) -> bool:
    """Whether connections are served: the eighth line of `postmaster.pid` tells."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"
