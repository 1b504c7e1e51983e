"""Pages of a site, kept on disk so that an unchanged one is not sent again."""

import hashlib
from http.client import HTTPException
from pathlib import Path

import msgspec
from msgspec import Struct
from urllib3.exceptions import HTTPError

from zordon_app.engines.builds.errors import NoLongerOffered, SiteFailed, TooMuch
from zordon_app.engines.builds.sources.base import Source
from zordon_app.engines.builds.web import Address, Web, fail, is_challenge, raise_challenge
from zordon_app.files.durable import write_durably

LARGEST_PAGE = 32 * 1024**2
"""GitHub's list of 40 releases with 60 files each has about 5 MB."""


class _Page(Struct):
    url: str
    text: str
    stamp: str = ""
    etag: str = ""
    modified: str = ""


class CachedPages:
    """The pages of one source. Meets ``Pages``."""

    def __init__(self, source: Source, web: Web, folder: Path) -> None:
        """Keep pages in ``folder``."""
        self._source = source
        self._web = web
        self._folder = folder

    def text(self, url: str, *, stamp: str = "") -> str:
        """A page by its official address; not asked for again while ``stamp`` stays the same."""
        known = self._load(url)
        if known is not None and stamp and known.stamp == stamp:
            return known.text
        first: SiteFailed | NoLongerOffered | None = None
        for address in self._web.addresses(self._source, url):
            try:
                return self._fetch(address, url, known, stamp)
            except (SiteFailed, NoLongerOffered) as error:
                first = first or error
        raise first or SiteFailed(f"There is no address for {self._source.label}.")

    def _fetch(self, address: Address, url: str, known: _Page | None, stamp: str) -> str:
        answer = self._web.open(address, _validators(known))
        try:
            body = answer.read(LARGEST_PAGE + 1)
        except (HTTPError, HTTPException, OSError) as error:
            fail(error, address)
        finally:
            answer.close()
        if answer.status == 304 and known is not None:
            self._save(msgspec.structs.replace(known, stamp=stamp))
            return known.text
        if is_challenge(body):
            raise_challenge(address)
        if len(body) > LARGEST_PAGE:
            raise TooMuch(f"{address.host} sent a page without end.")
        page = _Page(
            url=url,
            text=body.decode("utf-8", "replace"),
            stamp=stamp,
            etag=answer.headers.get("ETag", ""),
            modified=answer.headers.get("Last-Modified", ""),
        )
        self._save(page)
        return page.text

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.json"

    def _load(self, url: str) -> _Page | None:
        try:
            page = msgspec.json.decode(self._path(url).read_bytes(), type=_Page)
        except (OSError, msgspec.MsgspecError):
            return None
        return page if page.url == url else None

    def _save(self, page: _Page) -> None:
        write_durably(self._path(page.url), msgspec.json.encode(page))


def _validators(known: _Page | None) -> dict[str, str]:
    if known is not None and known.etag:
        return {"If-None-Match": known.etag}
    return {"If-Modified-Since": known.modified} if known is not None and known.modified else {}
