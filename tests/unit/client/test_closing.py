"""Closing a client while threads of it wait for answers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.fakes.scripted_server import ScriptedServer, answer
from zordon_app.client import RenderServerProxy
from zordon_app.client.errors import Unreachable
from zordon_app.peers.identity.keys import load_identity
from zordon_app.peers.identity.tls import server_context


@pytest.fixture(params=["plain", "pinned"])
def connection(request, tmp_path):
    """The TLS context of a server, and what its clients know of it."""
    if request.param == "plain":
        return None, {}
    identity = load_identity(tmp_path / "identity", "anna")
    return server_context(identity), {"fingerprint": identity.fingerprint}


def test_who_waits_for_an_answer_hears_at_once_that_it_will_not_come(connection):
    context, known = connection
    asked, let_go = threading.Event(), threading.Event()

    def never(_request):
        asked.set()
        let_go.wait(HANG_SECONDS)
        return answer()

    with ScriptedServer(never, context) as server, ThreadPoolExecutor(1) as other:
        proxy = RenderServerProxy(server.url, **known)
        waiting = other.submit(proxy.long_poll, seconds=25)
        assert asked.wait(HANG_SECONDS)
        proxy.close()
        try:
            with pytest.raises(Unreachable):
                waiting.result(timeout=HANG_SECONDS)
        finally:
            let_go.set()


def test_a_closed_client_asks_nothing_more():
    with ScriptedServer(lambda _: answer(b"{}")) as server:
        proxy = RenderServerProxy(server.url)
        proxy.close()
        with pytest.raises(Unreachable):
            proxy.list_jobs()
        assert server.requests == []
