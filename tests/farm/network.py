"""Machines of their own on one: network namespaces on a bridge, with cables that can be cut, even in one direction."""

import contextlib
import ctypes
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def can_make_namespaces() -> bool:
    """Whether this account may make them, with the tools there."""
    if os.name != "posix" or os.geteuid() != 0:
        return False
    name = f"zt{os.getpid()}"
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
        subprocess.run(["nft", "--version"], capture_output=True, check=True)
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    except (OSError, subprocess.CalledProcessError):
        return False
    return made.returncode == 0


class Network:
    """A switch and ``count`` machines: number ``n`` has the address 10.77.0.``n``."""

    def __init__(self, count: int) -> None:
        self._prefix = f"zt{os.getpid()}"
        self._switch = f"{self._prefix}s"
        self.count = count

    def __enter__(self) -> Self:
        _sweep()
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _build(self) -> None:
        _run("ip", "netns", "add", self._switch)
        self._in_switch("ip", "link", "add", "name", "switch0", "type", "bridge")
        self._in_switch("ip", "link", "set", "switch0", "up")
        for number in range(1, self.count + 1):
            self._plug_in(number)

    def close(self) -> None:
        for name in (*(self.name(number) for number in range(1, self.count + 1)), self._switch):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def name(self, number: int) -> str:
        return f"{self._prefix}n{number}"

    def address(self, number: int) -> str:
        return f"10.77.0.{number}"

    def command(self, number: int, *argv: str) -> list[str]:
        """A command line that runs on that machine."""
        return ["ip", "netns", "exec", self.name(number), *argv]

    @contextlib.contextmanager
    def inside(self, number: int) -> Iterator[None]:
        """Sockets that this thread makes meanwhile belong to that machine."""
        here = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        there = os.open(Path("/run/netns") / self.name(number), os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(here)
            os.close(there)
            os.close(here)

    def cut(self, number: int, *, inwards: bool = True, outwards: bool = True) -> None:
        """Nothing comes in, or goes out, until ``mend``; the machine itself notices nothing but silence."""
        rules = ["add table inet cut"]
        if inwards:
            rules += [_chain("input"), 'add rule inet cut input iifname "eth0" drop']
        if outwards:
            rules += [_chain("output"), 'add rule inet cut output oifname "eth0" drop']
        subprocess.run(self.command(number, "nft", "-f", "-"), input="\n".join(rules), text=True, check=True)

    def lose(self, number: int, percent: int) -> None:
        """So many of the packets that come in and go out are lost, until ``mend``."""
        rules = ["add table inet cut", _chain("input"), _chain("output")]
        for hook, word in (("input", "iifname"), ("output", "oifname")):
            rules.append(f'add rule inet cut {hook} {word} "eth0" numgen random mod 100 < {percent} drop')
        subprocess.run(self.command(number, "nft", "-f", "-"), input="\n".join(rules), text=True, check=True)

    def mend(self, number: int) -> None:
        _run(*self.command(number, "nft", "delete", "table", "inet", "cut"))

    def _plug_in(self, number: int) -> None:
        name, plug = self.name(number), f"p{number}"
        _run("ip", "netns", "add", name)
        self._in_switch("ip", "link", "add", plug, "type", "veth", "peer", "name", "eth0", "netns", name)
        self._in_switch("ip", "link", "set", plug, "master", "switch0", "up")
        for step in (
            "link set lo up",
            "link set eth0 up",
            f"addr add {self.address(number)}/24 dev eth0",
            "route add 224.0.0.0/4 dev eth0",
        ):
            _run(*self.command(number, "ip", *step.split()))

    def _in_switch(self, *argv: str) -> None:
        _run("ip", "netns", "exec", self._switch, *argv)


def _sweep() -> None:
    """Remove what runs that were killed have left."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"^(zt\d+[sn]?\d*)\b", listed, re.MULTILINE):
        if not Path("/proc", re.findall(r"\d+", name)[0]).exists():
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _chain(name: str) -> str:
    return f"add chain inet cut {name} {{ type filter hook {name} priority 0; policy accept; }}"


def _enter(descriptor: int) -> None:
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)
