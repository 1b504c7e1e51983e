import pytest

from zordon_app.api.errors import LONGEST_CODE, refuse
from zordon_app.errors import BadRequest


@pytest.fixture
def headers_of():
    def refused(error):
        sent = {}
        assert refuse(lambda status, headers: sent.update(headers), error) == [str(error).encode("utf-8", "replace")]
        return sent

    return refused


def test_a_sentence_without_a_code_has_no_header_for_it(headers_of):
    assert "X-Error" not in headers_of(BadRequest("No."))


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: b", "\udce4", "語&=?", ""])
def test_a_value_is_plain_ascii_in_its_header(headers_of, name):
    header = headers_of(BadRequest("No {name}.", code="none", name=name))["X-Error"]
    assert header.startswith("none?name=")
    assert header.isascii()
    assert header.isprintable()


def test_values_that_a_header_would_not_hold_stay_at_home(headers_of):
    assert "X-Error" not in headers_of(BadRequest("No {name}.", code="none", name="語" * LONGEST_CODE))
