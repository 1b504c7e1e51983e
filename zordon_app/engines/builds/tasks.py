"""The ways a build comes to this machine; each runs to its end in the thread of downloads."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from zordon_app.engines.builds.available import Available, Platform
from zordon_app.engines.builds.errors import NoLongerOffered, SiteFailed, WrongHash
from zordon_app.engines.builds.handover import Offer, PeerBuilds
from zordon_app.engines.builds.installer import Installer
from zordon_app.engines.builds.sources.base import Source
from zordon_app.engines.builds.steps import DownloadState, Steps
from zordon_app.engines.builds.store import Managed
from zordon_app.engines.builds.transfer import Transfer, forget
from zordon_app.engines.builds.web import Web, is_challenge, raise_challenge
from zordon_app.errors import PeerGone, ZordonError

log = logging.getLogger(__name__)

FROM_PEER = "peer"
"""The source of builds that other machines of the farm hand over."""
PEER_WAITS = (1, 2, 4, 8, 15, 30)
"""After a restart peers are found again within seconds; one that is gone may come back."""
LARGEST_HASH_FILE = 1024 * 1024


class Task(Protocol):
    """One installation."""

    build: Available
    """What it brings, as far as it is known."""

    def run(self, steps: Steps) -> Managed:
        """Do it. Raises Stopped, or a ZordonError with the sentence for the person."""

    def discard(self) -> None:
        """It was cancelled: remove what is half there."""


class Download:
    """A build from its site."""

    def __init__(
        self,
        build: Available,
        source: Source,
        *,
        web: Web,
        installer: Installer,
        folder: Path,
        shortage: Callable[[Path], str],
        pause_seconds: float = 1.0,
    ) -> None:
        """Keep what is half there in ``folder``."""
        self.build = build
        self._source = source
        self._web = web
        self._installer = installer
        self._part = folder / f"{build.source}-{build.version}-{build.system_os}-{build.cpu}.part"
        self._shortage = shortage
        self._pause_seconds = pause_seconds

    def run(self, steps: Steps) -> Managed:
        """Fetch, check, install. The hash comes first: without it hundreds of megabytes would be in vain."""
        steps.state(DownloadState.DOWNLOADING)
        sha256 = self._published_hash()
        transfer = Transfer(self._web, steps, shortage=self._shortage, pause_seconds=self._pause_seconds)
        try:
            transfer.fetch(self._web.addresses(self._source, self.build.url), self._part, size=self.build.size)
            managed = self._installer.install(self._part, self.build, steps, sha256=sha256)
        except NoLongerOffered as error:
            raise NoLongerOffered(
                "{site} does not offer {engine} {version} any more; it was replaced by newer builds. "
                "Refresh the list and choose one of those.",
                code="build_gone",
                site=self._source.label,
                engine=self.build.engine,
                version=self.build.version,
            ) from error
        except WrongHash:
            self.discard()
            raise
        self.discard()
        return managed

    def discard(self) -> None:
        """Remove what was fetched."""
        forget(self._part)

    def _published_hash(self) -> str:
        if self.build.sha256 or not self.build.sha256_url:
            return self.build.sha256
        text = self._text(self.build.sha256_url)
        found = find_hash(text, self.build.file_name)
        if not found:
            raise SiteFailed(
                "{site} publishes no hash for {file}; it was not fetched.",
                code="no_hash",
                site=self._source.label,
                file=self.build.file_name,
            )
        return found

    def _text(self, url: str) -> str:
        first: SiteFailed | NoLongerOffered | None = None
        for address in self._web.addresses(self._source, url):
            try:
                answer = self._web.open(address)
                with answer:
                    body = answer.read(LARGEST_HASH_FILE)
                if is_challenge(body):
                    raise_challenge(address)
                return body.decode("utf-8", "replace")
            except (SiteFailed, NoLongerOffered) as error:
                first = first or error
        raise first or SiteFailed(f"There is no address for {self._source.label}.")


class Archive:
    """A build from a file that a person has."""

    def __init__(self, build: Available, path: Path, installer: Installer, *, sha256: str, owned: bool) -> None:
        """``owned``: the file is a copy of ours, removed afterwards."""
        self.build = build
        self._path = path
        self._installer = installer
        self._sha256 = sha256
        self._owned = owned

    def run(self, steps: Steps) -> Managed:
        """Check and install."""
        managed = self._installer.install(self._path, self.build, steps, sha256=self._sha256)
        self.discard()
        return managed

    def discard(self) -> None:
        """Remove our copy."""
        if self._owned:
            self._path.unlink(missing_ok=True)


class FromPeer:
    """A build that another machine of the farm has."""

    def __init__(
        self,
        build: Available,
        find: Callable[[], list[Offer]],
        peers: PeerBuilds,
        installer: Installer,
        folder: Path,
        *,
        otherwise: Callable[[], Task | None] = lambda: None,
        pause_seconds: float = 1.0,
    ) -> None:
        """``find`` tells who has it at present; those are tried in order, and again for about a minute.

        ``otherwise`` is the way from its site, where there is one: it is taken when no peer gives it.
        """
        self.build = build
        self._find = find
        self._peers = peers
        self._installer = installer
        self._folder = folder
        self._otherwise = otherwise
        self._pause_seconds = pause_seconds

    def run(self, steps: Steps) -> Managed:
        """Fetch, unpack, start, and compare the program's hash."""
        steps.state(DownloadState.DOWNLOADING)
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            offer = self._fetch(steps)
        except ZordonError as error:
            site = self._otherwise()
            if site is None:
                raise
            log.info("No peer gives %s %s (%s); it comes from its site", self.build.engine, self.build.version, error)
            return site.run(steps)
        try:
            return self._installer.install(self._part(offer), self.build, steps, expected_program=offer.program_sha256)
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what was fetched."""
        for part in self._folder.glob(f"{self._name()}-*.packed"):
            part.unlink(missing_ok=True)

    def _fetch(self, steps: Steps) -> Offer:
        problem: ZordonError = PeerGone(f"No machine has {self.build.engine} {self.build.version} to hand over.")
        for wait in PEER_WAITS:
            for offer in self._find():
                try:
                    self._peers.fetch(offer, self._part(offer), steps)
                except PeerGone as error:
                    problem = error
                except ZordonError as error:
                    problem = error
                    self._part(offer).unlink(missing_ok=True)
                else:
                    return offer
            steps.wait(wait * self._pause_seconds)
        raise problem

    def _part(self, offer: Offer) -> Path:
        """Bytes of one machine are not gone on with from another: they may be packed otherwise."""
        return self._folder / f"{self._name()}-{offer.program_sha256[:16]}-{offer.node[:16]}.packed"

    def _name(self) -> str:
        return f"peer-{self.build.engine}-{self.build.version}-{self.build.system_os}-{self.build.cpu}"


def find_hash(text: str, file_name: str) -> str:
    """The SHA-256 of a file in a list of lines ``<hex>  <name>``, or the one bare hash; empty when it is not there."""
    for line in text.splitlines():
        words = line.split()
        if words and len(words[0]) == 64 and (len(words) == 1 or words[-1].lstrip("*") == file_name):
            return words[0].lower()
    return ""


def platform_of(build: Available) -> Platform:
    """Where a build runs."""
    return Platform(build.system_os, build.cpu)
