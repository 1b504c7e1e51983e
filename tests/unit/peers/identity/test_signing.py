import json
from datetime import UTC, datetime

import msgspec
import pytest

from zordon_app.domain.jobs import UnitKind
from zordon_app.domain.receipts import (
    Receipt,
    ReceiptBuild,
    ReceiptFile,
    ReceiptJob,
    ReceiptNode,
    ReceiptUnit,
    message,
)
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.peers.identity.keys import Identity, load_identity
from zordon_app.peers.identity.signing import BadReceipt, ReceiptSigner, read_receipt

NOW = datetime(2026, 1, 31, 22, 0, tzinfo=UTC)


@pytest.fixture
def identity(tmp_path) -> Identity:
    return load_identity(tmp_path / "atlas", "atlas")


@pytest.fixture
def receipt(identity) -> Receipt:
    node = ReceiptNode(id=identity.id, name="Würfel \N{SNOWMAN}")
    unit = ReceiptUnit(
        unit=1,
        kind=UnitKind.FRAME,
        first=1,
        last=1,
        state=UnitState.DONE,
        file="shot_0001.png",
        sha256="ab" * 32,
        bytes=12,
        node=node,
        attempt=2,
        seconds=0.1 + 0.2,
        started_at=NOW,
        ended_at=NOW,
    )
    job = ReceiptJob(
        id="j",
        name="shot",
        project="shot.blend",
        frames="1",
        start_frame=1,
        end_frame=1,
        args={"zoom": 1e-7, "b": [1, 2.5, None], "a": {"z": True, "y": "ä"}},
        preset="",
        status=JobStatus.COMPLETED,
        warnings=[],
        created_at=NOW,
        started_at=NOW,
        ended_at=None,
    )
    return Receipt(
        version=1,
        zordon="0.1.0",
        made_at=NOW,
        node=node,
        job=job,
        build=ReceiptBuild(engine="blender", version="4.5.1", sha256="cd" * 32, kind="managed"),
        units=[unit],
        files=[ReceiptFile(file="shot_0001.png", sha256="ab" * 32)],
    )


@pytest.fixture
def document(identity, receipt) -> bytes:
    return msgspec.json.encode(ReceiptSigner(identity).sign_receipt(receipt))


def test_a_receipt_is_read_back_as_it_was_signed(document, receipt):
    assert read_receipt(document) == receipt


def test_spaces_the_order_of_keys_and_fields_of_a_later_version_that_were_signed_make_no_difference(document, identity):
    value = json.loads(document)
    value["receipt"] = {"later": [1.5, "x"], **value["receipt"]}
    value["signature"] = identity.sign(message(value["receipt"]))

    assert read_receipt(json.dumps(value, indent=4, sort_keys=True).encode()).job.name == "shot"


def changed(document: bytes, *path: object, to: object) -> bytes:
    value = json.loads(document)
    place = value
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("receipt", "files", 0, "sha256"), "ee" * 32),
        (("receipt", "files", 0, "file"), "other.png"),
        (("receipt", "units", 0, "attempt"), 3),
        (("receipt", "units", 0, "node", "name"), "somebody else"),
        (("receipt", "job", "args", "zoom"), 2e-7),
        (("receipt", "build", "version"), "4.5.2"),
        (("receipt", "made_at"), "2026-02-01T22:00:00Z"),
        (("receipt", "more"), 1),
        (("signature",), "00" * 64),
    ],
)
def test_a_receipt_in_which_anything_was_changed_is_refused(document, path, to):
    with pytest.raises(BadReceipt, match="changed after it was signed"):
        read_receipt(changed(document, *path, to=to))


def test_another_key_under_the_name_of_this_machine_is_told(receipt, tmp_path):
    other = load_identity(tmp_path / "other", "other")
    forged = msgspec.json.encode(ReceiptSigner(other).sign_receipt(receipt))

    with pytest.raises(BadReceipt, match=f"{receipt.node.id}, but {other.id} signed it"):
        read_receipt(forged)


def test_a_signature_for_another_purpose_is_none_of_a_receipt(document, identity):
    value = json.loads(document)
    value["signature"] = identity.sign(b"zordon statement 1\0" + msgspec.json.encode(value["receipt"], order="sorted"))

    with pytest.raises(BadReceipt):
        read_receipt(json.dumps(value).encode())


def test_a_receipt_of_a_format_to_come_says_so(document):
    with pytest.raises(BadReceipt, match="format 2"):
        read_receipt(changed(document, "receipt", "version", to=2))


@pytest.mark.parametrize("junk", [b"", b"{}", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"receipt": 1, "signature": "x"}'])
def test_what_is_no_receipt_is_said_to_be_none(junk):
    with pytest.raises(BadReceipt, match="no receipt"):
        read_receipt(junk)


def test_a_receipt_from_before_programs_were_named_is_still_good(identity, receipt):
    plain = msgspec.to_builtins(receipt)
    for unit in plain["units"]:
        del unit["program"]
    signature = identity.sign(message(plain))
    document = {"receipt": plain, "public_key": identity.public_key, "signature": signature}

    assert read_receipt(json.dumps(document).encode()) == receipt
