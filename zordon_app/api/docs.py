"""The OpenAPI document as a page for people; it loads nothing from anywhere."""

import base64
import hashlib
from html import escape
from typing import Any

from bottle import HTTPResponse

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "h2{margin-top:2.5rem}details{border:1px solid #8886;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}"
    "summary{cursor:pointer}code{font-family:ui-monospace,monospace}b{display:inline-block;min-width:4.5rem}"
    "table{border-collapse:collapse;margin:.5rem 0}"
    "td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}"
)


def docs_answer(page: bytes) -> HTTPResponse:
    """The page, allowed to use its own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy,
    }
    return HTTPResponse(body=page, headers=headers)


def make_page(document: dict[str, Any]) -> bytes:
    """HTML that lists every operation of ``document`` by its tag."""
    tags: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    info = document["info"]
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(parts)}" for tag, parts in tags.items())
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])} API</title>"
    intro = f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
    link = '<p>For programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
    viewport = '<meta name=viewport content="width=device-width,initial-scale=1">'
    return f"{head}{viewport}<style>{STYLE}</style><main>{intro}{link}{sections}</main></html>".encode()


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    title = f"<summary><b>{method.upper()}</b> <code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
    asked = [part for part in operation["parameters"] if "name" in part]
    body = operation.get("requestBody")
    takes = f"<p>Body: {escape(', '.join(body['content']))}. {escape(body['description'])}</p>" if body else ""
    parameters = _table("Parameter", [(part["name"], part.get("description", part["in"])) for part in asked])
    answers = _table("Answer", [(code, says["description"]) for code, says in operation["responses"].items()])
    return f"<details>{title}{takes}{parameters}{answers}</details>"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(f"<tr><td><code>{escape(name)}</code><td>{escape(text)}" for name, text in rows)
    return f"<table><tr><th>{title}<th>{lines}</table>"
