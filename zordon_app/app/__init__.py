"""The composition root: builds every service of a node, starts and stops it. Begin with ``node``."""

from zordon_app.app.node import Zordon

__all__ = ["Zordon"]
