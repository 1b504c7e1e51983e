"""What comes in: broken films, things that are no films, names of every kind, and files that want others read."""

import http.server
import threading
from pathlib import Path

import pytest

from zordon_app.domain.messages import JobRequest
from zordon_app.engines.ffmpeg.commands import Commands
from zordon_app.engines.ffmpeg.recipe import cut_of, recipe_of
from zordon_app.errors import BadRequest, EngineFailed
from zordon_app.render.check import BadArtifact

pytestmark = pytest.mark.engines

CANARY = b"canary-5f0c2e"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"hello, this is no film\n" * 50, "no film that FFmpeg can read"),
        ("noise.mkv", bytes(range(256)) * 40, "no film that FFmpeg can read"),
    ],
)
def test_what_is_no_film_is_refused(one_studio, tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadRequest, match=sentence):
        one_studio.engine.look(path)


def test_a_file_that_is_not_there_is_refused(one_studio, tmp_path):
    with pytest.raises(BadRequest, match="There is no file"):
        one_studio.engine.look(tmp_path / "gone.mp4")


def test_sound_alone_is_refused(one_studio, sources):
    path = sources.make("sound.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac")
    with pytest.raises(BadRequest, match="only sound"):
        one_studio.engine.look(path)


def test_the_cover_of_a_song_is_no_film(one_studio, sources):
    cover = sources.make("cover.png", "-f", "lavfi", "-i", "testsrc=d=1", "-frames:v", "1")
    sound = sources.make("sound.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac")
    song = sources.make(
        "song.mp4", "-i", str(sound), "-i", str(cover), *"-map 0 -map 1 -c copy -disposition:v attached_pic".split()
    )
    with pytest.raises(BadRequest, match="only sound"):
        one_studio.engine.look(song)


def test_an_mp4_without_its_end_cannot_be_opened(one_studio, sources, tmp_path):
    whole = sources.film("24.mp4").read_bytes()
    path = tmp_path / "half.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadRequest, match="damaged"):
        one_studio.engine.look(path)


def test_a_film_that_is_cut_off_is_used_as_far_as_it_goes(studio, sources, tmp_path):
    whole = sources.film("29.97.mkv", rate="30000/1001").read_bytes()
    path = tmp_path / "half.mkv"
    path.write_bytes(whole[: len(whole) * 9 // 10])
    made = studio.make(path, {"container": "mov", "video_codec": "ffv1"})

    assert any("cut off" in warning for warning in made.plan.warnings)
    assert 600 < made.plan.expected.frames < 750


@pytest.mark.parametrize("split", [True, False])
def test_a_source_that_shrinks_after_the_plan_is_caught_by_its_frames(studio, sources, tmp_path, split):
    """FFmpeg ends with status 0 on a truncated Matroska file (engines.md, section 4)."""
    from tests.engines.ffmpeg.conftest import make_job

    path = tmp_path / "film.mkv"
    whole = sources.film("29.97.mkv", rate="30000/1001").read_bytes()
    path.write_bytes(whole)
    request, plan = studio.plan(path, {"preset": "ultrafast"}, enable_split_jobs=split)
    path.write_bytes(whole[: len(whole) * 8 // 10])
    job = make_job(path, request, plan, studio.build)
    with pytest.raises(BadArtifact, match=r"has \d+ frames, not"):
        studio.run_unit(job, plan.units[-1], tmp_path, studio.build)


@pytest.mark.parametrize(
    "name",
    [
        "mit Ümläut ß 漢字.mp4",
        "-leading.mp4",
        "it's 'quoted'.mp4",
        "100% %04d #1.mp4",
        "a:b;c|d&e$f(g)[h].mp4",
        "nl\n.mp4",
    ],
)
def test_names_of_every_kind(studio, sources, tmp_path, name):
    folder = tmp_path / f"-folder {name[:-4].strip()}"
    folder.mkdir()
    path = folder / name
    path.write_bytes(sources.film("24.mp4").read_bytes())
    studio.tmp = folder
    made = studio.make(path, {"preset": "ultrafast"})

    assert len(made.plan.units) == 2


def playlists(folder: Path, port: int) -> dict[str, str]:
    """Files that want others read: from the disk, and from the net."""
    secret = folder / "secret.txt"
    web = f"http://127.0.0.1:{port}/canary.ts"
    return {
        "hls-file.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "hls-web.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{web}\n#EXT-X-ENDLIST\n",
        "hls-concat.m3u8": f"#EXTM3U\n#EXTINF:10,\nconcat:{folder}/hls-web.m3u8|subfile,,start,0,end,9,,:{secret}\n",
        "concat.txt": f"ffconcat version 1.0\nfile '{secret}'\n",
        "concat-web.txt": f"ffconcat version 1.0\nfile '{web}'\n",
        "dash.mpd": f'<?xml version="1.0"?><MPD><Period><BaseURL>{web}</BaseURL></Period></MPD>',
        "spaces.m3u8": f"\n \ufeff#EXTM3U\n#EXTINF:1,\n{web}\n",
        "sdp.sdp": "v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "subtitles.txt": f"{{1}}{{1}}25\nfile://{secret}\n",
    }


@pytest.fixture
def web():
    """A server that remembers who asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".ts", ".m3u8", ".avi"])
def test_files_that_name_others_are_refused_and_read_nothing(one_studio, tmp_path, web, ending):
    port, asked = web
    (tmp_path / "secret.txt").write_bytes(CANARY)
    for name, content in playlists(tmp_path, port).items():
        path = tmp_path / f"{Path(name).stem}{ending}"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(BadRequest):
            one_studio.engine.look(path)

    assert asked == []


def test_the_sentence_says_that_it_is_a_playlist(one_studio, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", encoding="utf-8")
    with pytest.raises(BadRequest, match="HLS playlist, which names other files"):
        one_studio.engine.look(path)


def test_a_film_that_turns_into_a_playlist_gives_nothing_away(studio, sources, tmp_path, web):
    """The plan is old, the file was replaced: the command itself must hold."""
    from tests.engines.ffmpeg.conftest import make_job

    port, asked = web
    (tmp_path / "secret.txt").write_bytes(CANARY * 100)
    path = tmp_path / "film.mp4"
    path.write_bytes(sources.film("24.mp4").read_bytes())
    request, plan = studio.plan(path, {"preset": "ultrafast"})
    job = make_job(path, request, plan, studio.build)
    for number, content in enumerate(playlists(tmp_path, port).values()):
        path.write_text(content, encoding="utf-8")
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises((EngineFailed, BadArtifact)):
            studio.run_unit(job, plan.units[0], folder, studio.build)
        assert all(CANARY not in made.read_bytes() for made in folder.rglob("*") if made.is_file())

    assert asked == []


def test_an_image_that_is_a_playlist_gives_nothing_away(studio, tmp_path, web):
    from tests.engines.ffmpeg.conftest import make_job

    port, asked = web
    (tmp_path / "secret.txt").write_bytes(CANARY * 100)
    studio.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=4:d=1", tmp_path / "shot_%04d.png")
    path = tmp_path / "shot_0001.png"
    request, plan = studio.plan(path, {"preset": "ultrafast"})
    job = make_job(path, request, plan, studio.build)
    for number, content in enumerate(playlists(tmp_path, port).values()):
        (tmp_path / "shot_0003.png").write_text(content, encoding="utf-8")
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises((EngineFailed, BadArtifact)):
            studio.run_unit(job, plan.units[0], folder, studio.build)
        assert all(CANARY not in made.read_bytes() for made in folder.rglob("*.mp4"))

    assert asked == []


@pytest.mark.parametrize(
    "text",
    [
        "drawtext=textfile=/etc/hostname",
        "movie=/etc/hostname",
        "subtitles=/etc/hostname",
        "lut3d=file=/etc/hostname",
        "eq=contrast=1,movie=/etc/hostname",
        "eq=contrast=1;movie=x[v]",
        "hflip[out];movie=x",
        "crop=10:10:0:0/etc",
        "hue=h='t'",
        "unsharp=lx=../../x",
        "fade=c\\:/x",
        "nullsink",
        "eq=eval=frame",
    ],
)
def test_filters_that_could_read_files_are_refused(one_studio, sources, text):
    with pytest.raises(BadRequest, match=r"filter|crop"):
        one_studio.plan(sources.film("short.mp4", seconds=1), {"filters": [text]})


@pytest.mark.parametrize(
    "args",
    [
        {"video_codec": "-i"},
        {"preset": "x:stats=/etc/x"},
        {"container": "tee"},
        {"audio_codec": "aac -f tee"},
        {"pixel_format": "yuv420p,movie=x"},
        {"i": "/etc/hostname"},
        {"passlogfile": "/etc/x"},
        {"attach": "/etc/hostname"},
        {"crf": "23 -i /etc/hostname"},
    ],
)
def test_arguments_are_an_allow_list(one_studio, sources, args):
    with pytest.raises(BadRequest):
        one_studio.plan(sources.film("short.mp4", seconds=1), args)


def test_every_input_is_a_file_of_a_named_kind_with_a_short_list_of_protocols(one_studio, sources, tmp_path):
    from tests.engines.ffmpeg.conftest import make_job

    path = sources.film("24.mp4")
    request, plan = one_studio.plan(path, {})
    job = make_job(path, request, plan, one_studio.build)
    commands = Commands(recipe_of(job), one_studio.build, str(path))
    cut = cut_of(plan.units[1])
    for argv in [
        *commands.segment(cut, tmp_path / "a"),
        *commands.whole(cut, tmp_path / "b"),
        commands.join(path, path),
    ]:
        inputs = [place for place, word in enumerate(argv) if word == "-i"]
        assert argv.count("-protocol_whitelist") == len(inputs)
        assert all(argv[place + 1].startswith("file:") and argv[place - 2] == "-f" for place in inputs)
        assert "-nostdin" in argv


@pytest.mark.parametrize("name", ["z.mpg", "z.ts", "z.ogv", "z.mxf", "b-frames.avi"])
def test_films_that_cannot_be_cut_exactly_are_one_piece_and_say_so(studio, sources, name):
    codecs = {
        "z.mpg": "-c:v mpeg2video -c:a mp2",
        "z.ts": "-c:v libx264 -preset veryfast -c:a aac",
        "z.ogv": "-c:v libtheora -c:a libvorbis",
        "z.mxf": "-c:v mpeg2video -c:a pcm_s16le",
        "b-frames.avi": "-c:v libx264 -preset veryfast -bf 2 -c:a libmp3lame",
    }
    source = sources.film(name, *codecs[name].split(), rate="25")
    made = studio.make(source, {"container": "mov", "video_codec": "ffv1"})

    assert len(made.plan.units) == 1
    assert made.reason
    assert any("one piece" in warning for warning in made.plan.warnings)
    assert [row[1] for row in studio.frame_hashes(made.path)] == [row[1] for row in studio.frame_hashes(source)]


@pytest.mark.parametrize("name", ["z.ts", "z.mpg"])
def test_these_can_be_trimmed_by_seconds_and_roughly_by_frames(studio, sources, name):
    codecs = "-c:v libx264 -preset veryfast -c:a aac" if name == "z.ts" else "-c:v mpeg2video -c:a mp2"
    source = sources.film(name, *codecs.split(), rate="25")
    for args, fields in (({"trim_start": 5, "trim_end": 9}, {}), ({}, {"frames": "126-225"})):
        made = studio.make(source, {"preset": "ultrafast", **args}, **fields)
        assert len(studio.frame_hashes(made.path)) == pytest.approx(100, abs=3)


def test_a_wrong_request_is_refused_before_anything_is_queued(one_studio, sources):
    source = sources.film("short.mp4", seconds=3)
    for args, fields, sentence in (
        ({"trim_start": 9}, {}, "Nothing is left"),
        ({"trim_start": 2, "trim_end": 1}, {}, "backwards"),
        ({}, {"frames": "1-5,9"}, "without a gap"),
        ({}, {"frames": "1-9x2"}, "without a gap"),
        ({}, {"start_frame": 100}, "outside the source, which has 1-72"),
        ({"video_codec": "copy"}, {"frames": "1-5"}, "key pictures"),
        ({"container": "mp4", "video_codec": "prores_ks"}, {}, "mp4 cannot hold prores_ks"),
        ({"container": "webm"}, {}, ""),
    ):
        if sentence:
            with pytest.raises(BadRequest, match=sentence):
                one_studio.plan(source, args, **fields)
        else:
            one_studio.plan(source, args, **fields)


def test_frames_beyond_the_end_are_left_out_with_a_warning(one_studio, sources):
    made = one_studio.make(sources.film("short.mp4", seconds=3), {"preset": "ultrafast"}, start_frame=0, end_frame=250)

    assert made.plan.expected.frames == 72
    assert made.plan.warnings == ("The source has the frames 1-72; 1-72 are used.",)


def test_the_probe_tells_what_the_window_shows(one_studio, sources):
    probe = one_studio.engine.look(sources.film("29.97.mkv", rate="30000/1001"))
    video, audio = probe.facts["streams"]

    assert (probe.width, probe.height, probe.start_frame) == (128, 72, 1)
    assert probe.fps == pytest.approx(29.97, abs=0.001)
    assert probe.facts["duration"] == pytest.approx(25, abs=0.1)
    assert probe.end_frame == pytest.approx(750, abs=2)
    assert (probe.facts["container"], video["kind"], video["codec"]) == ("matroska", "video", "h264")
    assert (audio["kind"], audio["codec"], audio["channels"]) == ("audio", "aac", 1)


def test_high_dynamic_range_is_seen(one_studio, sources):
    marks = "setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc"
    path = sources.film("hdr.mkv", "-vf", marks, "-c:v", "ffv1", "-pix_fmt", "yuv420p10le", "-an", seconds=1)
    probe = one_studio.engine.look(path)

    assert probe.facts["is_hdr"]
    assert "HDR" in probe.warnings[0]


def test_request_with_nothing_makes_an_mp4(one_studio, sources):
    source = sources.film("short.mp4", seconds=1)
    plan = one_studio.engine.plan(JobRequest(), one_studio.engine.look(source), one_studio.build, title="film")

    assert plan.output_file == "film.mp4"
    assert plan.facts["settings"]["video_codec"] == "libx264"
