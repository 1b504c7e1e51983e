"""The end of the process, which no thread of a library may hold up."""

import logging
import os
import sys
import threading
import time

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0


def leave(status: int) -> None:
    """Return when every thread has ended, as it should be; else end the process here, with ``status``.

    To be called when all is stopped and stored. pywebview's threads wait without end for what a page would have
    answered that has gone with its window.
    """
    ends = time.monotonic() + PATIENCE_SECONDS
    others = [each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon]
    for thread in others:
        thread.join(max(0.0, ends - time.monotonic()))
    left = [thread.name for thread in others if thread.is_alive()]
    if left:
        log.info("Left without waiting for: %s", ", ".join(left))
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
