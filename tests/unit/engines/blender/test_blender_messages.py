"""Real lines of Blender, from builds here and from threads of its users (``MESSAGES`` names the source of each)."""

import re

import pytest

from zordon_app.engines.base import EventKind
from zordon_app.engines.blender.messages import MESSAGES, Meaning, why_it_ended
from zordon_app.engines.blender.output import read_line

WARNINGS = [
    ("Warning: Unable to open '/m/lib.blend': No such file or directory", "linked library"),
    (
        "Warning: 1 libraries and 1 linked data-blocks are missing (including 0 ObjectData), please check the Info",
        "Linked parts",
    ),
    ("WARN (bke.data_transfer): ./vfont.c:292 vfont_get_data: Font file doesn't exist: //own.woff2", "font"),
    ("Error: Engine 'LUX' not available for scene 'Scene' (an add-on may need to be installed or enabled)", "'LUX'"),
    ('Color management: scene view "Studio" not found, setting default "Standard".', '"Studio"'),
    ('Color management: image colorspace "StudioData" not found, will use default instead.', '"StudioData"'),
    ("Error in PyDriver: expression failed: nope(frame)", "nope(frame)"),
    (
        "ERROR (bke.fcurve): ./fcurve_driver.c:1007 driver_evaluate_simple_expr: Division by Zero in Driver: '1/0'",
        "1/0",
    ),
    (
        "	BPY_driver_exec: restricted access disallows name '__import__', enable auto-execution to support",
        "__import__",
    ),
    ("Traceback (most recent call last):", "script"),
    ("Error: Python: Traceback (most recent call last):", "script"),
    ("Dependency cycle detected:", "circle"),
    (
        'ERROR (bke.modifier): ./modifier.cc:458 BKE_modifier_set_error: Object: "c", Modifier: "mc", No such file',
        '"mc", No such file',
    ),
    (
        '00:01.2  bke.modifier     | WARNING BKE_modifier_set_error: Object: "c", Modifier: "mc", No such file',
        '"mc", No such file',
    ),
    ("IMB_ibImageFromMemory: unknown file-format (C:\\presets\\01.json.jpg)", "01.json.jpg"),
    ("IMB_ibImageFromMemory: unknown fileformat (/path/to/images/Scene_0001.png)", "Scene_0001.png"),
    ("Reached EOF while decoding PNG", "cut off"),
    ("GPUShader: compile error:", "material"),
    ("ERROR (gpu.shader): pyGPUShader FragShader:", "material"),
    ("Shader failed to compile:", "compiled"),
    # Reports of the operator come when it has ended, and another frame may be in hand.
    ("Error: Build without OpenImageDenoiser", "no denoiser"),
    ("Error: Render error (No space left on device) cannot save: '/out/x_0001.png'", "write"),
]
FAILURES = [
    ("System is out of GPU memory", "ran out of memory"),
    ("System is out of GPU and shared host memory", "ran out of memory"),
    ("Out of memory in CUDA queue enqueue (integrator_shade_surface)", "ran out of memory"),
    ("Illegal address in CUDA queue copy_from_device (integrator_shade_surface prefix_sum)", "card failed"),
    ("CUDA error at cuModuleLoad: Invalid kernel image", "card failed"),
    ("CUDA error: Illegal address in cuMemcpyDtoH( (char *)mem.host_pointer, line 970", "card failed"),
    ("Invalid context in cuCtxPopCurrent(NULL) (intern/cycles/device/cuda/util.cpp:31)", "card failed"),
    ("Failed to create CUDA context (Unknown error)", "card failed"),
    ("Failed to load CUDA kernel from '/lib/kernel_compute_75.ptx' (Unsupported PTX version)", "card failed"),
    ("Failed to build BLAS", "card failed"),
    ("E1216 11:29:07.508268  1742 denoiser_gpu.cpp:119] GPU denoiser creation has failed.", "denoised"),
    ("Failed to create OptiX denoiser", "denoised"),
    ("E0711 denoiser_oidn.cpp:182] OpenImageDenoise error: image data not accessible by the device", "denoised"),
    ("Build without OpenImageDenoiser", "no denoiser"),
    ("Malloc returns null: len=67108864 in Cycles Aligned Alloc, total 566651864", "out of memory"),
    ("Calloc returns null: len=193410720 in Render ray faces, total 1830828084", "out of memory"),
    ("Render error (No space left on device) cannot save: '/out/x_0001.png'", "write"),
]
ENDS = [
    ("Unable to open a display", "screen"),
    ("  what():  std::bad_alloc", "out of memory"),
    ("Error: Cannot render, no camera", "no camera"),
    ("Error: Failed to read blend file '/p/f.blend': Missing DNA block", "damaged"),
    ("Error: File format is not supported in file '/p/f.blend'", "cannot read"),
    ("write failed: No space left on device", "no room"),
    ("ModuleNotFoundError: No module named 'bpy'", "bpy"),
    ("error while loading shared libraries: libsycl.so.6: cannot open shared object file", "libsycl.so.6"),
]


@pytest.mark.parametrize(("line", "said"), WARNINGS)
def test_what_may_be_wrong_in_every_picture_is_a_warning(line: str, said: str) -> None:
    [event] = read_line(line)
    assert event.kind is EventKind.WARNING
    assert said in event.message


@pytest.mark.parametrize(("line", "said"), FAILURES)
def test_what_spoils_the_picture_in_hand_fails_it(line: str, said: str) -> None:
    [event] = read_line(line)
    assert event.kind is EventKind.UNIT_FAILED
    assert event.unit is None
    assert said in event.message
    assert why_it_ended(line) == event.message


@pytest.mark.parametrize(("line", "said"), ENDS)
def test_what_ended_blender_is_said_of_its_end_only(line: str, said: str) -> None:
    assert not [event for event in read_line(line) if event.kind is EventKind.UNIT_FAILED]
    assert said in why_it_ended(line)


@pytest.mark.parametrize(
    "line",
    [
        "EGL Error (0x3009): EGL_BAD_MATCH: Arguments are inconsistent",
        "Info: Read library:  '/m/lib.blend', '//lib.blend', parent '<direct>'",
        "Fra:1 Mem:32.47M (Peak 32.47M) | Time:00:00.46 | Scene, ViewLayer | Updating Images | Loading gone.png",
        "Error: Not freed memory blocks: 1, total unfreed memory 0.000351 MB",
        'Warning: region type 4 missing in space type "Info" (id: 7) - removing region',
        "Writing: /tmp/shot.crash.txt",
    ],
)
def test_other_lines_mean_nothing(line: str) -> None:
    assert read_line(line) == []


def test_every_message_of_the_table_has_a_line_here_and_a_source() -> None:
    lines = [line for line, _said in [*WARNINGS, *FAILURES, *ENDS]]
    for message in MESSAGES:
        assert message.source
        assert message.meaning in Meaning
        assert any(re.search(message.pattern, line, re.IGNORECASE) for line in lines), message.pattern
