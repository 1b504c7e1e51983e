"""Who this machine is: a device key that signs, and a TLS certificate that others pin. Made silently, once."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID

from zordon_app.domain.ids import NodeId
from zordon_app.errors import ZordonError
from zordon_app.files.durable import write_durably

KEY_FILE = "device.key"
TLS_KEY_FILE = "tls.key"
CERTIFICATE_FILE = "tls.crt"
YEARS = 10
ID_LENGTH = 20


class IdentityBroken(ZordonError):
    """The files of this machine's identity are there but cannot be read."""


class Identity:
    """The keys of one machine. ``id`` is derived from the public key, so nobody else can have it."""

    def __init__(self, key: Ed25519PrivateKey, *, tls_key_file: Path, certificate_file: Path) -> None:
        """Use ``key``; the two files are PEM."""
        self._key = key
        self.public_key = key.public_key().public_bytes_raw().hex()
        self.id = device_id(self.public_key)
        self.tls_key_file = tls_key_file
        self.certificate_file = certificate_file
        self.fingerprint = _fingerprint_of_file(certificate_file)

    def sign(self, message: bytes) -> str:
        """An Ed25519 signature in hex."""
        return self._key.sign(message).hex()


def device_id(public_key: str) -> NodeId:
    """The id of the device with that public key (hex): the first 100 bits of its SHA-256 in lower-case base32."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).digest()
    return NodeId(base64.b32encode(digest).decode().lower()[:ID_LENGTH])


def is_signed(public_key: str, signature: str, message: bytes) -> bool:
    """Whether ``signature`` (hex) is that of ``message`` by the owner of ``public_key`` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER, hex: what is pinned."""
    return hashlib.sha256(certificate).hexdigest()


def load_identity(folder: Path, host_name: str) -> Identity:
    """The identity kept in ``folder``, made there (files 0600) when there is none.

    Raises:
        IdentityBroken: a file is there but unreadable. No new one is made then: this machine would silently stop
            being the member that others know.
    """
    tls_key, certificate = folder / TLS_KEY_FILE, folder / CERTIFICATE_FILE
    key = _load_key(folder / KEY_FILE)
    if not (tls_key.exists() and certificate.exists()):
        _make_certificate(tls_key, certificate, host_name)
    try:
        return Identity(key, tls_key_file=tls_key, certificate_file=certificate)
    except ValueError as error:
        raise _broken(certificate) from error


def _load_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        write_durably(path, _pem(Ed25519PrivateKey.generate()), private=True)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, OSError) as error:
        raise _broken(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _broken(path)
    return key


def _broken(path: Path) -> IdentityBroken:
    return IdentityBroken(
        f"The identity of this machine cannot be read ({path}). Put the file back from a backup, or delete the folder "
        "it is in: the machine then gets a new identity and has to join its farm again."
    )


def _pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _make_certificate(key_file: Path, certificate_file: Path, host_name: str) -> None:
    """A self-signed P-256 certificate: browsers do not take Ed25519 ones."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Zordon on {host_name}"[:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(_names(host_name), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file.unlink(missing_ok=True)  # never an old certificate beside a new key, whenever the power fails
    write_durably(key_file, _pem(key), private=True)
    write_durably(certificate_file, certificate.public_bytes(serialization.Encoding.PEM), private=True)


def _names(host_name: str) -> x509.SubjectAlternativeName:
    label = (
        "".join(char for char in host_name.lower() if char.isascii() and (char.isalnum() or char in "-.")) or "zordon"
    )
    return x509.SubjectAlternativeName([x509.DNSName(label), x509.DNSName(f"{label}.local"), x509.DNSName("localhost")])


def _fingerprint_of_file(path: Path) -> str:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return fingerprint_of(certificate.public_bytes(serialization.Encoding.DER))


def new_nonce() -> str:
    """32 random bytes in hex."""
    return secrets.token_hex(32)
