"""The process between the owner and its PostgreSQL: when the owner is gone, so is the server.

Run as a script, by the launcher only, with an isolated interpreter:

    warden.py <uid or -> <gid or -> <lock descriptor> <socket directory> <command> ...

Standard input is a pipe that the owner holds open. Its end means that the owner stopped, or was
killed in whatever way; a change of parent tells the same when a forked sibling still holds the
pipe. The server then gets a fast shutdown. Should the warden itself be killed, the kernel sends
the server the same signal. The lock descriptor is inherited by the server and all its
processes, so that the lock is free exactly when none of them is left.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from types import FrameType

FAST_SHUTDOWN = signal.SIGINT
IMMEDIATE_SHUTDOWN = signal.SIGQUIT
PATIENCE = 60.0  # seconds for the shutdown checkpoint, before recovery is left to the next start
PR_SET_PDEATHSIG = 1


def leave_it_to_the_owner(number: int, frame: FrameType | None) -> None:
    """A signal for the whole group of processes must not overtake the owner's own clean-up."""


def follow_into_death() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, FAST_SHUTDOWN)


def watch(server: subprocess.Popen[bytes], owner: int) -> None:
    while server.poll() is None and os.getppid() == owner:
        if select.select([sys.stdin], [], [], 0.25)[0]:
            return


def stop(server: subprocess.Popen[bytes]) -> int:
    for request in (FAST_SHUTDOWN, IMMEDIATE_SHUTDOWN, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(request)
        try:
            return server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            continue
    return server.wait()


def main() -> int:
    uid, gid, lock, sockets, *command = sys.argv[1:]
    owner = os.getppid()
    for request in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(request, leave_it_to_the_owner)
    server = subprocess.Popen(  # noqa: S603  what the launcher hands over
        command,
        stdin=subprocess.DEVNULL,
        pass_fds=(int(lock),),
        preexec_fn=follow_into_death,  # noqa: PLW1509  there is but one thread
        user=None if uid == "-" else int(uid),
        group=None if gid == "-" else int(gid),
        extra_groups=None if uid == "-" else [],
    )
    watch(server, owner)
    code = stop(server)
    shutil.rmtree(sockets, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
