"""Child processes that end with their parent, however it ends."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Unavailable(Exception):
    """What is missing or broken, in one sentence for the person at the terminal."""


def dying_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn`: the kernel sends the signal when the parent is gone, even by kill -9.

    Popen changes the user before it runs this; the other order would clear the request.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def unprivileged() -> dict:
    """Return Popen's arguments for a program that refuses root; none for an ordinary user.

    `nobody` exists on every Debian, so no user has to be made.
    """
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def traversable(path: Path) -> bool:
    """Say whether any user may go down to this folder."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def stop(process: subprocess.Popen, *, by: signal.Signals, patience: float) -> None:
    """End a process by a signal, and by SIGKILL once the patience (in seconds) is over."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
