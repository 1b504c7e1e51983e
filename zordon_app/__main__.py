"""``python -m zordon_app``, and where the built program begins."""

import sys

from zordon_app.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
