import hashlib

import pytest

from zordon_app.cli.receipts.files import compare
from zordon_app.domain.receipts import ReceiptFile

FILES = ("a/frame_0001.png", "frame_0002.png", "Ä.png")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "frames"
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def signed(*names: str) -> list[ReceiptFile]:
    return [ReceiptFile(file=name, sha256=hashlib.sha256(name.encode()).hexdigest()) for name in names]


def findings(files, folder, **options):
    return compare(files, folder, besides=folder / "x.receipt.json", look=lambda _name: None, **options)


def test_files_as_they_were_signed_are_good(folder):
    found = findings(signed(*FILES), folder)

    assert found.is_good
    assert found.same == list(FILES)
    assert found.extra == []


def test_a_changed_byte_a_missing_file_and_one_more_are_named(folder):
    (folder / "frame_0002.png").write_bytes(b"frame_0003.png")
    (folder / "Ä.png").unlink()
    (folder / "frame_0049.png").write_bytes(b"")
    found = findings(signed(*FILES), folder)

    assert not found.is_good
    assert (found.changed, found.missing, found.extra) == (["frame_0002.png"], ["Ä.png"], ["frame_0049.png"])


def test_the_receipt_itself_and_hidden_files_are_not_extra(folder):
    for name in ("x.receipt.json", ".zordon-job", ".cache/y"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")

    assert findings(signed(*FILES), folder).extra == []


def test_files_beside_those_of_the_job_do_no_harm(folder):
    found = findings(signed(FILES[0]), folder)

    assert found.is_good
    assert found.extra == ["frame_0002.png", "Ä.png"]


def test_a_name_that_leads_outside_is_not_read(folder):
    (folder.parent / "secret").write_bytes(b"../secret")

    assert findings(signed("../secret", str(folder.parent / "secret")), folder).missing != []
    assert findings(signed("../secret"), folder).changed == []
    assert findings(signed("../secret"), folder).same == []


def test_a_file_whose_hash_nobody_knows_is_not_called_good(folder):
    found = findings([ReceiptFile(file=FILES[0], sha256="")], folder)

    assert not found.is_good
    assert found.unknown == [FILES[0]]
