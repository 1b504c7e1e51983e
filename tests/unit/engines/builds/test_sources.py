"""Readings of the sites' pages, in the layouts that engines.md (section 7) tells."""

import json

import pytest

from tests.fakes.mirror import index_page
from zordon_app.engines.builds.errors import SiteFailed
from zordon_app.engines.builds.sources.blender import RELEASES, BlenderReleases, read_series
from zordon_app.engines.builds.sources.blender_daily import BlenderDaily, read_listing
from zordon_app.engines.builds.sources.btbn import BtbnBuilds
from zordon_app.engines.builds.sources.evermeet import EvermeetBuilds
from zordon_app.engines.builds.sources.gyan import GyanBuilds
from zordon_app.engines.builds.sources.known import known_sources
from zordon_app.engines.builds.sources.osxexperts import OsxExpertsBuilds

DATE = "23-Jun-2026 10:19"


class Pages:
    """Pages by address."""

    def __init__(self, pages):
        self.pages = pages
        self.asked = []

    def text(self, url, *, stamp=""):
        self.asked.append((url, stamp))
        return self.pages[url]


def names(builds):
    return sorted(build.file_name for build in builds)


def test_the_archives_of_a_blender_series_are_read_and_all_else_is_left():
    files = [
        "blender-4.2.10-linux-x64.tar.xz",
        "blender-4.2.10-macos-arm64.dmg",
        "blender-4.2.10-windows-x64.zip",
        "blender-4.2.10-windows-x64.msi",
        "blender-4.2.10-windows-x64.msix",
        "blender-4.2.10.sha256",
        "blender-4.2.10.md5",
        "blender-4.2.2-linux-x64.tar.xz",
        "blender-4.2.2.rc1-linux-x64.tar.xz",
    ]
    page = f"{RELEASES}Blender4.2/"
    html = index_page([(name, DATE, 356_023_596) for name in files]).decode()

    builds = read_series(page, html)

    assert names(builds) == sorted([files[0], files[1], files[2], files[7]])
    first = next(build for build in builds if build.file_name == files[0])
    assert (first.version, first.channel, first.system_os, first.cpu) == ("4.2.10", "lts", "linux", "x64")
    assert (first.size, first.released) == (356_023_596, "2026-06-23")
    assert first.url == f"{page}blender-4.2.10-linux-x64.tar.xz"
    assert first.sha256_url == f"{page}blender-4.2.10.sha256"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("blender-4.3.0-windows-arm64.zip", ("4.3.0", "stable", "windows", "arm64")),
        ("blender-5.2.3-macos-arm64.dmg", ("5.2.3", "lts", "macos", "arm64")),
        ("blender-2.93.18-macos-x64.dmg", ("2.93.18", "lts", "macos", "x64")),
        ("blender-2.83.20-linux64.tar.xz", ("2.83.20", "lts", "linux", "x64")),
        ("blender-2.90.1-windows64.zip", ("2.90.1", "stable", "windows", "x64")),
        ("blender-2.83.20-macOS.dmg", ("2.83.20", "lts", "macos", "x64")),
        ("blender-4.5.15-linux-x64.tar.bz2", ("4.5.15", "lts", "linux", "x64")),
    ],
)
def test_every_way_in_which_releases_were_named_is_understood(name, expected):
    build = BlenderReleases().read_name(name)

    assert (build.version, build.channel, build.system_os, build.cpu) == expected


@pytest.mark.parametrize(
    "name",
    ["blender-4.5.15.tar.xz", "../blender-4.5.15-linux-x64.tar.xz", "blender-4.5-linux-x64.tar.xz", "blender", ""],
)
def test_other_names_are_nobodys(name):
    assert [source.read_name(name) for source in known_sources()] == [None] * len(known_sources())


def test_series_before_the_oldest_are_not_even_asked_for_and_an_unchanged_one_need_not_be():
    index = index_page([(f"Blender{name}/", DATE, None) for name in ("2.79", "2.8", "2.83", "4.5", "Benchmark")])
    page = index_page([("blender-4.5.15-linux-x64.tar.xz", DATE, 1)]).decode()
    pages = Pages({RELEASES: index.decode(), f"{RELEASES}Blender2.83/": page, f"{RELEASES}Blender4.5/": page})

    builds = BlenderReleases().offers(pages)

    assert pages.asked == [(RELEASES, ""), (f"{RELEASES}Blender2.83/", DATE), (f"{RELEASES}Blender4.5/", DATE)]
    assert len(builds) == 2


def daily(version, risk, commit, platform, architecture, extension, mtime, kind="xz"):
    stem = f"blender-{version}-{risk}+main.{commit}-{platform}.{architecture}-release.{extension}"
    return {
        "url": f"https://cdn.builder.blender.org/download/daily/{stem}",
        "app": "Blender",
        "version": version,
        "risk_id": risk,
        "branch": "main",
        "patch": None,
        "hash": commit,
        "platform": platform,
        "architecture": architecture,
        "bitness": 64,
        "file_mtime": mtime,
        "file_name": stem,
        "file_size": 352_762_236,
        "file_extension": kind,
        "release_cycle": risk,
    }


def test_of_daily_builds_the_newest_of_each_version_and_platform_is_listed_with_its_hash():
    new, old = 1_790_305_104, 1_700_000_000
    items = [
        daily("5.3.0", "alpha", "0123456789ab", "linux", "x86_64", "tar.xz", old),
        daily("5.3.0", "alpha", "425ab43ad645", "linux", "x86_64", "tar.xz", new),
        daily("5.3.0", "alpha", "425ab43ad645", "linux", "x86_64", "tar.xz.sha256", new, kind="sha256"),
        daily("5.3.0", "alpha", "425ab43ad645", "windows", "amd64", "zip", new, kind="zip"),
        daily("5.3.0", "alpha", "425ab43ad645", "darwin", "arm64", "dmg", new, kind="dmg"),
        daily("5.3.0", "alpha", "425ab43ad645", "windows", "amd64", "msi", new, kind="msi"),
        daily("5.3.0", "alpha", "425ab43ad645", "solaris", "sparc", "tar.xz", new),
        {"url": "odd"},
    ]

    builds = read_listing(json.dumps(items))

    assert {(build.version, build.system_os, build.cpu) for build in builds} == {
        ("5.3.0-alpha.425ab43ad645", "linux", "x64"),
        ("5.3.0-alpha.425ab43ad645", "windows", "x64"),
        ("5.3.0-alpha.425ab43ad645", "macos", "arm64"),
    }
    linux = next(build for build in builds if build.system_os == "linux")
    assert linux.sha256_url == f"{linux.url}.sha256"
    assert linux.released == "2026-09-25"
    assert BlenderDaily().read_name(linux.file_name).version == linux.version


@pytest.mark.parametrize("text", ["", "<html>", "{}", '{"error": 1}'])
def test_what_is_no_list_of_daily_builds_is_said_to_be_none(text):
    with pytest.raises(SiteFailed, match=r"builder\.blender\.org"):
        read_listing(text)


def release(tag, names, published="2026-10-01T12:30:00Z", digest=""):
    base = f"https://github.com/BtbN/FFmpeg-Builds/releases/download/{tag}/"
    assets = [{"name": name, "size": 9, "browser_download_url": base + name, "id": 1} for name in names]
    if digest:
        assets = [asset | {"digest": f"sha256:{digest}"} for asset in assets]
    return {"tag_name": tag, "published_at": published, "draft": False, "assets": assets}


def btbn(*releases):
    return BtbnBuilds().offers(
        Pages({"https://api.github.com/repos/BtbN/FFmpeg-Builds/releases?per_page=100": json.dumps(releases)})
    )


def test_of_btbn_only_dated_static_gpl_builds_of_releases_are_listed():
    wanted = [
        "ffmpeg-n9.0.1-11-ge47273f4d9-linux64-gpl-9.0.tar.xz",
        "ffmpeg-n9.0.1-11-ge47273f4d9-win64-gpl-9.0.zip",
        "ffmpeg-n8.1-linuxarm64-gpl-8.1.tar.xz",
        "ffmpeg-n8.1-3-gabc-winarm64-gpl-8.1.zip",
    ]
    others = [
        "ffmpeg-N-123456-gabcdef-linux64-gpl.tar.xz",
        "ffmpeg-n9.0.1-11-ge47273f4d9-linux64-gpl-shared-9.0.tar.xz",
        "ffmpeg-n9.0.1-11-ge47273f4d9-linux64-lgpl-9.0.tar.xz",
        "checksums.sha256",
    ]
    tag = "autobuild-2026-10-01-12-30"

    builds = btbn(release(tag, wanted + others), release("latest", ["ffmpeg-n8.1-latest-win64-gpl-8.1.zip"]))

    assert names(builds) == sorted(wanted)
    first = next(build for build in builds if build.file_name == wanted[0])
    assert (first.version, first.system_os, first.cpu) == ("9.0.1-11-ge47273f4d9", "linux", "x64")
    assert first.sha256_url == f"https://github.com/BtbN/FFmpeg-Builds/releases/download/{tag}/checksums.sha256"
    assert first.released == "2026-10-01"


def test_a_hash_that_github_knows_is_taken_from_its_list():
    name = "ffmpeg-n9.0.1-11-ge47273f4d9-linux64-gpl-9.0.tar.xz"

    (build,) = btbn(release("autobuild-2026-10-01-12-30", [name], digest="a" * 64))

    assert (build.sha256, build.sha256_url) == ("a" * 64, "")


def test_of_one_commit_that_was_built_on_several_days_the_newest_is_listed():
    name = "ffmpeg-n9.0.1-11-ge47273f4d9-linux64-gpl-9.0.tar.xz"
    days = [
        release(f"autobuild-2026-10-0{day}-12-30", [name], published=f"2026-10-0{day}T12:30:00Z") for day in (1, 3, 2)
    ]

    (build,) = btbn(*days)

    assert build.released == "2026-10-03"


def test_githubs_complaint_about_too_many_requests_is_no_list():
    with pytest.raises(SiteFailed, match="GitHub"):
        BtbnBuilds().offers(
            Pages({"https://api.github.com/repos/BtbN/FFmpeg-Builds/releases?per_page=100": '{"message":""}'})
        )


def test_gyans_release_is_read_from_its_one_line():
    (build,) = GyanBuilds().offers(Pages({"https://www.gyan.dev/ffmpeg/builds/release-version": "8.1.2\r\n"}))

    assert (build.version, build.system_os, build.cpu) == ("8.1.2", "windows", "x64")
    assert build.sha256_url == "https://www.gyan.dev/ffmpeg/builds/ffmpeg-release-essentials.zip.sha256"
    assert GyanBuilds().read_name("ffmpeg-8.1.2-essentials_build.zip").version == "8.1.2"
    with pytest.raises(SiteFailed):
        GyanBuilds().offers(Pages({"https://www.gyan.dev/ffmpeg/builds/release-version": "<html>"}))


def test_evermeets_release_is_read_and_known_to_have_no_hash():
    info = {
        "name": "ffmpeg",
        "type": "release",
        "version": "8.1.1",
        "size": 80,
        "download": {
            "zip": {"url": "https://evermeet.cx/ffmpeg/ffmpeg-8.1.1.zip", "size": 25_000_000, "sig": "…"},
            "7z": {"url": "https://evermeet.cx/ffmpeg/ffmpeg-8.1.1.7z", "size": 1},
        },
    }
    url = "https://evermeet.cx/ffmpeg/info/ffmpeg/release"

    (build,) = EvermeetBuilds().offers(Pages({url: json.dumps(info)}))

    assert (build.version, build.system_os, build.cpu, build.size) == ("8.1.1", "macos", "x64", 25_000_000)
    assert not build.is_verified
    with pytest.raises(SiteFailed):
        EvermeetBuilds().offers(Pages({url: '{"code":404}'}))


def test_the_page_of_osxexperts_is_read_with_the_hash_after_each_link():
    html = f"""
      <h3>Download ffmpeg 8.1 (Apple Silicon)</h3><p><a href="ffmpeg81arm.zip">here</a></p>
      <p>SHA256 checksum of FFmpeg file : <b>{"A" * 64}</b></p>
      <h3>Download ffmpeg 8.0 (Intel)</h3><a href="https://www.osxexperts.net/ffmpeg80intel.zip">here</a>
      <h3>Download ffprobe 8.1 (Apple Silicon)</h3><a href="/ffprobe81arm.zip">here</a> {"b" * 64}
      <h3>Download ffmpeg 7.1.1 (Apple Silicon)</h3><a href='https://www.osxexperts.net/ffmpeg711arm.zip'>here</a>
      <a href="ffmpeg6arm.zip">an old one</a>
    """

    builds = OsxExpertsBuilds().offers(Pages({"https://www.osxexperts.net/": html}))

    assert [(build.version, build.url, build.sha256) for build in builds] == [
        ("8.1", "https://www.osxexperts.net/ffmpeg81arm.zip", "a" * 64),
        ("7.1.1", "https://www.osxexperts.net/ffmpeg711arm.zip", ""),
    ]


def test_sources_have_names_of_their_own_and_list_only_hosts_of_their_own():
    sources = known_sources()

    assert len({source.name for source in sources}) == len(sources)
    assert all((source.hosts and not source.copies) or source.engine == "blender" for source in sources)
