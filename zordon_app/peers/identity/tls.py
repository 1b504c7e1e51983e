"""TLS between machines: version 1.3, this machine's own certificate; whom one talks to is decided by pinning."""

import ssl

from zordon_app.peers.identity.keys import Identity


def server_context(identity: Identity) -> ssl.SSLContext:
    """The context of the LAN listener."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(identity.certificate_file, identity.tls_key_file)
    return context
