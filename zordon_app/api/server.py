"""One listener: cheroot with a bounded pool, started and stopped as an object."""

import contextlib
import errno
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from cheroot import wsgi
from cheroot.makefile import MakeFile
from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.ssl import Adapter

from zordon_app.api.doorway import Doorway
from zordon_app.api.errors import Application
from zordon_app.api.files import FileBody
from zordon_app.api.framing import Body, ChunkedBody, Heads, Incoming, LengthBody
from zordon_app.api.own_user import CONNECTION_OWNER, owner_of
from zordon_app.api.workers import Workers
from zordon_app.errors import ZordonError
from zordon_app.guard import Guard

log = logging.getLogger(__name__)

THREADS = 288
"""More than all pollers, uploads, downloads and those at the doorway (64 + 24 + 24 + 32), and small bodies
(32 and 32 of strangers, 64 of others): a request finds one."""
AT_THE_DOORWAY = 32
KEPT_ALIVE = 128
"""Connections that may wait for their next request, which spares every heartbeat of a large farm its handshake."""
MAX_HEADER_BYTES = 64 * 1024
SECONDS_SILENT = 20
DRAINED_BYTES = 16_000_000
"""How much of a refused body is read, so that the sender sees the answer, before the connection is cut."""
SECONDS_DRAINED = 10.0
SECONDS_GOODBYE = 2.0
"""How long somebody who was refused may go on sending."""
_CHUNK = 64 * 1024
_SENT = 256 * 1024


class CannotListen(ZordonError):
    """The port is taken or not allowed."""


class Gateway(wsgi.Gateway_10):
    """cheroot's gateway, but files go out past its writer, and what is left of a refused body is never collected."""

    def respond(self) -> None:
        """Answer one request."""
        response = self.req.server.wsgi_app(self.env, self.start_response)
        try:
            self._drop_rest_of_body()
            if isinstance(response, FileBody):
                self._send_file(response)
            else:
                self._send_chunks(response)
        finally:
            self.req.ensure_headers_sent()
            if hasattr(response, "close"):
                response.close()

    def get_environ(self) -> Any:
        """What WSGI wants, and within this machine whose connection it is."""
        return {**super().get_environ(), **self.req.conn.about}  # type: ignore[no-untyped-call]

    def _send_chunks(self, response: Iterable[bytes]) -> None:
        is_head = self.env["REQUEST_METHOD"] == "HEAD"
        for chunk in response:
            if not is_head:
                # cheroot copies what it is given, twice: ten thousand jobs would be held anew for each reader.
                for start in range(0, len(chunk), _SENT):
                    self.write(chunk[start : start + _SENT])

    def _send_file(self, body: FileBody) -> None:
        self.req.ensure_headers_sent()
        if self.env["REQUEST_METHOD"] == "HEAD" or not body.count:
            return
        connection = self.req.conn
        connection.wfile.flush()
        if self.req.server.ssl_adapter is None:
            connection.socket.sendfile(body.file, body.offset, body.count)
            return
        # cheroot's writer copies each block three times, and Python's own sendfile sends over TLS in small pieces.
        for block in body:
            connection.socket.sendall(block)

    def _drop_rest_of_body(self) -> None:
        # What is left would be taken for the next request.
        body = self.req.rfile
        if not body.is_over:
            with self.req.server.doorway.waiting(self.req.conn.socket):
                _drop(body)
        if not body.is_over:
            self.req.close_connection = True


def _drop(body: Body) -> None:
    """Read what is left, so that the sender sees the answer; one that sends on and on does not."""
    body.source.within(SECONDS_DRAINED)
    dropped = 0
    # It may break off, or be no body at all: the answer is on its way in any case.
    with contextlib.suppress(OSError, ZordonError):
        while dropped < DRAINED_BYTES and (data := body.read(_CHUNK)):
            dropped += len(data)


class Request(HTTPRequest):
    """cheroot's request, whose head may take its time only while there is room at the doorway, and is read strictly."""

    header_reader = Heads()

    def parse_request(self) -> None:
        """Read the head."""
        self.conn.look()
        with self.server.doorway.waiting(self.conn.socket):
            super().parse_request()
            if not self.ready and self.started_request:
                self._say_goodbye()

    def read_request_line(self) -> bool:
        """Read the first line."""
        try:
            return bool(super().read_request_line())  # type: ignore[no-untyped-call]
        except ValueError:  # such as that of an address with half a bracket
            self.simple_response("400 Bad Request", "The request's address cannot be read.")
            return False

    def read_request_headers(self) -> bool:
        """Read the other lines."""
        is_read = bool(super().read_request_headers())  # type: ignore[no-untyped-call]
        if is_read and self.response_protocol == "HTTP/1.0" and b"Transfer-Encoding" in self.inheaders:
            self.simple_response("400 Bad Request", "HTTP/1.0 knows no Transfer-Encoding.")
            return False
        return is_read

    def respond(self) -> None:
        """Answer; the body comes through our own readers, as cheroot's hold whole chunks."""
        source = Incoming(self.conn.socket, self.conn.rfile)
        length = int(self.inheaders.get(b"Content-Length", 0))
        self.rfile = ChunkedBody(source) if self.chunked_read else LengthBody(source, length)
        self.server.gateway(self).respond()
        self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")

    def _say_goodbye(self) -> None:
        """A connection that is closed while bytes still come is reset, and the answer with it."""
        self.conn.socket.settimeout(SECONDS_GOODBYE)
        with contextlib.suppress(OSError):
            self.conn.wfile.flush()
            socket.socket.shutdown(self.conn.socket, socket.SHUT_WR)
            until = time.monotonic() + SECONDS_GOODBYE
            while time.monotonic() < until and self.conn.rfile.raw.read(_CHUNK):
                pass


class Connection(HTTPConnection):
    """cheroot's connection with our requests, which knows within this machine whose it is."""

    RequestHandlerClass = Request
    about: dict[str, str]

    def look(self) -> None:
        """Ask once, before a byte is read: later the other end may be gone, and its place taken."""
        if not hasattr(self, "about"):
            is_within = self.server.ssl_adapter is None
            self.about = {CONNECTION_OWNER: owner_of(self.socket)} if is_within else {}


class TlsAdapter(Adapter):
    """TLS whose handshake is done by a worker at its first read: cheroot's own would hold up the accepting thread."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Serve with ``context``."""
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        """The listening socket itself speaks no TLS."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """A connection that will speak TLS, and nothing for the WSGI environment."""
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}

    def get_environ(self) -> dict[str, str]:
        """Nothing: who asks is told by a session, not by a certificate."""
        return {}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = -1) -> Any:
        """Cheroot's buffered reader or writer."""
        return MakeFile(sock, mode, bufsize)


class _Server(wsgi.Server):
    doorway: Doorway
    _connections: Any

    def stop(self) -> None:
        # cheroot's accepting thread looks only each half second whether it shall stop, unless somebody comes.
        self._connections._stop_requested = True  # noqa: SLF001 - its own stop() sets this and then waits
        with contextlib.suppress(OSError):
            socket.create_connection(self.bind_addr[:2], timeout=1).close()
        super().stop()

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's signature
        # Whoever hangs up in the middle, or refuses our certificate, is no fault of ours.
        gone = isinstance(sys.exc_info()[1], OSError)
        log.log(logging.DEBUG if gone else level, "%s", msg.strip(), exc_info=traceback and not gone)


class HttpServer:
    """Serves one WSGI application on one address."""

    def __init__(
        self, application: Application, host: str, port: int, *, tls: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        """``port`` 0 takes any free one; ``tls`` makes the context of a listener for other machines."""
        server = _Server(
            (host, port),
            application,
            server_name="Zordon",
            request_queue_size=256,
            timeout=SECONDS_SILENT,
            shutdown_timeout=5,
        )
        server.requests = Workers(server, THREADS)
        server.gateway = Gateway
        server.ConnectionClass = Connection
        server.doorway = Doorway(AT_THE_DOORWAY)
        server.max_request_header_size = MAX_HEADER_BYTES
        server.keep_alive_conn_limit = KEPT_ALIVE
        server.software = "Zordon"
        if tls is not None:
            server.ssl_adapter = TlsAdapter(tls())
        self._server: Any = server
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port in use; known once started."""
        return int(self._server.bind_addr[1])

    def start(self) -> None:
        """Listen; returns when requests are answered.

        Raises:
            CannotListen: with a sentence that says what to do.
        """
        port = self.port
        try:
            self._server.prepare()
        except OSError as error:
            raise CannotListen(f"Port {port} cannot be used: {_why(error)} Choose another one with --port.") from error
        self._thread = Guard().thread("http", self._server.serve, about=str(self.port))
        self._thread.start()

    def stop(self) -> None:
        """Close the listener, let running requests end, and join."""
        if self._thread is not None:
            self._server.stop()
            self._thread.join()
            self._thread = None


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE or "in use" in str(error):
        return "another program listens there."
    return f"{error.strerror or error}."
