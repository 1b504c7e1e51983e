"""Joining without a click: only when this machine's own door is open too, and only farms whose door is open.

A machine whose door is shut never joins by itself: whoever is first to announce an open farm could else take over every
machine that is started on the same network.
"""

from collections.abc import Iterable

from zordon_app.peers.discovery.nearby import NearbyMachine


def choose_farm(nearby: Iterable[NearbyMachine], *, own_farm: str, own_members: int) -> NearbyMachine | None:
    """The hint of the open farm to join, or None. The larger farm wins, then the lower hash: one of two goes over."""
    others = [machine for machine in nearby if machine.open and machine.farm != own_farm and machine.addresses]
    best = min(others, key=lambda machine: (-machine.members, machine.farm), default=None)
    if best is None or (-own_members, own_farm) < (-best.members, best.farm):
        return None
    return best
