import os
import ssl
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from zordon_app.domain.peering import DeviceId
from zordon_app.peers.identity.keys import IdentityBroken, device_id, is_signed, load_identity
from zordon_app.peers.identity.tls import server_context


def test_it_is_made_once_and_the_same_ever_after(tmp_path):
    first = load_identity(tmp_path / "device", "anna")
    again = load_identity(tmp_path / "device", "renamed")

    assert (first.id, first.fingerprint) == (again.id, again.fingerprint)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the folder of a user private by its own rights")
def test_only_the_owner_may_read_the_files(tmp_path):
    load_identity(tmp_path / "device", "anna")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "device").iterdir()}
    assert modes == dict.fromkeys(("device.key", "tls.key", "tls.crt"), 0o600)


def test_the_id_follows_from_the_public_key(identities):
    import msgspec

    assert len({identity.id for identity in identities}) == len(identities)
    for identity in identities:
        assert identity.id == device_id(identity.public_key)
        assert msgspec.convert(identity.id, DeviceId) == identity.id


def test_a_signature_is_good_for_its_message_and_key_only(identities):
    one, other = identities[:2]
    signature = one.sign(b"message")

    assert is_signed(one.public_key, signature, b"message")
    assert not is_signed(one.public_key, signature, b"another")
    assert not is_signed(other.public_key, signature, b"message")
    assert not is_signed(one.public_key, "zz", b"message")
    assert not is_signed("00", signature, b"message")


def test_the_certificate_is_p256_for_ten_years_and_fits_its_key(identities):
    identity = identities[0]
    certificate = x509.load_pem_x509_certificate(identity.certificate_file.read_bytes())
    years = (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days / 365

    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert 9.9 < years < 10.1
    assert server_context(identity).minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("file", ["device.key", "tls.crt"])
def test_a_broken_file_is_an_error_and_never_silently_a_new_identity(tmp_path, file):
    load_identity(tmp_path, "anna")
    (tmp_path / file).write_bytes(b"broken")

    with pytest.raises(IdentityBroken, match="cannot be read"):
        load_identity(tmp_path, "anna")
    assert (tmp_path / file).read_bytes() == b"broken"


def test_a_tls_key_as_device_key_is_refused(tmp_path):
    load_identity(tmp_path, "anna")
    (tmp_path / "device.key").write_bytes((tmp_path / "tls.key").read_bytes())

    with pytest.raises(IdentityBroken):
        load_identity(tmp_path, "anna")


@pytest.mark.parametrize("name", ["", "Björns Rechner", "a" * 300, "x\n.y"])
def test_any_host_name_makes_a_certificate(tmp_path, name):
    assert load_identity(tmp_path, name).fingerprint
