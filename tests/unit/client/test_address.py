import pytest

from zordon_app.client.address import parse_address
from zordon_app.client.errors import (
    Unreachable,
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8585"),
        ("localhost:9000", "http://localhost:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("atlas.local", "https://atlas.local:8586"),
        ("https://10.0.0.7:9001/", "https://10.0.0.7:9001"),
    ],
)
def test_an_address_may_be_a_host_a_host_with_port_or_a_url(text, url):
    assert parse_address(text).url == url


@pytest.mark.parametrize(
    "text", ["", "ftp://atlas", "http://atlas:8585", "atlas:port", "http://127.0.0.1/path", "a b://"]
)
def test_what_is_no_address_or_would_leave_the_machine_unencrypted_is_refused(text):
    with pytest.raises(Unreachable):
        parse_address(text)
