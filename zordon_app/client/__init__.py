"""The one client of /api: the command line, the desktop and every peer use it, and build no address by hand."""

from zordon_app.client.proxy import RenderServerProxy

__all__ = ["RenderServerProxy"]
