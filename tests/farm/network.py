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
        self._rule(number, rules)

    def lose(self, number: int, *, inwards: int = 0, outwards: int = 0) -> None:
        """So many of a hundred packets that come in, or go out, are lost, until ``mend``."""
        rules = ["add table inet cut", _chain("input"), _chain("output")]
        for hook, word, percent in (("input", "iifname", inwards), ("output", "oifname", outwards)):
            rules.append(f'add rule inet cut {hook} {word} "eth0" numgen random mod 100 < {percent} drop')
        self._rule(number, rules)

    def slow_down(self, number: int, rate: str) -> None:
        """Its cable carries no more than ``rate`` (``256kbit``) each way, until ``mend``."""
        shape = ("root", "tbf", "rate", rate, "burst", "8kb", "latency", "1s")
        _run(*self.command(number, "tc", "qdisc", "add", "dev", "eth0", *shape))
        self._in_switch("tc", "qdisc", "add", "dev", f"p{number}", *shape)

    def break_connections(self, number: int, every: int) -> None:
        """Of large packets that go out, one in so many ends its connection here, and about as often one ends there.

        Until ``mend``; see ``breaks``.
        """
        end = "counter reject with tcp reset"
        out = f'oifname "eth0" meta l4proto tcp meta length > 1000 numgen inc mod {every} == 0'
        back = f'iifname "eth0" tcp flags ack numgen inc mod {5 * every} == 0'
        rules = ["add table inet breaks", _chain("output", "breaks"), _chain("input", "breaks")]
        rules += [f"add rule inet breaks output {out} {end}", f"add rule inet breaks input {back} {end}"]
        self._rule(number, rules)

    def breaks(self, number: int) -> int:
        """How many connections ``break_connections`` has ended, at either end."""
        list_them = self.command(number, "nft", "list", "table", "inet", "breaks")
        listed = subprocess.run(list_them, capture_output=True, text=True, check=True)
        return sum(int(count) for count in re.findall(r"counter packets (\d+)", listed.stdout))

    def mend(self, number: int) -> None:
        """Its cable is as new."""
        _run(*self.command(number, "nft", "flush", "ruleset"))
        for end in (self.command(number), ["ip", "netns", "exec", self._switch]):
            device = "eth0" if end[3] == self.name(number) else f"p{number}"
            # Without a limit there is none to take away.
            subprocess.run([*end, "tc", "qdisc", "del", "dev", device, "root"], capture_output=True, check=False)

    def _rule(self, number: int, rules: list[str]) -> None:
        subprocess.run(self.command(number, "nft", "-f", "-"), input="\n".join(rules), text=True, check=True)

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


def _chain(hook: str, table: str = "cut") -> str:
    return f"add chain inet {table} {hook} {{ type filter hook {hook} priority 0; policy accept; }}"


def _enter(descriptor: int) -> None:
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)
