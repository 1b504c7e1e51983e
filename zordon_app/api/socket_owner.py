"""Whose socket is at the other end of a connection within this machine: asked of the system, never of the request."""

import ipaddress
import os
import platform
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import psutil

Address = tuple[str, int]
"""IP address and port."""

ESTABLISHED = 1
"""A socket's state in Linux's ``tcp_states.h``. Of any other the owner is not believed: a process that sends and closes
leaves a socket that reads as uid 0, inode 0 (measured)."""

_IS_LINUX = platform.system() == "Linux"
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLMSG_ERROR = 2
_ANY_COOKIE = b"\xff" * 8
_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBBI")
_OWNER_AT = _HEADER.size + 4 + 48 + 12
"""Where uid and inode stand in an answer: after the netlink header, four bytes, the socket's id, three numbers
(``struct inet_diag_msg`` of Linux's ``inet_diag.h``)."""


def find_owner(client: Address, server: Address) -> str | None:
    """The name of the user who holds the socket ``client`` that is connected to ``server``; None: nobody known.

    On Linux a user without a name is a number as text.
    """
    if _IS_LINUX:
        uid = uid_on_linux(client, server)
        return None if uid is None else name_of(uid)
    return _owner_of_process(client, server)


def own_names() -> frozenset[str]:
    """The users that count as this program's own: the one it runs as, and root, who can read everything anyway."""
    if _IS_LINUX:
        return frozenset({name_of(os.geteuid()), name_of(0)})
    return frozenset({psutil.Process().username()})


def name_of(uid: int) -> str:
    """A user's name, or the number where there is none."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def uid_on_linux(client: Address, server: Address) -> int | None:
    """The uid of an established socket, by netlink or else by the table that processes read."""
    for ask in (_ask_kernel, _read_tables):
        try:
            return ask(client, server)
        except OSError:
            continue
    return None


def _ask_kernel(client: Address, server: Address) -> int | None:
    """One socket by its two ends (sock_diag(7)). Raises OSError: the kernel does not answer such questions."""
    ends = struct.pack("!HH", client[1], server[1]) + _packed(client[0]) + _packed(server[0])
    kind = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
    ask = kind + ends + struct.pack("=I", 0) + _ANY_COOKIE
    header = _HEADER.pack(_HEADER.size + len(ask), _SOCK_DIAG_BY_FAMILY, 1, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(1.0)
        kernel.bind((0, 0))
        kernel.send(header + ask)
        answer = kernel.recv(65_536)
    if struct.unpack_from("=H", answer, 4)[0] == _NLMSG_ERROR:
        (number,) = struct.unpack_from("=i", answer, _HEADER.size)
        if number in {0, -2}:  # ENOENT: there is no such socket (any more).
            return None
        raise OSError(-number, os.strerror(-number))
    uid, inode = struct.unpack_from("=II", answer, _OWNER_AT)
    return int(uid) if answer[_HEADER.size + 1] == ESTABLISHED and inode else None


def _packed(address: str) -> bytes:
    return socket.inet_aton(address).ljust(16, b"\0")


def _read_tables(client: Address, server: Address) -> int | None:
    """The same from ``/proc/net/tcp`` and, where a program speaks IPv4 through an IPv6 socket, ``tcp6``."""
    for table, wrap in (("tcp", str), ("tcp6", "::ffff:{}".format)):
        ends = [_in_table(wrap(client[0]), client[1]), _in_table(wrap(server[0]), server[1])]
        for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[1:3] == ends and int(fields[3], 16) == ESTABLISHED and fields[9] != "0":
                return int(fields[7])
    return None


def _in_table(address: str, port: int) -> str:
    """As the kernel prints it: each four bytes of the address as a number of this machine's byte order."""
    packed = ipaddress.ip_address(address).packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"


def _owner_of_process(client: Address, server: Address) -> str | None:
    """Windows: the process of the connection is known, and its user where we may ask. macOS: only our own are."""
    processes: Callable[[], list[psutil.Process]] = _process_of if os.name == "nt" else _own_processes
    for process in processes():
        try:
            connections = process.net_connections("tcp4")
            if any(_is(one, client, server) for one in connections):
                return str(process.username())
        except psutil.Error:
            continue
    return None


def _process_of() -> list[psutil.Process]:
    pids = {one.pid for one in psutil.net_connections("tcp4") if one.pid and one.status == psutil.CONN_ESTABLISHED}
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


def _own_processes() -> list[psutil.Process]:
    own = psutil.Process().username()
    return [process for process in psutil.process_iter(["username"]) if process.info["username"] == own]


def _is(connection: object, client: Address, server: Address) -> bool:
    laddr, raddr = getattr(connection, "laddr", ()), getattr(connection, "raddr", ())
    is_up = getattr(connection, "status", "") == psutil.CONN_ESTABLISHED
    return is_up and tuple(laddr) == client and tuple(raddr) == server
