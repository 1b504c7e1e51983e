"""Joining without a click: only when this machine's own door is open too, and only farms whose door is open.

A machine whose door is shut never joins by itself: whoever is first to announce an open farm could else take over every
machine that is started on the same network.
"""

from collections.abc import Iterable

from zordon_app.peers.discovery.nearby import NearbyMachine, NearbyMachines
from zordon_app.peers.interfaces import Clock
from zordon_app.peers.joining.door import Door
from zordon_app.peers.joining.newcomer import Joining, Target
from zordon_app.peers.membership.members import Members
from zordon_app.peers.membership.statements import farm_hash


class AutoJoin:
    """Joins the best of the open farms nearby while this machine is alone and its own door is open."""

    def __init__(
        self,
        nearby: NearbyMachines,
        members: Members,
        door: Door,
        joining: Joining,
        clock: Clock,
        *,
        seconds: float,
    ) -> None:
        """Not more often than every ``seconds``."""
        self._nearby = nearby
        self._members = members
        self._door = door
        self._joining = joining
        self._clock = clock
        self._seconds = seconds
        self._joined: float | None = None

    def run_once(self) -> None:
        """Begin to join, if there is a farm to join."""
        if not self._door.is_open or self._members.others or self._joining.is_busy:
            return
        now = self._clock.monotonic()
        if self._joined is not None and now - self._joined < self._seconds:
            return
        farm, present = farm_hash(self._members.farm), len(self._members.present)
        machine = choose_farm(self._nearby.all(), own_farm=farm, own_members=present)
        if machine is not None:
            self._joined = now
            self._joining.begin(Target(addresses=machine.addresses))


def choose_farm(nearby: Iterable[NearbyMachine], *, own_farm: str, own_members: int) -> NearbyMachine | None:
    """The hint of the open farm to join, or None. The larger farm wins, then the lower hash: one of two goes over."""
    others = [machine for machine in nearby if machine.open and machine.farm != own_farm and machine.addresses]
    best = min(others, key=lambda machine: (-machine.members, machine.farm), default=None)
    if best is None or (-own_members, own_farm) < (-best.members, best.farm):
        return None
    return best
