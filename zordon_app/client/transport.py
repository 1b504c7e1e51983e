"""One server's connections: every request gets its headers, time limits and error here."""

import io
import ssl
import threading
import weakref
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import IO, Any, NoReturn
from urllib.parse import urlencode

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from zordon_app import API_VERSION, __version__
from zordon_app.client.address import Address
from zordon_app.client.errors import BadAnswer, TimedOut, Unreachable, WrongCertificate, refusal
from zordon_app.client.hanging_up import hang_up

CONNECT_SECONDS = 4.0
READ_SECONDS = 30.0
CONNECTIONS = 8
BLOCK = 256 * 1024
MIB = 1024 * 1024
LIST_BYTES = 256 * MIB
"""What an answer may have of a server that one is signed in to: its lists of jobs."""
MESSAGE_BYTES = 16 * MIB
"""What an answer may have of machines whose word one only listens to."""

ONCE = urllib3.Retry(total=False)
AGAIN = urllib3.Retry(
    total=2,
    other=0,
    redirect=0,
    allowed_methods=None,
    backoff_factor=0.2,
    backoff_jitter=0.1,
    raise_on_status=False,
    retry_after_max=3,
)
"""For requests that may arrive twice; also waits when the server says ``Retry-After``."""

Answer = urllib3.BaseHTTPResponse
Body = bytes | IO[bytes] | None


class Connections:
    """Some connections to one server, which can be closed while threads wait in them."""

    def __init__(self, pool: urllib3.HTTPConnectionPool) -> None:
        """Of that pool; nothing is connected yet."""
        self.pool = pool
        self._made: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._make: Any = pool.ConnectionCls
        pool.ConnectionCls = self._remember  # type: ignore[assignment]

    def close(self) -> None:
        """Close all; who waits in one hears at once that it broke. May be called again."""
        self.pool.close()
        with self._lock:
            made = list(self._made)
        for connection in made:
            _hang_up(connection)

    def _remember(self, *arguments: Any, **options: Any) -> Any:
        connection = self._make(*arguments, **options)
        with self._lock:
            self._made.add(connection)
        return connection


def _hang_up(connection: Any) -> None:
    sock = getattr(connection, "sock", None)
    if sock is not None:
        hang_up(sock)


class Transport:
    """Sends requests to one server; everything but success becomes a ``ServerError``. Safe to share by threads."""

    def __init__(
        self,
        address: Address,
        *,
        token: str = "",
        cookie: str = "",
        fingerprint: str = "",
        most_bytes: int = MESSAGE_BYTES,
    ) -> None:
        """``fingerprint`` is the SHA-256 of the server's certificate in hex; it alone decides whom we talk to.

        No answer of more than ``most_bytes`` is read.
        """
        self.address = address
        self._most_bytes = most_bytes
        self._fingerprint = fingerprint
        self._headers = {"X-API-Version": API_VERSION, "User-Agent": f"zordon/{__version__}"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if cookie:
            self._headers["Cookie"] = cookie
        self._connections = self.connections(CONNECTIONS)

    def connections(self, most: int) -> Connections:
        """Up to so many of their own, which the caller closes."""
        return Connections(self._new_pool(most))

    def _new_pool(self, connections: int) -> urllib3.HTTPConnectionPool:
        host, port = self.address.host, self.address.port
        if self.address.scheme == "http":
            return urllib3.HTTPConnectionPool(host, port, maxsize=connections, blocksize=BLOCK)
        if not self._fingerprint:
            return urllib3.HTTPSConnectionPool(host, port, maxsize=connections, blocksize=BLOCK)
        return urllib3.HTTPSConnectionPool(
            host,
            port,
            maxsize=connections,
            blocksize=BLOCK,
            ssl_context=_without_authorities(),
            cert_reqs="CERT_NONE",
            assert_hostname=False,
            assert_fingerprint=self._fingerprint,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: object = msgspec.UNSET,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        read_seconds: float = READ_SECONDS,
        repeatable: bool | None = None,
        stream: bool = False,
        over: Connections | None = None,
        most_bytes: int = 0,
    ) -> Answer:
        """One request and its answer; ``stream`` leaves the body unread, then the caller releases the connection.

        ``query`` values of None are left out. ``repeatable`` says that the request may arrive twice (default: GET);
        ``over`` that it goes over other connections than all do; ``most_bytes`` that its answer may have more than
        others (0: as they). Answers are never unpacked: nobody is asked to pack them.

        Raises:
            ServerError: one of its kinds, for everything that is not a success.
        """
        sent = {**self._headers, **(headers or {})}
        if json is not msgspec.UNSET:
            body = msgspec.json.encode(json)
            sent["Content-Type"] = "application/json"
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        again = method == "GET" if repeatable is None else repeatable

        def ask() -> Answer:
            answer = (over or self._connections).pool.urlopen(
                method,
                f"{path}?{urlencode(asked)}" if asked else path,
                body=body,
                headers=sent,
                retries=AGAIN if again else ONCE,
                redirect=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds),
                preload_content=False,
                decode_content=False,
            )
            return answer if stream else self._read(answer, most_bytes or self._most_bytes)

        try:
            answer = self._twice(ask, body) if again else ask()
        except (HTTPError, HTTPException, OSError) as error:
            self.fail(error, read_seconds)
        if answer.status >= 400:
            raise refusal(answer.status, answer.headers, _sentence(answer) if stream else answer.data)
        return answer

    def _twice(self, ask: Callable[[], Answer], body: Body) -> Answer:
        """``ask``, and once more where the answer broke off; whether it can be reached was tried more often by then."""
        began = body.tell() if body is not None and not isinstance(body, bytes) else None
        try:
            return ask()
        except urllib3.exceptions.ProtocolError:
            if began is not None and body is not None and not isinstance(body, bytes):
                body.seek(began)
            return ask()

    def _read(self, answer: Answer, most: int) -> Answer:
        """The answer with its whole body. Raises BadAnswer: it is too large, and was not read on."""
        length = answer.headers.get("Content-Length", "")
        data = bytearray()
        is_large = length.isascii() and length.isdigit() and int(length) > most
        pieces = answer.stream(BLOCK, decode_content=False)
        while not is_large and (piece := next(pieces, None)) is not None:
            data += piece
            is_large = len(data) > most
        if is_large:
            answer.close()
            raise BadAnswer(
                f"Zordon at {self.address.url} sent more than {most // MIB} MiB as one answer; it was not read."
            )
        return urllib3.HTTPResponse(
            body=io.BytesIO(data),
            headers=answer.headers,
            status=answer.status,
            preload_content=True,
            decode_content=False,
        )

    def fail(self, error: Exception, read_seconds: float = READ_SECONDS) -> NoReturn:
        """Raise what ``error``, met while talking to the server, means for a person."""
        where = f"Zordon at {self.address.url}"
        match getattr(error, "reason", error):
            case urllib3.exceptions.SSLError() as reason:
                raise WrongCertificate(self._about_certificate(str(reason))) from error
            case urllib3.exceptions.NameResolutionError():
                raise Unreachable(
                    "There is no machine called {name!r} on this network.", code="no_such_name", name=self.address.host
                ) from error
            case urllib3.exceptions.NewConnectionError():
                raise Unreachable(
                    "{where} cannot be reached: nothing answers there.", code="nothing_answers", where=where
                ) from error
            case urllib3.exceptions.ConnectTimeoutError():
                raise TimedOut(
                    "{where} cannot be reached: no answer within {seconds} s.",
                    code="no_answer",
                    where=where,
                    seconds=f"{CONNECT_SECONDS:.0f}",
                ) from error
            case urllib3.exceptions.ReadTimeoutError():
                raise TimedOut(f"{where} took the request and did not answer within {read_seconds:.0f} s.") from error
        raise Unreachable(f"The connection to {where} broke.") from error

    def close(self) -> None:
        """Close the connections; what is under way breaks off."""
        self._connections.close()

    def _about_certificate(self, reason: str) -> str:
        where = self.address.url
        shown = shown_fingerprint(self.address)
        if self._fingerprint:
            return f"Who answers at {where} is not the machine you pinned: its certificate is {shown}."
        if shown:
            return (
                f"The certificate of {where} is its own: {shown}. If that Zordon shows the same under Settings, "
                "give it as the fingerprint."
            )
        return f"No secure connection to {where}: {reason[:200]}."


def _without_authorities() -> ssl.SSLContext:
    """For pinned servers. urllib3's own reads the list of the system for each connection, which takes the longest."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def shown_fingerprint(address: Address) -> str:
    """SHA-256, in hex, of the certificate that answers at ``address``; empty when none does. Proves nothing alone."""
    import hashlib

    try:
        pem = ssl.get_server_certificate((address.host, address.port), timeout=CONNECT_SECONDS)
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def json_of(answer: Answer) -> Any:
    """The JSON of an answer.

    Raises:
        BadAnswer: it is none.
    """
    try:
        return msgspec.json.decode(answer.data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadAnswer("The server's answer is not JSON. Is it really a Zordon?", status=answer.status) from error


def _sentence(answer: Answer) -> bytes:
    """The beginning of an error's body that was not read yet."""
    try:
        return answer.read(4096)
    except (HTTPError, HTTPException, OSError):
        return b""
    finally:
        answer.close()
