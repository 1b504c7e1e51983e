"""How the other machines are, all asked at once."""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from zordon_app.client.calls import as_object
from zordon_app.errors import ZordonError
from zordon_app.peers.links.peer import Peer


def ask_statuses(peers: Sequence[Peer], executor: ThreadPoolExecutor, timeout: float) -> dict[str, dict[str, Any]]:
    """``GET /api/status`` of every peer by host name, within ``timeout`` seconds."""
    asked = {executor.submit(_status_of, peer, timeout): peer for peer in peers if peer.is_online}
    wait(asked, timeout=timeout)
    answers = {peer.id: future.result() for future, peer in asked.items() if future.done() and not future.exception()}
    found: dict[str, dict[str, Any]] = {}
    for peer in peers:
        late = {"online": False, "reason": peer.reason or "Did not answer in time."}
        answer = {"id": peer.id, "name": peer.name, **answers.get(peer.id, late)}
        name = str(answer.get("hostname") or peer.name)
        # Two nodes may run on one machine, and two machines may have one name.
        taken = name in found or name == socket.gethostname()
        found[f"{name} ({peer.id[:6]})" if taken else name] = answer
    return found


def _status_of(peer: Peer, timeout: float) -> dict[str, Any]:
    try:
        status = as_object(peer.link.request("GET", "/api/status", read_seconds=timeout, repeatable=False))
    except ZordonError as error:
        return {"online": False, "reason": str(error)}
    return {"online": True, **status}
