"""The code for one browser: how long it is good, and that it is over once it was used."""

import pytest

from tests.fakes.clock import FakeClock
from zordon_app.errors import Forbidden
from zordon_app.peers.browsers.codes import SignInCodes


def test_a_code_is_good_until_it_is_used_or_over():
    clock = FakeClock()
    codes = SignInCodes(clock)
    assert codes.seconds_left is None

    code = codes.make("view")
    clock.advance(100)
    assert codes.seconds_left == 500
    assert codes.use(code.text, "10.0.0.2") == "view"
    assert codes.seconds_left is None

    codes.make("view")
    clock.advance(601)
    assert codes.seconds_left is None


def test_a_wrong_code_is_told_where_codes_are_made():
    with pytest.raises(Forbidden, match="Machines, Other people’s browsers"):
        SignInCodes(FakeClock()).use("12345678", "10.0.0.2")
