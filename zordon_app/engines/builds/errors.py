"""What can go wrong with downloads of builds, each with its own sentence."""

from zordon_app.errors import NotFound, ZordonError


class SiteFailed(ZordonError):
    """A site that publishes builds cannot be reached or answers wrongly; trying again later may help."""

    status = 502


class NoAnswer(SiteFailed):
    """Nothing answers: no network, no such host, or too slow."""


class ChallengePage(SiteFailed):
    """The site sent its check for browsers instead of the file."""


class NoLongerOffered(NotFound):
    """The site does not have that file any more."""


class WrongHash(ZordonError):
    """What arrived is not what the site published."""

    status = 502


class CutOff(SiteFailed):
    """The connection broke before the end, again and again."""


class TooMuch(SiteFailed):
    """The site sends more than the file can have."""


class Untrusted(SiteFailed):
    """The site sends us on to a place that we do not follow to."""


class Stopped(Exception):
    """The download was paused or cancelled."""
