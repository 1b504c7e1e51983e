"""Names of tiles of an image (UDIM: 1001 and on, ten in a row)."""


def tile_path(stored: str, number: int) -> str:
    """The stored path of one tile; Blender before 3.0 wrote the first tile's number into it.

    ``inside/zordon_pictures.py`` has the same for Blender's side, which imports nothing of Zordon.
    """
    column, row = (number - 1001) % 10 + 1, (number - 1001) // 10 + 1
    path = stored.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{column}_v{row}")
    return path.replace("1001", str(number)) if path == stored else path
