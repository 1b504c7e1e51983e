import contextlib
import socket
import threading

from tests.fakes.patience import HANG_SECONDS
from zordon_app.api.doorway import Doorway
from zordon_app.client.hanging_up import hang_up


def pair():
    ours, theirs = socket.socketpair()
    ours.settimeout(HANG_SECONDS)
    return ours, theirs


def test_one_connection_too_many_cuts_the_oldest_that_still_waits():
    doorway, pairs = Doorway(2), [pair() for _ in range(3)]
    heard = {}
    inside = threading.Semaphore(0)

    def wait(index):
        with doorway.waiting(pairs[index][0]):
            inside.release()
            heard[index] = pairs[index][0].recv(10)

    threads = [threading.Thread(target=wait, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
        inside.acquire()
    threads[0].join(HANG_SECONDS)
    assert heard == {0: b""}
    for index in (1, 2):
        pairs[index][1].sendall(b"request")
        threads[index].join(HANG_SECONDS)
    assert heard == {0: b"", 1: b"request", 2: b"request"}
    for ours, theirs in pairs:
        ours.close()
        theirs.close()


class From(socket.socket):
    """A connection that says where it comes from."""

    source = ""

    def getpeername(self):
        return self.source, 1


def arrive(source):
    ours, theirs = pair()
    made = From(fileno=ours.detach())
    made.settimeout(HANG_SECONDS)
    made.source = source
    return made, theirs


def test_a_source_that_crowds_the_doorway_cuts_its_own_and_nobody_elses():
    doorway = Doorway(4)
    pairs = [arrive(source) for source in ("192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "2001:db8::3")]
    with contextlib.ExitStack() as stack:
        for ours, _ in pairs:
            stack.enter_context(doorway.waiting(ours))
        for _, theirs in pairs:
            with contextlib.suppress(BrokenPipeError):
                theirs.sendall(b"request")

        assert [ours.recv(10) for ours, _ in pairs] == [b"request", b"", b"request", b"request", b"request"]
    for ours, theirs in pairs:
        ours.close()
        theirs.close()


def test_connections_that_are_through_take_no_place():
    doorway, (ours, theirs) = Doorway(1), pair()
    for _ in range(5):
        with doorway.waiting(ours):
            pass
    theirs.sendall(b"still there")
    assert ours.recv(20) == b"still there"
    ours.close()
    theirs.close()


def test_a_connection_that_has_gone_by_itself_is_no_trouble():
    doorway, gone, other = Doorway(1), pair(), pair()
    with doorway.waiting(gone[0]):
        gone[0].close()
        gone[1].close()
        with doorway.waiting(other[0]):
            pass
    for each in other:
        each.close()


def test_a_thread_that_reads_is_let_go_where_shutting_down_does_not_wake_it():
    """On Windows; here it shows that the socket is closed as well (windows.md, W4)."""
    ours, theirs = pair()

    hang_up(ours, windows=True)

    assert ours.fileno() == -1
    theirs.close()
