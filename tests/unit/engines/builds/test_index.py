"""Lists of what can be downloaded: asked for seldom, kept on disk, and there when the network is not."""

import time
from datetime import timedelta

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.mirror import CHALLENGE, Fault, Mirror, add_blender, index_page
from tests.fakes.patience import HANG_SECONDS
from zordon_app.engines.builds.available import Available, Platform
from zordon_app.engines.builds.index import FRESH_SECONDS, BuildIndex
from zordon_app.engines.builds.pages import CachedPages
from zordon_app.engines.builds.sources.blender import BlenderReleases
from zordon_app.engines.builds.sources.btbn import BtbnBuilds
from zordon_app.engines.builds.web import Web

ARCHIVES = {
    "blender-4.2.10-linux-x64.tar.xz": b"1",
    "blender-4.2.2-linux-x64.tar.xz": b"2",
    "blender-4.2.10-macos-arm64.dmg": b"3",
    "blender-5.0.1-windows-x64.zip": b"4",
}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def mirror():
    with Mirror() as mirror:
        add_blender(mirror, ARCHIVES)
        yield mirror


@pytest.fixture
def make_index(tmp_path, clock):
    webs = []

    def make(mirror_url, sources=None):
        web = Web(lambda: {"blender": mirror_url}, connect_seconds=HANG_SECONDS, read_seconds=HANG_SECONDS)
        webs.append(web)
        return BuildIndex(
            [BlenderReleases()] if sources is None else sources,
            lambda source: CachedPages(source, web, tmp_path / "pages" / source.name),
            tmp_path / "lists",
            clock.now,
        )

    yield make
    for web in webs:
        web.close()


def test_what_the_site_has_is_listed_for_every_platform(make_index, mirror):
    index = make_index(mirror.url)

    index.refresh("blender")

    assert [build.version for build in index.builds("blender")] == ["5.0.1", "4.2.10", "4.2.10", "4.2.2"]
    assert [build.version for build in index.builds("blender", Platform("linux", "x64"))] == ["4.2.10", "4.2.2"]
    assert index.builds("blender", Platform("linux", "arm64")) == []
    assert index.builds("ffmpeg") == []


def test_a_fresh_list_is_not_asked_for_again_and_an_old_one_is(make_index, mirror, clock):
    index = make_index(mirror.url)
    index.refresh("blender")
    asked = len(mirror.asked)

    index.refresh("blender")
    assert len(mirror.asked) == asked

    clock.advance(FRESH_SECONDS + 1)
    index.refresh("blender")
    # The page of a series is not fetched while the index gives it the same date.
    assert mirror.paths()[asked:] == ["/release/"]
    assert mirror.asked[-1].headers["If-None-Match"]


def test_a_new_patch_is_found_though_everything_else_is_kept(make_index, mirror):
    index = make_index(mirror.url)
    index.refresh("blender")
    later = "24-Jun-2026 10:00"
    mirror.add("/release/", index_page([("Blender4.2/", later, None), ("Blender5.0/", "23-Jun-2026 10:19", None)]))
    mirror.add("/release/Blender4.2/", index_page([("blender-4.2.11-linux-x64.tar.xz", later, 5)]))
    mirror.asked.clear()

    index.refresh("blender", force=True)

    assert mirror.paths() == ["/release/", "/release/Blender4.2/"]
    assert [build.version for build in index.builds("blender")] == ["5.0.1", "4.2.11"]


def test_without_a_network_the_kept_list_is_there_with_its_age_and_the_reason(make_index, mirror, clock):
    make_index(mirror.url).refresh("blender")
    then = clock.now()
    mirror.__exit__()
    clock.advance(FRESH_SECONDS + 1)
    index = make_index(mirror.url)

    (listing,) = index.refresh("blender")

    mirror.__enter__()
    assert len(index.builds("blender")) == 4
    assert listing.checked_at == then
    assert "cannot be reached" in listing.problem
    assert listing.about == "site_unreachable?host=127.0.0.1"


def test_a_site_that_failed_is_not_asked_again_at_once_unless_a_person_wants_it(make_index, mirror, clock):
    mirror.faults["/release/"] = Fault(body=CHALLENGE, content_type="text/html")
    index = make_index(mirror.url)

    (listing,) = index.refresh("blender")
    index.refresh("blender")
    assert "check for browsers" in listing.problem
    assert mirror.paths() == ["/release/"]

    mirror.faults.clear()
    (listing,) = index.refresh("blender", force=True)
    assert (listing.problem, listing.about) == ("", "")
    assert len(listing.builds) == 4


def test_a_challenge_in_the_middle_keeps_the_old_list_whole(make_index, mirror):
    index = make_index(mirror.url)
    index.refresh("blender")
    mirror.add(
        "/release/", index_page([("Blender4.2/", "24-Jun-2026 10:00", None), ("Blender5.0/", "1-Jul-2026 10:00", None)])
    )
    mirror.faults["/release/Blender5.0/"] = Fault(status=403, body=CHALLENGE, content_type="text/html")

    index.refresh("blender", force=True)

    assert len(index.builds("blender")) == 4


def test_a_page_that_lists_nothing_does_not_empty_the_list(make_index, mirror):
    index = make_index(mirror.url)
    index.refresh("blender")
    mirror.add("/release/", b"<html>We have a new design!</html>")

    (listing,) = index.refresh("blender", force=True)

    assert len(listing.builds) == 4
    assert "empty or cannot be read" in listing.problem


def test_a_damaged_list_on_disk_is_fetched_anew(make_index, mirror, tmp_path):
    make_index(mirror.url).refresh("blender")
    (tmp_path / "lists" / "blender.json").write_bytes(b'{"source": "blender", "bui')
    for page in (tmp_path / "pages" / "blender").iterdir():
        page.write_bytes(b"\xff")
    index = make_index(mirror.url)

    index.refresh("blender")

    assert len(index.builds("blender")) == 4


def test_a_clock_that_was_set_back_makes_no_list_fresh_for_ever(make_index, mirror, clock):
    index = make_index(mirror.url)
    index.refresh("blender")
    mirror.asked.clear()

    clock._now -= timedelta(days=400)
    index.refresh("blender")

    assert mirror.asked


def test_sites_are_asked_each_for_itself(make_index, mirror):
    """One that fails (there is no mirror for it, so the name is not even known) hides no other."""
    broken = BtbnBuilds()
    broken.offers = lambda pages: pages.text("https://elsewhere.example/")
    index = make_index(mirror.url, [BlenderReleases(), broken])

    blender, btbn = index.refresh()

    assert len(blender.builds) == 4
    assert "not its own" in btbn.problem


class Many:
    """A site with ten thousand versions."""

    name, label, engine = "blender", "many", "blender"
    hosts = redirects = frozenset()
    copies = ()

    def offers(self, _pages):
        return [
            Available(
                engine="blender",
                version=f"{number // 1000}.{number // 10 % 100}.{number % 10}",
                channel="stable",
                system_os="linux",
                cpu="x64",
                source="blender",
                url=f"https://download.blender.org/release/Blender/blender-{number}-linux-x64.tar.xz",
                file_name=f"blender-{number}-linux-x64.tar.xz",
                size=number,
                sha256_url="https://download.blender.org/release/Blender/blender.sha256",
                released="2026-06-23",
            )
            for number in range(10_000)
        ]


def test_ten_thousand_versions_come_from_the_cache_whole(make_index):
    make_index("", [Many()]).refresh("blender")

    assert len(make_index("", [Many()]).builds("blender", Platform("linux", "x64"))) == 10_000


@pytest.mark.bench
def test_ten_thousand_versions_come_from_the_cache_within_100_ms(make_index):
    make_index("", [Many()]).refresh("blender")
    index = make_index("", [Many()])
    start = time.perf_counter()

    index.builds("blender", Platform("linux", "x64"))

    assert time.perf_counter() - start < 0.1
