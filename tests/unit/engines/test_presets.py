import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from tests.unit.engines.conftest import BUILT_IN, REGISTRY
from zordon_app.domain.messages import JobRequest
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.base import Build, Probe
from zordon_app.engines.blender.plan import make_plan
from zordon_app.engines.preset_schema import make_schema
from zordon_app.engines.presets import read_built_in, validate


def told(problems):
    return [(problem.line, problem.level) for problem in problems]


# The built-in ones


def test_the_built_in_presets_serve_real_needs():
    wanted = (
        "blender-preview blender-png blender-exr blender-multilayer blender-still blender-still-denoised "
        "blender-turntable review-h264 hevc-10bit prores-422 prores-4444 dnxhr-hq av1 sequence-h264 gif"
    )

    assert set(wanted.split()) <= BUILT_IN.keys()


@pytest.mark.parametrize("preset_id", sorted(BUILT_IN))
def test_every_built_in_preset_is_one_that_its_engine_takes(preset_id):
    preset = BUILT_IN[preset_id]
    engine = REGISTRY.get(preset["engine"])

    checked = check_arguments(preset["params"], engine.arguments, engine=engine.label, from_this_machine=False)

    assert checked == preset["params"]
    assert preset["name"] != preset_id
    assert preset["description"].endswith(".")
    assert preset["tags"]
    assert preset["source"] == "built-in"


@pytest.mark.parametrize("preset_id", sorted(key for key, preset in BUILT_IN.items() if preset["engine"] == "blender"))
def test_every_built_in_preset_of_blender_makes_a_plan(preset_id):
    scene = {"name": "Scene", "start": 1, "end": 3, "fps": 24.0, "width": 1920, "height": 1080, "percentage": 50}
    scene |= {"format": "FFMPEG", "cameras": ["Camera"], "camera": "Camera", "render_engine": "CYCLES"}
    probe = Probe(engine="blender", project="/a.blend", facts={"scenes": [scene], "active_scene": "Scene"})
    build = Build(engine="blender", version="4.5.0", command=("blender",), origin="system")

    plan = make_plan(JobRequest(args=BUILT_IN[preset_id]["params"]), probe, build, title="shot")

    assert len(plan.units) == 3


def test_the_published_schema_is_that_of_the_engines_and_fits_the_built_in_presets():
    published = json.loads(files("zordon_app.engines").joinpath("presets.schema.json").read_text(encoding="utf-8"))
    built_in = yaml.safe_load(files("zordon_app.engines").joinpath("presets.yaml").read_bytes())

    # After a change of arguments: json.dumps(make_schema([BlenderEngine(), FfmpegEngine()]), indent=2).
    assert published == make_schema(REGISTRY.all())
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(built_in, published)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "A"},
        {"engine": "ffmpeg", "colour": "red"},
        {"engine": "ffmpeg", "params": {"crf": 99}},
        {"engine": "ffmpeg", "params": {"container": "exe"}},
        {"engine": "blender", "params": {"crf": 20}},
    ],
)
def test_the_schema_refuses_what_zordon_refuses(presets, wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "presets": {"mine": wrong}}, presets.schema())


# A person's own


def test_own_presets_are_laid_over_the_built_in_ones(presets, write):
    write("""
version: 1
presets:
  mine: {name: Mine, engine: ffmpeg, params: {crf: 30}}
  review-h264: {name: Ours, engine: ffmpeg, params: {crf: 12}}
""")

    found = presets.all()

    assert presets.problems() == []
    assert found["mine"] == {
        "name": "Mine",
        "engine": "ffmpeg",
        "description": "",
        "extends": "",
        "params": {"crf": 30},
        "tags": [],
        "icon": "",
        "output": {},
        "split": {},
        "source": "own",
    }
    assert found["review-h264"]["params"] == {"crf": 12}
    assert found["review-h264"]["source"] == "changed"
    assert found["hevc"]["source"] == "built-in"


def test_a_preset_takes_over_what_it_extends(presets, write):
    write("""
version: 1
presets:
  ours:
    extends: review-h264
    name: Ours
    params: {crf: 12, pixel_format: null, height: 480}
    split: {enabled: false}
  theirs: {extends: ours, description: For them., tags: [them], output: {existing: skip}}
  review-h264: {extends: review-h264, params: {preset: slow}}
""")

    found = presets.all()

    assert presets.problems() == []
    changed = {"container": "mp4", "video_codec": "libx264", "preset": "slow", "crf": 20, "pixel_format": "yuv420p"}
    assert found["review-h264"]["params"] == changed
    ours = {"container": "mp4", "video_codec": "libx264", "preset": "slow", "crf": 12, "height": 480}
    assert found["ours"]["params"] == ours
    assert found["theirs"]["params"] == ours
    assert (found["theirs"]["name"], found["theirs"]["engine"]) == ("Ours", "ffmpeg")
    assert (found["theirs"]["tags"], found["ours"]["tags"]) == (["them"], ["review"])
    assert found["theirs"]["split"] == {"enabled": False}
    assert found["theirs"]["output"] == {"existing": "skip"}


def test_a_change_of_the_file_is_seen_at_once(presets, write):
    write("version: 1\npresets:\n  one: {engine: ffmpeg}\n")
    assert "one" in presets.all()

    write("version: 1\npresets:\n  another: {engine: ffmpeg}\n")

    assert "another" in presets.all()
    assert "one" not in presets.all()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1\npresets:\n  mine: {name: [unclosed\n", 4),
        ("version: 1\npresets:\n\tmine: 1\n", 3),
        ("- just\n- a list\n", 1),
        ("version: 1\npresets: [a, b]\n", 2),
        ("version: 1\n", 1),
        ("version: 1\npresets:\n  mine: 5\n", 3),
        ("version: 1\npresets:\n  a: &a {params: {x: !!python/object:os.system ls}}\n", 3),
        ("\x00\x01", 0),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_built_in_presets_and_is_told(presets, write, text, line):
    write(text)

    assert presets.all() == BUILT_IN
    assert told(presets.problems())[0] == (line, "error")
    assert presets.problems()[0].message.endswith(".")


WRONG = """\
# Mine
version: 1
extra: 1
presets:
  fine: {engine: ffmpeg, params: {crf: 20}}
  odd:
    engine: ffmpeg
    colour: red
  wrong:
    engine: ffmpeg
    params:
      crf: 20
      container: exe
      speed: fast
  Bad Id: {engine: ffmpeg}
  nothing: {name: Nothing}
  lost: {extends: nowhere}
  a: {extends: b}
  b: {extends: a}
  third: {engine: povray, params: {anything: 1}}
  kinds: {engine: ffmpeg, tags: web, params: 5, name: 7}
  inside: {engine: ffmpeg, tags: [1], output: {existing: maybe}, split: {enabled: 1, far: 2}}
  heir: {extends: wrong}
  fine: {engine: blender}
  deep: {engine: povray, params: {a: {b: 1}}}
  review-h264: {engine: ffmpeg, params: {crf: high}}
"""


def test_every_problem_is_told_with_its_line(write):
    problems = validate(write(WRONG), REGISTRY)

    assert [(problem.line, problem.level, problem.preset) for problem in problems] == [
        (3, "warning", ""),
        (8, "warning", "odd"),
        (13, "error", "wrong"),
        (14, "error", "wrong"),
        (15, "error", "Bad Id"),
        (16, "error", "nothing"),
        (17, "error", "lost"),
        (18, "error", "a"),
        (19, "error", "b"),
        (20, "warning", "third"),
        (21, "error", "kinds"),
        (21, "error", "kinds"),
        (21, "error", "kinds"),
        (22, "error", "inside"),
        (22, "error", "inside"),
        (22, "error", "inside"),
        (22, "warning", "inside"),
        (23, "error", "heir"),
        (23, "error", "heir"),
        (24, "error", ""),
        (25, "error", "deep"),
        (26, "error", "review-h264"),
    ]
    assert all(problem.message.endswith(".") for problem in problems)


def test_what_has_an_error_is_left_out_and_nothing_else(presets, write):
    write(WRONG)

    found = presets.all()

    assert found.keys() - BUILT_IN.keys() == {"fine", "odd", "third"}
    assert found["fine"]["engine"] == "ffmpeg"
    assert found["review-h264"] == BUILT_IN["review-h264"]


def test_a_file_that_bites_its_own_tail_is_told(presets, write):
    write("version: 1\npresets:\n  a: &a\n    engine: povray\n    params: &p {x: *p}\n")

    assert [problem.line for problem in presets.problems()] != []
    assert msgspec.json.encode(presets.all())


def test_a_huge_file_is_not_read(presets, write):
    write("# " + "x" * 2_000_000)

    assert "larger than" in presets.problems()[0].message


def test_the_built_in_file_has_no_problems():
    path = files("zordon_app.engines").joinpath("presets.yaml")

    assert validate(Path(str(path)), REGISTRY) == []
    assert len(read_built_in()) == len(BUILT_IN)
