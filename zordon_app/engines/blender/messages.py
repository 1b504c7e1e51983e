"""What Blender prints that means a wrong picture or none: the one table of its messages.

Blender exits 0 with most of them. Lines of ``seen`` sources were printed by real builds here; the others are quoted
from the threads named. ``ENDS`` says only why a process that ended did so.
"""

import re
from enum import StrEnum

from msgspec import Struct

_LONGEST = 160
_REPORT = "Error: "
"""Begins a report of the render operator, which is printed when it ends: the frame in hand may be another by then."""
_SAID = "Blender said:"


class Meaning(StrEnum):
    """What a message does."""

    WARNING = "warning"
    """The picture may be wrong, on any machine alike."""
    FAILURE = "failure"
    """The unit in hand is not what was asked for; another try, or another machine, may do it."""
    ENDS = "ends"


class Message(Struct, frozen=True):
    """One kind of message. ``pattern`` matches what is the same each time; ``sentence`` is ours, before those words."""

    pattern: str
    meaning: Meaning
    sentence: str
    source: str

    def find(self, line: str) -> str:
        """The sentence and Blender's words where the line has it, else empty."""
        found = re.search(self.pattern, line, re.IGNORECASE)
        if found is None:
            return ""
        words = " ".join(found[0].split())[:_LONGEST]
        return f"{self.sentence} {_SAID} {words.rstrip('. ')}."


_W, _F, _E = Meaning.WARNING, Meaning.FAILURE, Meaning.ENDS
_MEMORY = "Blender ran out of memory."
_CARD = "The graphics card failed."
_SEEN = "seen: 3.4.1, 4.5.15"

MESSAGES: tuple[Message, ...] = (
    Message(r"Unable to open '.*\.blend[^']*'", _W, "A linked library is missing.", _SEEN),
    Message(
        r"\d+ libraries and \d+ linked data-blocks are missing", _W, "Linked parts of the scene are missing.", _SEEN
    ),
    Message(r"Font file doesn't exist: .*", _W, "A font is missing.", _SEEN),
    Message(r"Engine '.*' not available for scene '.*'", _W, "A scene has an engine of an add-on.", "seen: 3.4.1"),
    Message(
        r"(scene view|scene look|display) \".*\"( used by scene \".*\")? not found",
        _W,
        "The scene's colours need a configuration (OCIO) that this machine does not have.",
        _SEEN,
    ),
    Message(
        r"image colorspace \".*\" not found",
        _W,
        "The colours of an image need a configuration (OCIO) that this machine does not have.",
        _SEEN,
    ),
    Message(r"Error in PyDriver: expression failed: .*", _W, "A driver could not be evaluated.", _SEEN),
    Message(r"Division by Zero in Driver: .*", _W, "A driver could not be evaluated.", "seen: 3.4.1"),
    Message(
        r"restricted access disallows name .*", _W, "A driver needs scripts, which this job does not allow.", _SEEN
    ),
    Message(r"^(Error: Python: )?Traceback \(most recent call last\)", _W, "A script of the project failed.", _SEEN),
    Message(r"Dependency cycle detected", _W, "Parts of the scene depend on each other in a circle.", _SEEN),
    Message(r"Object: \".*\", Modifier: \".*\", .*", _W, "A modifier did not work.", _SEEN),
    Message(r"unknown file-?format \(.*", _W, "A picture cannot be read.", "AIGODLIKE/ComfyUI-BlenderAI-node#42"),
    Message(r"Reached EOF while (parsing|decoding) PNG", _W, "A picture is cut off.", "appleseedhq/blenderseed#13"),
    Message(
        r"GPUShader: (compile|linking) error", _W, "A material could not be made.", "Hypersomniac/blender-shader#7"
    ),
    Message(r"ERROR \(gpu\.shader\): \S+ \w+Shader", _W, "A material could not be made.", "nutti/Screencast-Keys#222"),
    Message(
        r"(Shader failed to compile|OSL compilation error)",
        _W,
        "A script of a material could not be compiled.",
        "AcademySoftwareFoundation/MaterialX#2678",
    ),
    Message(
        r"System is out of GPU( and shared host)? memory",
        _F,
        "The graphics card ran out of memory.",
        "princeton-vl/infinigen#68",
    ),
    Message(
        r"Out of memory in \w+ queue \w+", _F, "The graphics card ran out of memory.", "Cycles, device/*/queue.cpp"
    ),
    Message(r"Illegal address in \w+ queue \w+", _F, _CARD, "KillzXGaming/Switch-Toolbox#657"),
    Message(r"CUDA error( at \w+)?: [\w ]+", _F, _CARD, "boberfly/GafferCycles#50, laurent-clouet/sheepit-client#75"),
    Message(r"Invalid (context|value) in cu\w+", _F, _CARD, "ynshung/blender-colab#5"),
    Message(
        r"Failed to create (CUDA|HIP|OptiX|oneAPI) (context|device)[^/]*",
        _F,
        _CARD,
        "ynshung/blender-colab#5, princeton-vl/infinigen#234",
    ),
    Message(r"Failed to load (CUDA|HIP|OptiX) kernel", _F, _CARD, "allenai/objaverse-rendering#5"),
    Message(r"Failed to build (BLAS|TLAS|OptiX acceleration structure)", _F, _CARD, "Bforartists/Bforartists#4912"),
    Message(
        r"(GPU denoiser creation has failed|Failed to create OptiX denoiser)",
        _F,
        "The frame could not be denoised.",
        "ynshung/blender-colab#22",
    ),
    Message(r"OpenImageDenoise error: .*", _F, "The frame could not be denoised.", "RenderKit/oidn#231"),
    Message(r"Build without OpenImageDenoiser?", _F, "This build of Blender has no denoiser.", "seen: 3.4.1 of Debian"),
    Message(r"(Malloc|Calloc) returns null: len=\d+", _F, _MEMORY, "golemfactory/clay#2871, mgschwan/blensor#8"),
    Message(r"Render error \(.*\) cannot save", _F, "Blender could not write its output file.", "seen: 3.4.1"),
    Message(
        r"Unable to open a display",
        _E,
        "EEVEE and Workbench of this Blender need a screen or a graphics driver.",
        "nytimes/rd-blender-docker#6",
    ),
    Message(r"(out of memory|std::bad_alloc)", _E, _MEMORY, "golemfactory/clay#2871"),
    Message(r"no camera", _E, "The scene has no camera.", "seen: 3.4.1"),
    Message(r"missing dna block", _E, "The project is cut off or damaged.", "seen: 3.4.1"),
    Message(
        r"(file format is not supported|not a blend file)", _E, "This Blender cannot read the project.", "seen: 3.4.1"
    ),
    Message(r"(no space left on device|not enough space)", _E, "There is no room left on the disk.", "seen: 3.4.1"),
    Message(r"no module named '?bpy", _E, "This Python has no bpy module.", "seen: Python 3.11"),
    Message(
        r".*(cannot open shared object file|error while loading shared libraries).*",
        _E,
        "Blender lacks a system library.",
        "LogicReinc/LogicReinc.BlendFarm#51",
    ),
)


def read_message(line: str) -> tuple[Meaning, str] | None:
    """What a line means that tells of a wrong picture, with a sentence; None for the many that mean nothing."""
    for message in MESSAGES:
        if message.meaning is not Meaning.ENDS and (said := message.find(line)):
            return Meaning.WARNING if line.startswith(_REPORT) else message.meaning, said
    return None


def why_it_ended(line: str) -> str:
    """A sentence where a line tells why a process ended badly, else empty."""
    tells_why = (message.find(line) for message in MESSAGES if message.meaning is not Meaning.WARNING)
    return next(filter(None, tells_why), "")
