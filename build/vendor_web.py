"""Copies the frontend's third-party files from node_modules into web/vendor.

    npm ci --ignore-scripts        (in web/, needs npm)
    python build/vendor_web.py     (writes web/vendor and VENDOR.json)
    python build/vendor_web.py --check   (exit 1 when web/vendor differs from what would be written)
    python build/vendor_web.py --verify  (needs no node: compares web/vendor with the hashes in VENDOR.json)

The committed files are served as they are: running Zordon needs neither node nor a network.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "web"
MODULES = WEB / "node_modules"
VENDOR = WEB / "vendor"

SCRIPTS = {
    "preact.js": ("preact", "dist/preact.mjs"),
    "preact-hooks.js": ("preact", "hooks/dist/hooks.mjs"),
    "signals.js": ("@preact/signals", "dist/signals.mjs"),
    "signals-core.js": ("@preact/signals-core", "dist/signals-core.mjs"),
    "htm.js": ("htm", "dist/htm.mjs"),
    "uplot.js": ("uplot", "dist/uPlot.esm.js"),
}
PLAIN = {
    "uplot.css": ("uplot", "dist/uPlot.min.css"),
    "inter-latin.woff2": ("@fontsource-variable/inter", "files/inter-latin-wght-normal.woff2"),
    "inter-latin-ext.woff2": ("@fontsource-variable/inter", "files/inter-latin-ext-wght-normal.woff2"),
}
TYPES = {
    "preact.d.ts": "export * from 'preact';\n",
    "preact-hooks.d.ts": "export * from 'preact/hooks';\n",
    "signals.d.ts": "export * from '@preact/signals';\n",
    "signals-core.d.ts": "export * from '@preact/signals-core';\n",
    "htm.d.ts": "export * from 'htm';\nexport { default } from 'htm';\n",
    "uplot.d.ts": "export { default } from 'uplot';\n",
}
SPECIFIERS = {
    "preact": "./preact.js",
    "preact/hooks": "./preact-hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
PACKAGES = (
    "preact",
    "@preact/signals",
    "@preact/signals-core",
    "htm",
    "uplot",
    "lucide-static",
    "@fontsource-variable/inter",
)
ICONS = """
    activity archive arrow-down arrow-down-to-line arrow-up arrow-up-to-line ban bell check chevron-down
    chevron-right chevron-up circle-alert circle-check clapperboard clock columns-3 command copy cpu download
    ellipsis ellipsis-vertical external-link file-video film folder-open gauge grid-3x3 hard-drive hourglass image
    info keyboard layers list list-restart log-in maximize menu minus monitor moon network package pause pencil play
    plus redo-2 refresh-cw repeat rotate-ccw scan-search search settings shield-check skip-back skip-forward
    sliders-horizontal sparkles square sun sun-moon terminal trash-2 triangle-alert undo-2 upload users wifi-off x
    zap
""".split()


def main() -> int:
    """Write, check or verify, as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare with node_modules, write nothing")
    mode.add_argument("--verify", action="store_true", help="compare with VENDOR.json, without node_modules")
    options = parser.parse_args()
    if options.verify:
        return _report(changed_files())
    files = build_files()
    if options.check:
        return _report([name for name, content in files.items() if _read(VENDOR / name) != content])
    VENDOR.mkdir(exist_ok=True)
    for stale in {path.name for path in VENDOR.iterdir()} - files.keys():
        (VENDOR / stale).unlink()
    for name, content in files.items():
        (VENDOR / name).write_bytes(content)
    return 0


def changed_files() -> list[str]:
    """Names of files in web/vendor that are missing, unknown or not as VENDOR.json says."""
    recorded: dict[str, str] = json.loads((VENDOR / "VENDOR.json").read_text("utf-8"))["files"]
    present = {path.name for path in VENDOR.iterdir()} - {"VENDOR.json"}
    differing = {name for name, digest in recorded.items() if _digest(_read(VENDOR / name)) != digest}
    return sorted(differing | (present - recorded.keys()))


def build_files() -> dict[str, bytes]:
    """Every file of web/vendor, from node_modules."""
    files = {name: _script(_source(*where)) for name, where in SCRIPTS.items()}
    files |= {name: _source(*where) for name, where in PLAIN.items()}
    files |= {name: text.encode() for name, text in TYPES.items()}
    files["icons.svg"] = _sprite()
    files["LICENSES.txt"] = _licenses()
    files["VENDOR.json"] = _manifest(files)
    return files


def _script(content: bytes) -> bytes:
    text = re.sub(r"\n?//# sourceMappingURL=\S+", "", content.decode("utf-8"))
    text = re.sub(r"""\b(from|import)\s*(["'])(@?[\w-]+(?:/[\w-]+)*)\2""", _relative, text)
    return (text.rstrip() + "\n").encode("utf-8")


def _relative(match: re.Match[str]) -> str:
    return f'{match[1]}"{SPECIFIERS[match[3]]}"'


def _sprite() -> bytes:
    symbols = [_symbol(name) for name in ICONS]
    head = '<svg xmlns="http://www.w3.org/2000/svg"><!-- lucide, ISC licence: LICENSES.txt -->'
    return "\n".join([head, *symbols, "</svg>", ""]).encode("utf-8")


def _symbol(name: str) -> str:
    svg = _source("lucide-static", f"icons/{name}.svg").decode("utf-8")
    shapes = "".join(line.strip() for line in svg.split(">", 2)[2].rsplit("</svg>", 1)[0].splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def _licenses() -> bytes:
    parts = [
        f"{package} {_version(package)}\n\n{_source(package, 'LICENSE').decode('utf-8').strip()}\n"
        for package in PACKAGES
    ]
    return ("\n" + "-" * 80 + "\n\n").join(parts).encode("utf-8")


def _manifest(files: dict[str, bytes]) -> bytes:
    lock = json.loads((WEB / "package-lock.json").read_text("utf-8"))["packages"]
    packages = [
        {"name": package, "version": _version(package), "integrity": lock[f"node_modules/{package}"]["integrity"]}
        for package in PACKAGES
    ]
    hashes = {name: _digest(content) for name, content in sorted(files.items())}
    return (json.dumps({"packages": packages, "files": hashes}, indent=2) + "\n").encode("utf-8")


def _version(package: str) -> str:
    return str(json.loads(_source(package, "package.json"))["version"])


def _source(package: str, path: str) -> bytes:
    return (MODULES / package / path).read_bytes()


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _report(names: list[str]) -> int:
    for name in names:
        print(f"web/vendor/{name} differs", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
