"""Addresses that people give."""

from urllib.parse import SplitResult, urlsplit

from zordon_app.errors import BadRequest

MOST_CHARACTERS = 2000


def check_web_address(url: str) -> SplitResult:
    """See that an address is one of the web, whole, and without a password in it.

    Raises:
        BadRequest: with a sentence.
    """
    if len(url) > MOST_CHARACTERS or any(ord(character) <= ord(" ") for character in url):
        raise BadRequest("This is no web address.", code="no_web_address")
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise BadRequest("This is no web address.", code="no_web_address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise BadRequest("A web address begins with https:// or http:// and names a host.", code="bad_web_address")
    if parts.username is not None or parts.password is not None:
        raise BadRequest(
            "An address with a name or password in it is not used: it would stand in logs.", code="address_secret"
        )
    return parts
