"""Signing receipts with the key of this machine, and reading those of any machine; needs no node and no network."""

import msgspec

from zordon_app.domain.receipts import VERSION, Receipt, SignedReceipt, message
from zordon_app.errors import ZordonError
from zordon_app.peers.identity.keys import Identity, device_id, is_signed


class BadReceipt(ZordonError):
    """It is no receipt, or not as it was signed."""


class ReceiptSigner:
    """The key of this machine as receipts need it."""

    def __init__(self, identity: Identity) -> None:
        """Sign as ``identity``."""
        self._identity = identity
        self.id: str = identity.id

    def sign_receipt(self, receipt: Receipt) -> SignedReceipt:
        """Sign it."""
        signature = self._identity.sign(message(receipt))
        return SignedReceipt(receipt=receipt, public_key=self._identity.public_key, signature=signature)


def read_receipt(document: bytes) -> Receipt:
    """The receipt in a file, signed by the machine that it names.

    Raises:
        BadReceipt: it is not.
    """
    signed = _decoded(document)
    if signed.receipt.version != VERSION:
        raise BadReceipt(f"This receipt has format {signed.receipt.version}; this Zordon reads format {VERSION}.")
    # What was signed is all that stands there, also what this version does not know.
    if not is_signed(signed.public_key, signed.signature, message(msgspec.json.decode(document)["receipt"])):
        raise BadReceipt("The receipt was changed after it was signed: its signature does not fit.")
    signer = device_id(signed.public_key)
    if signer != signed.receipt.node.id:
        raise BadReceipt(f"The receipt says that it is from {signed.receipt.node.id}, but {signer} signed it.")
    return signed.receipt


def _decoded(document: bytes) -> SignedReceipt:
    try:
        return msgspec.json.decode(document, type=SignedReceipt)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadReceipt(f"This is no receipt of Zordon: {str(error)[:200]}.") from error
