import logging

from zordon_app.domain.holds import Hold
from zordon_app.storage.records import RecordFile


def test_a_record_is_there_after_a_restart(tmp_path):
    RecordFile(tmp_path / "hold.json", Hold).save(Hold(paused=True))

    assert RecordFile(tmp_path / "hold.json", Hold).load(Hold()) == Hold(paused=True)


def test_a_record_that_was_never_written_is_the_default(tmp_path):
    assert RecordFile(tmp_path / "hold.json", Hold).load(Hold()) == Hold()


def test_a_broken_record_is_left_aside_and_said(tmp_path, caplog):
    (tmp_path / "hold.json").write_bytes(b'{"paused": "yes')

    with caplog.at_level(logging.WARNING):
        assert RecordFile(tmp_path / "hold.json", Hold).load(Hold()) == Hold()
    assert "hold.json cannot be read" in caplog.text


def test_where_nothing_can_be_written_work_goes_on_and_it_is_said(tmp_path, caplog):
    (tmp_path / "in the way").touch()
    RecordFile(tmp_path / "in the way" / "hold.json", Hold).save(Hold())

    assert "cannot be written" in caplog.text
