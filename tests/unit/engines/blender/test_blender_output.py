import pytest

from zordon_app.engines.base import Event, EventKind
from zordon_app.engines.blender.explain import explain
from zordon_app.engines.blender.output import read_line, read_marked


@pytest.mark.parametrize(
    ("line", "unit", "fraction"),
    [
        # 3.4.1, Cycles and EEVEE
        (
            "Fra:3 Mem:39.76M (Peak 42.40M) | Time:00:00.24 | Remaining:00:00.97 | Scene, ViewLayer | Sample 1/16",
            3,
            1 / 16,
        ),
        ("Fra:3 Mem:40.64M (Peak 42.40M) | Time:00:01.09 | Scene, ViewLayer | Sample 16/16", 3, 1.0),
        ("Fra:-5 Mem:40.64M (Peak 42.40M) | Time:00:01.09 | Scene, ViewLayer | Finished", -5, 1.0),
        ("Fra:1 Mem:45.15M (Peak 45.17M) | Time:00:01.25 | Rendering 2 / 8 samples", 1, 0.25),
        # 5.x
        ("01:08.428  render           | Fra: 1 | Remaining: 01:05.01 | Mem: 1699M | Sample 64/128", 1, 0.5),
        ("00:00.300  render           | Fra: 1 | Rendering 8 / 16 samples", 1, 0.5),
        ("02:19.277  render           | Fra: 1 | Mem: 1699M | Finished", 1, 1.0),
        ("1:02:19.277  render           | Fra: 12 | Mem: 1699M | Sample 1/4", 12, 0.25),
    ],
)
def test_progress_of_every_generation(line: str, unit: int, fraction: float) -> None:
    assert read_line(line) == [Event(kind=EventKind.PROGRESS, unit=unit, fraction=fraction)]


@pytest.mark.parametrize(
    "line",
    [
        "Blender 3.4.1",
        "Read blend: /path/f.blend",
        "Fra:1 Mem:32.47M (Peak 32.47M) | Time:00:00.46 | Scene, ViewLayer | Synchronizing object | Plane",
        "Saved: '/out/cyc_0003.png'",
        " Time: 00:01.10 (Saving: 00:00.00)",
        "00:01.935  render           | Saved: '/out/v52_CYCLES_0001.png'",
        "EGL Error (0x3001): EGL_NOT_INITIALIZED",
        "Fra:1 | Sample 1/0",
        "",
        "@@",
        "@@not json",
        "@@[1]",
        '@@{"kind": "nonsense"}',
        '@@{"kind": 7}',
        '@@{"no": "kind"}',
        '@@{"kind": "stats", "unit": 1, "text": "Mem: 18M"}',
    ],
)
def test_lines_that_mean_nothing(line: str) -> None:
    assert read_line(line) == []


def test_marked_lines() -> None:
    line = '@@{"unit": 3, "file": "a_0003.png", "seconds": 0.5, "kind": "artifact"}'
    assert read_line(line) == [Event(kind=EventKind.ARTIFACT, unit=3, file="a_0003.png", facts={"seconds": 0.5})]
    assert read_line('@@{"kind": "unit_failed", "unit": 4, "message": "No."}') == [
        Event(kind=EventKind.UNIT_FAILED, unit=4, message="No.")
    ]


def test_progress_that_blender_5_tells_its_scripts() -> None:
    line = '@@{"kind": "stats", "unit": 7, "text": "Remaining: 00:01.25 | Mem: 18M | Sample 4/16"}'
    assert read_line(line) == [Event(kind=EventKind.PROGRESS, unit=7, fraction=0.25)]


def test_marked_line_among_others() -> None:
    output = 'Blender 3.4.1\n@@{"kind": "probe", "scenes": []}\nBlender quit\n'
    assert read_marked(output, "probe") == {"kind": "probe", "scenes": []}
    assert read_marked("nothing", "probe") is None


@pytest.mark.parametrize(
    ("lines", "status", "expected"),
    [
        (['@@{"kind": "session_failed", "message": "The scene has no sun."}', "Blender quit"], 3, "no sun"),
        (["Error: Failed to read blend file '/p/f.blend': Missing DNA block"], 1, "cut off or damaged"),
        (["Error: Cannot render, no camera"], 1, "no camera"),
        (["System is out of GPU memory", "CUDA_ERROR_OUT_OF_MEMORY"], 1, "out of memory"),
        (["Writing: /tmp/blender.crash.txt"], -11, "crashed"),
        ([], -9, "ended from outside"),
        (["one", "two", ""], 2, "status 2. Its last line: two"),
        ([], 1, "status 1"),
    ],
)
def test_explained_in_one_sentence(lines: list[str], status: int, expected: str) -> None:
    assert expected in explain(lines, status)
