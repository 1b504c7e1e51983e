import hashlib
import ssl

import pytest
import trustme

from tests.fakes.scripted_server import ScriptedServer, answer
from zordon_app.client.errors import (
    WrongCertificate,
)


@pytest.fixture(scope="module")
def secure() -> tuple[ssl.SSLContext, str]:
    certificate = trustme.CA().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    return context, hashlib.sha256(der).hexdigest()


def test_a_pinned_certificate_is_enough(secure, client_of):
    context, fingerprint = secure
    shown = ":".join(fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()
    with ScriptedServer(lambda _: answer(b'{"hostname": "atlas"}'), context) as server:
        assert client_of(server.url, fingerprint=shown).get_status() == {"hostname": "atlas"}


def test_another_certificate_than_the_pinned_one_gets_no_request_at_all(secure, client_of):
    context, fingerprint = secure
    with ScriptedServer(lambda _: answer(b"{}"), context) as server, pytest.raises(WrongCertificate) as caught:
        client_of(server.url, fingerprint="00" * 32, token="secret").get_status()

    assert fingerprint in str(caught.value)
    assert server.requests == []


def test_a_self_signed_certificate_without_a_pin_is_refused_and_shown(secure, client_of):
    context, fingerprint = secure
    with ScriptedServer(lambda _: answer(b"{}"), context) as server, pytest.raises(WrongCertificate, match=fingerprint):
        client_of(server.url).get_status()

    assert server.requests == []
