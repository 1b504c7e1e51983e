"""Bodies that do not come to their end: never taken for whole, and no error of this machine."""

import io

import pytest

from zordon_app.api.bodies import Bodies
from zordon_app.api.errors import TooSlow
from zordon_app.api.places import Places
from zordon_app.errors import BadRequest

FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.fake"\r\n\r\nhalf'


class Breaking(io.BytesIO):
    """Ends with an error of the connection: which one a real one gives is a matter of chance."""

    def __init__(self, data, error):
        super().__init__(data)
        self.error = error

    def read(self, size=-1):
        data = super().read(size)
        if not data and self.error is not None:
            raise self.error
        return data


@pytest.fixture
def bodies(tmp_path):
    return Bodies(tmp_path / "uploads", Places(1, "Busy."))


def environ(data, error, kind):
    return {"CONTENT_LENGTH": "1000", "CONTENT_TYPE": kind, "wsgi.input": Breaking(data, error)}


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (None, BadRequest),
        (ConnectionResetError("Connection reset by peer"), BadRequest),
        (TimeoutError("The read operation timed out"), TooSlow),
    ],
)
@pytest.mark.parametrize(
    ("way", "data", "kind"),
    [
        ("store", b"half", "application/octet-stream"),
        ("receive", FORM, "multipart/form-data; boundary=x"),
        ("fields", b'{"whole": 1}', "application/json"),
    ],
)
def test_a_body_that_breaks_off_is_the_senders_trouble_and_leaves_nothing(
    bodies, tmp_path, error, refusal, way, data, kind
):
    with pytest.raises(refusal, match=r"body|form"):
        getattr(bodies, way)(environ(data, error, kind))

    assert not list((tmp_path / "uploads").rglob("*"))
