"""What a job may ask of Blender, beyond what its file says; everything left out stays as in the file."""

from zordon_app.engines.base import Argument, ArgumentKind

EXTENSIONS_OF_FORMATS = {
    "PNG": "png",
    "JPEG": "jpg",
    "OPEN_EXR": "exr",
    "OPEN_EXR_MULTILAYER": "exr",
    "TIFF": "tif",
    "BMP": "bmp",
    "TARGA": "tga",
    "WEBP": "webp",
    # Not offered, but kept where the file has them.
    "TARGA_RAW": "tga",
    "HDR": "hdr",
    "DPX": "dpx",
}
"""Blender's image formats and the extensions it gives them."""

OIIO_NAMES = {
    "PNG": "png",
    "JPEG": "jpeg",
    "OPEN_EXR": "openexr",
    "OPEN_EXR_MULTILAYER": "openexr",
    "TIFF": "tiff",
    "BMP": "bmp",
    "TARGA": "targa",
    "WEBP": "webp",
    "TARGA_RAW": "targa",
    "HDR": "hdr",
    "DPX": "dpx",
}
"""The same formats in OpenImageIO's words, as artifacts are checked."""

DEPTHS_OF_FORMATS = {
    "PNG": ("8", "16"),
    "TIFF": ("8", "16"),
    "OPEN_EXR": ("16", "32"),
    "OPEN_EXR_MULTILAYER": ("16", "32"),
    "DPX": ("8", "10", "12", "16"),
}
"""Bits per channel that Blender writes; the other formats have eight (HDR: its own)."""

OFFERED_FORMATS = ("PNG", "JPEG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "TIFF", "BMP", "TARGA", "WEBP")
RENDER_ENGINES = ("CYCLES", "EEVEE", "WORKBENCH")
DEVICES = ("CPU", "CUDA", "OPTIX", "HIP", "ONEAPI", "METAL")

ARGUMENTS: tuple[Argument, ...] = (
    Argument(name="scene", kind=ArgumentKind.TEXT, label="Scene", help="Default: the scene that is open in the file."),
    Argument(name="camera", kind=ArgumentKind.TEXT, label="Camera", help="Overrides camera switches by markers."),
    Argument(name="view_layer", kind=ArgumentKind.TEXT, label="View layer", help="Render this one only."),
    Argument(name="render_engine", kind=ArgumentKind.CHOICE, label="Render engine", choices=RENDER_ENGINES),
    Argument(
        name="samples",
        kind=ArgumentKind.INTEGER,
        label="Samples",
        help="Cycles and EEVEE; means nothing to Workbench.",
        minimum=1,
        maximum=1_048_576,
    ),
    Argument(
        name="denoise",
        kind=ArgumentKind.BOOLEAN,
        label="Denoise",
        help="Cycles only. A build without a denoiser leaves frames noisy and says so.",
    ),
    Argument(
        name="resolution_percentage",
        kind=ArgumentKind.INTEGER,
        label="Size",
        help="Part of the full size.",
        minimum=1,
        maximum=1000,
        unit="%",
    ),
    Argument(
        name="resolution_x",
        kind=ArgumentKind.INTEGER,
        label="Width",
        help="Full size; the percentage applies to it.",
        minimum=4,
        maximum=65_536,
        unit="px",
    ),
    Argument(
        name="resolution_y",
        kind=ArgumentKind.INTEGER,
        label="Height",
        help="Full size; the percentage applies to it.",
        minimum=4,
        maximum=65_536,
        unit="px",
    ),
    Argument(
        name="format",
        kind=ArgumentKind.CHOICE,
        label="Format",
        help="Default: the file's format; PNG where that is a film.",
        choices=OFFERED_FORMATS,
    ),
    Argument(
        name="color_depth",
        kind=ArgumentKind.CHOICE,
        label="Colour depth",
        help="PNG and TIFF: 8 or 16, EXR: 16 or 32.",
        choices=("8", "10", "12", "16", "32"),
        unit="bit",
    ),
    Argument(
        name="device",
        kind=ArgumentKind.CHOICE,
        label="Device",
        help="For Cycles. A machine without such a device fails the job there.",
        choices=DEVICES,
        default="CPU",
    ),
    Argument(
        name="allow_scripts",
        kind=ArgumentKind.BOOLEAN,
        label="Run the project's scripts",
        help="Python inside the .blend runs on every machine. Only for projects you trust.",
        default=False,
    ),
    Argument(
        name="raw",
        kind=ArgumentKind.TEXT,
        label="Raw arguments",
        help="Put before ours on Blender's command line; for experts.",
        local_only=True,
    ),
)
