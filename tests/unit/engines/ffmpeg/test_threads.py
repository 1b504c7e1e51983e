"""Where the limit of threads stands in a command."""

from zordon_app.engines.ffmpeg.threads import limit_threads


def test_each_input_and_the_output_are_bound():
    argv = ("ffmpeg", "-y", "-i", "file:/a", "-i", "file:/b", "-c:v", "libx264", "file:/out")

    assert limit_threads(argv, 3) == (
        *("ffmpeg", "-y", "-threads", "3", "-i", "file:/a", "-threads", "3", "-i", "file:/b", "-c:v", "libx264"),
        *("-filter_threads", "3", "-filter_complex_threads", "3", "-threads", "3", "file:/out"),
    )


def test_an_encoder_with_workers_of_its_own_is_told_in_its_own_words():
    limited = limit_threads(("ffmpeg", "-i", "file:/a", "-c:v", "libsvtav1", "file:/out"), 2)

    assert limited[limited.index("-svtav1-params") + 1] == "lp=2"


def test_what_such_an_encoder_was_told_before_stays():
    limited = limit_threads(("ffmpeg", "-c:v", "libx265", "-x265-params", "pass=1:stats=s", "file:/out"), 2)

    assert limited.count("-x265-params") == 1
    assert limited[limited.index("-x265-params") + 1] == "pass=1:stats=s:pools=2"
