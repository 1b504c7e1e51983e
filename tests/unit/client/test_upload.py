import os

from zordon_app.client.upload import MultipartUpload


def test_an_upload_announces_its_length_and_can_be_read_twice(tmp_path):
    file = tmp_path / 'na"me\n.mov'
    file.write_bytes(os.urandom(300_000))
    seen = []
    with MultipartUpload({"name": "ä"}, file, lambda done, total: seen.append((done, total))) as form:
        first = b"".join(iter(lambda: form.read(70_000), b""))
        form.seek(0)
        second = b"".join(iter(lambda: form.read(1_000_000), b""))

        assert len(first) == form.length
        assert first == second
    assert b'filename="na%22me%0A.mov"' in first
    assert seen[-1] == (300_000, 300_000)
