"""Runs first in the built program: gives back to the programs that we start the environment of the system.

PyInstaller points LD_LIBRARY_PATH at our own libraries. This process has read it already; a browser or a file
manager that we start must not.
"""

import os

for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
    if f"{name}_ORIG" in os.environ:
        os.environ[name] = os.environ.pop(f"{name}_ORIG")
    else:
        os.environ.pop(name, None)
