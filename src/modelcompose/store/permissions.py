"""What would let this user write where the system refuses it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

_ROOT = 0


def access_hint(path: Path) -> str:
    """Give the command that lets this user write at a path, which may be about to be made.

    What is the user's own or root's is given to the user. What is another user's is not taken
    away from them: it is shared with its group, or left alone.
    """
    there = _standing(path)
    status = there.stat()
    if status.st_uid in (_ROOT, os.geteuid()):
        return f"let this user read and write there: {command_to_own(path)}"
    named = shlex.quote(printable(there))
    owner, group = user_name(status.st_uid), _group_name(status.st_gid)
    if status.st_gid in (os.getegid(), *os.getgroups()):
        return (
            f"it belongs to {owner}; share it with its group, {group}: "
            f"sudo chmod -R g+rwX {named} && sudo find {named} -type d -exec chmod g+s {{}} +"
        )
    if not there.is_dir():
        return f"it belongs to {owner}; work in a copy of your own"
    return f"it belongs to {owner}; work in a copy of your own: cp -r {named} ~/"


def command_to_own(path: Path) -> str:
    """Give the command that makes a path this user's: what is there, or a folder to be made.

    What lies above it is never given away: that may be the whole system.
    """
    named = shlex.quote(printable(path))
    if path.exists():
        return f"sudo chown -R $(id -u):$(id -g) {named}"
    return f"sudo install -d -o $(id -u) -g $(id -g) {named}"


def user_name(user: int) -> str:
    """Give a user's name, or the number of one that has none here."""
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def printable(path: object) -> str:
    """Give a path as text that every terminal takes; bytes that are no UTF-8 as escapes."""
    raw = os.fsencode(path) if isinstance(path, str | bytes | os.PathLike) else str(path).encode()
    return raw.decode("utf-8", "backslashreplace")


def _group_name(group: int) -> str:
    import grp

    try:
        return grp.getgrgid(group).gr_name
    except KeyError:
        return str(group)


def _standing(path: Path) -> Path:
    """Give the path itself, or the nearest folder above it that is there and can be seen."""
    path = path.absolute()
    while path != path.parent:
        try:
            path.stat()
        except OSError:
            path = path.parent
        else:
            break
    return path
