"""Receipts from the command line; checking them needs no node."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from zordon_app.domain.receipts import SignedReceipt
from zordon_app.peers.identity.keys import load_identity
from zordon_app.peers.identity.signing import ReceiptSigner


@pytest.fixture
def delivered(node, done, tmp_path) -> Path:
    """A folder with a copy of the job's film and its receipt."""
    folder = tmp_path / "delivered"
    assert node.run("fetch", done, "-d", str(folder)).returncode == 0
    result = node.run("receipt", "get", done, "-o", str(folder / "film.receipt.json"))
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture
def verify(node, tmp_path):
    """``receipt verify`` on a machine where no Zordon runs."""
    return lambda *arguments: node.run("receipt", "verify", *map(str, arguments), ZORDON_HOME=str(tmp_path / "none"))


def test_a_film_and_its_receipt_are_good_without_a_node(delivered, verify, node):
    film = next(path for path in delivered.iterdir() if path.suffix != ".json")
    result = verify(delivered / "film.receipt.json", "--json")
    found = json.loads(result.stdout)

    assert result.returncode == 0, result.stderr
    assert found["good"] is True
    assert found["files"]["same"] == [film.name]
    assert found["signer"]["id"] == json.loads(node.run("machines", "--json").stdout)[0]["id"]
    shown = verify(delivered / "film.receipt.json", delivered).stdout
    assert "1 of 1 are as they were signed" in shown
    [unit] = json.loads((delivered / "film.receipt.json").read_bytes())["receipt"]["units"]
    assert len(unit["program"]) == 64
    assert unit["program"][:16] in shown


def test_a_changed_byte_is_told(delivered, verify):
    film = next(path for path in delivered.iterdir() if path.suffix != ".json")
    data = bytearray(film.read_bytes())
    data[len(data) // 2] ^= 1
    film.write_bytes(data)
    result = verify(delivered / "film.receipt.json")

    assert result.returncode == 1
    assert "Changed" in result.stdout
    assert film.name in result.stdout


def test_a_missing_file_is_told_and_one_more_does_no_harm(delivered, verify, tmp_path):
    film = next(path for path in delivered.iterdir() if path.suffix != ".json")
    shutil.copy(film, delivered / "more.mov")
    result = verify(delivered / "film.receipt.json")
    assert result.returncode == 0
    assert "more.mov" in result.stdout
    empty = tmp_path / "empty"
    empty.mkdir()

    result = verify(delivered / "film.receipt.json", empty)
    assert result.returncode == 1
    assert film.name in result.stdout
    assert verify(delivered / "film.receipt.json", tmp_path / "nowhere").returncode == 4


def test_a_changed_receipt_is_told(delivered, verify):
    path = delivered / "film.receipt.json"
    path.write_bytes(path.read_bytes().replace(b'"attempt":1', b'"attempt":2'))
    result = verify(path)

    assert result.returncode == 1
    assert "changed after it was signed" in result.stderr
    path.write_text("{}")
    assert verify(path).returncode == 1
    path.unlink()
    assert verify(path).returncode == 4


def test_a_wrong_signer_is_told(delivered, verify, tmp_path):
    path = delivered / "film.receipt.json"
    signed = msgspec.json.decode(path.read_bytes(), type=SignedReceipt)
    assert verify(path, "--signer", signed.receipt.node.id).returncode == 0
    other = load_identity(tmp_path / "other", "other")
    path.write_bytes(msgspec.json.encode(ReceiptSigner(other).sign_receipt(signed.receipt)))
    assert f"but {other.id} signed it" in verify(path).stderr

    own = msgspec.structs.replace(signed.receipt, node=msgspec.structs.replace(signed.receipt.node, id=other.id))
    path.write_bytes(msgspec.json.encode(ReceiptSigner(other).sign_receipt(own)))
    result = verify(path, "--signer", signed.receipt.node.id)
    assert result.returncode == 1
    assert other.id in result.stderr


def test_without_a_file_the_receipt_goes_to_stdout(node, done):
    document = json.loads(node.run("receipt", "get", done).stdout)

    assert document["receipt"]["job"]["id"] == done


def test_a_job_without_files_has_none_and_says_so(node, held):
    result = node.run("receipt", "get", held)

    assert result.returncode == 4
    assert "no receipt yet" in result.stderr
