"""Members with real keys, TLS and heartbeats and nothing else, many in one process; started by the benches.

``light_peers.py FOLDER PARENT ADDRESS``: starts the members whose folders lie in ``FOLDER``, and runs until stdin is
closed. They know the address of ``PARENT`` alone and keep in touch with nobody else: what is measured is its part.
"""

import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.fakes.nodes import Node  # noqa: E402 - the path comes first
from zordon_app.api import server  # noqa: E402
from zordon_app.peers.links.directory import Directory  # noqa: E402


def keep_to(device: str) -> None:
    """No other peer is ever asked."""
    all_of = Directory.all
    only = lambda directory: [peer for peer in all_of(directory) if peer.id == device]  # noqa: E731
    Directory.all = only  # type: ignore[method-assign]


def main() -> None:
    """Start, wait, stop."""
    folder, parent, address = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    server.THREADS = 4
    keep_to(parent)
    with ExitStack() as stack:
        for home in sorted(folder.iterdir()):
            (home / "addresses.json").write_bytes(msgspec.json.encode({parent: address}))
            node = Node(home, home.name, ROOT / "web", scale=1.0)
            stack.callback(node.stop)
            node.start()
        sys.stdin.read()


main()
