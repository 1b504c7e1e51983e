"""The frontend's files: what a browser may keep, and that it never keeps what is no longer so."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from wsgiref.util import setup_testing_defaults

import pytest

from zordon_app.api.static import StaticFiles
from zordon_app.errors import NotFound

PAGE = '<link rel="icon" href="img/z.svg"><script src="js/main.js"></script><a href="https://example.org/js/x.js">'


class Answer(NamedTuple):
    status: str
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"index.html": PAGE, "sign_in.html": PAGE, "js/main.js": "one", "img/z.svg": "<svg/>"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator["Site"]:
    return Site(folder)


class Site:
    """A browser without a network."""

    def __init__(self, folder: Path) -> None:
        self._files = StaticFiles(folder)

    def get(self, path: str, **headers: str) -> Answer:
        environ: dict[str, object] = {"PATH_INFO": path, **headers}
        setup_testing_defaults(environ)
        seen: list[tuple[str, dict[str, str]]] = []
        body = b"".join(self._files(environ, lambda status, found: seen.append((status, dict(found)))))
        return Answer(*seen[0], body)

    def script(self) -> str:
        """Where the front page says its script is."""
        return "/" + self.get("/").body.decode().split('src="')[1].split('"')[0]


def is_kept(answer: Answer) -> bool:
    return "immutable" in answer.headers["Cache-Control"]


def test_what_the_front_page_names_is_kept_for_good(site):
    answer = site.get(site.script())
    assert (answer.body, is_kept(answer)) == (b"one", True)


def test_what_modules_name_beside_themselves_is_kept_too(site):
    beside = site.script().replace("js/main.js", "img/z.svg")
    assert is_kept(site.get(beside))


def test_the_front_page_itself_is_asked_for_each_time(site):
    answer = site.get("/")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert site.get("/", HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status.startswith("304")


def test_addresses_of_others_in_the_front_page_stay_as_they_are(site):
    assert b'href="https://example.org/js/x.js"' in site.get("/").body


def test_a_change_of_any_file_gives_all_files_new_addresses(site, folder):
    before = site.script(), site.get("/").headers["ETag"]
    (folder / "img/z.svg").write_text("<svg></svg>")
    assert site.script() != before[0]
    assert site.get("/").headers["ETag"] != before[1]


def test_the_same_bytes_have_the_same_addresses_wherever_and_whenever_they_were_unpacked(site, folder):
    before = site.script()
    os.utime(folder / "js/main.js", ns=(1, 1))
    assert site.script() == before


def test_a_page_that_is_older_than_the_files_gets_those_of_now_and_keeps_none(site, folder):
    old = site.script()
    (folder / "js/main.js").write_text("two")
    site.get("/")
    answer = site.get(old)
    assert (answer.body, is_kept(answer)) == (b"two", False)


def test_a_file_that_changes_after_the_page_was_read_is_not_kept_under_its_name(site, folder):
    script = site.script()
    (folder / "js/main.js").write_text("other")
    answer = site.get(script)
    assert (answer.body, is_kept(answer)) == (b"other", False)


def test_without_an_edition_nothing_is_kept(site):
    site.get("/")
    assert not is_kept(site.get("/js/main.js"))


def test_the_sign_in_page_names_its_files_as_they_are(site):
    assert site.get("/sign_in.html").body == PAGE.encode()


@pytest.mark.parametrize("path", ["/v", "/v/", "/v/x", "/v/x/", "/v/x/index.html", "/v/x//js/main.js"])
def test_an_edition_is_no_page_and_no_way_around(site, path):
    with pytest.raises(NotFound):
        site.get(path)
