"""How long an X server has had no input, by its MIT-SCREEN-SAVER extension.

Through libxcb, which is wherever X programs are: Xlib ends the whole process when its server goes (measured).
"""

import ctypes
import os
import struct
from typing import Any

_QUERY_INFO = 1
"""``ScreenSaverQueryInfo`` of the extension's protocol, version 1.1."""
_MILLISECONDS_IDLE = struct.Struct("=16xI")
"""Where its answer has them: after the header, the saver's window and the time until it starts."""
_CHECKED = 1
_PRESENT = 8
"""The byte of ``QueryExtension``'s answer that says whether the server has it."""


class _Extension(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("global_id", ctypes.c_int))


class _Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Request(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_size_t),
        ("extension", ctypes.POINTER(_Extension)),
        ("opcode", ctypes.c_uint8),
        ("is_void", ctypes.c_uint8),
    )


class _Screens(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class XServer:
    """The X server of the session, asked anew each time: it may come and go."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._xcb = _load()
        # One for all times: the library numbers each that it meets, and keeps a place for every number.
        self._extension = _Extension(b"MIT-SCREEN-SAVER", 0)

    def idle_seconds(self) -> float | None:
        """Seconds without input on the display of ``DISPLAY``; None where there is no X server, or it cannot tell.

        A Wayland session is left out: its X server hears of input only while one of its own windows has the focus.
        """
        if self._xcb is None or not os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            return None
        connection = ctypes.c_void_p(self._xcb.xcb_connect(None, None))
        try:
            return None if self._xcb.xcb_connection_has_error(connection) else self._ask(connection)
        finally:
            self._xcb.xcb_disconnect(connection)

    def _ask(self, connection: ctypes.c_void_p) -> float | None:
        known = self._xcb.xcb_get_extension_data(connection, ctypes.byref(self._extension))
        screens: _Screens = self._xcb.xcb_setup_roots_iterator(self._xcb.xcb_get_setup(connection))
        if not known or not ctypes.string_at(known, _PRESENT + 1)[_PRESENT] or not screens.data:
            return None
        root = ctypes.c_uint32.from_address(screens.data).value
        body = ctypes.create_string_buffer(struct.pack("=xxxxI", root), 8)
        # The library writes into the two parts before the first.
        parts = (_Part * 4)(_Part(), _Part(), _Part(ctypes.addressof(body), 8), _Part(None, 0))
        request = _Request(2, ctypes.pointer(self._extension), _QUERY_INFO, 0)
        first = ctypes.byref(parts, 2 * ctypes.sizeof(_Part))
        return self._read(connection, self._xcb.xcb_send_request(connection, _CHECKED, first, ctypes.byref(request)))

    def _read(self, connection: ctypes.c_void_p, number: int) -> float | None:
        error = ctypes.c_void_p()
        reply = self._xcb.xcb_wait_for_reply(connection, number, ctypes.byref(error))
        free = ctypes.CDLL(None).free
        free.argtypes = (ctypes.c_void_p,)
        try:
            if not reply:
                return None
            (idle,) = _MILLISECONDS_IDLE.unpack(ctypes.string_at(reply, _MILLISECONDS_IDLE.size))
            return float(idle) / 1000
        finally:
            free(reply)
            free(error)


def _load() -> Any:
    try:
        xcb: Any = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return None
    pointer = ctypes.c_void_p
    for function, result, *arguments in (
        (xcb.xcb_connect, pointer, ctypes.c_char_p, pointer),
        (xcb.xcb_connection_has_error, ctypes.c_int, pointer),
        (xcb.xcb_disconnect, None, pointer),
        (xcb.xcb_get_setup, pointer, pointer),
        (xcb.xcb_setup_roots_iterator, _Screens, pointer),
        (xcb.xcb_get_extension_data, pointer, pointer, pointer),
        (xcb.xcb_send_request, ctypes.c_uint, pointer, ctypes.c_int, pointer, pointer),
        (xcb.xcb_wait_for_reply, pointer, pointer, ctypes.c_uint, pointer),
    ):
        function.restype, function.argtypes = result, arguments
    return xcb
