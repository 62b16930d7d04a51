"""Odd requests for every route: what a view reads of a query or a form is found out by watching it, then sent back odd."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from urllib.parse import urlencode, urlsplit

from django.http import QueryDict
from django.test import Client

VALUES = [
    "\x00",
    "a\x00b",
    "9" * 30,
    "-1",
    "0",
    "١٢",
    "²",
    "1e400",
    "nan",
    "__class__",
    "product__seats__user__password",
    "-pk;drop table",
    "'\"><svg onload=alert(1)>",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e\ufeff\ufffe",
    "x" * 5_000,
    "%",
    "//evil.example/",
    "2026-02-30",
    "",
]
"""What no form would send: NULs, numbers of no column, digits of other scripts, names of attributes, markup, too much."""

RAW = ["a=%ff&sort=%ff", "page=1&page=2&page=", "&&&=&==", "sort[]=1&page[0]=2", "%00=%00", "q=%ud800"]
"""Queries that are no text, or not one value a name."""

PATHS = ["%00", "9" * 30, "-1", "%D9%A1", "%ff", "a" * 3_000, "..%2f..", "%F0%9F%98%80", "%0a", "."]
"""What may stand in an address where an id is expected, as it goes over the wire."""

STEP = 10
"""Of the values, every tenth is a name's turn in the quick run; the names begin at different ones."""

_PARAMETER = re.compile(r"<(?:\w+:)?\w+>")


@contextmanager
def watching(names: set[str]) -> Iterator[None]:
    """Add to `names` every name that is looked up in a query or a form meanwhile."""

    def spied(method: str):
        real = getattr(QueryDict, method)

        def spy(self, key, *more):
            names.add(str(key))
            return real(self, key, *more)

        return mock.patch.object(QueryDict, method, spy)

    with spied("__getitem__"), spied("get"), spied("getlist"), spied("__contains__"):
        yield


def queries(names: set[str]) -> Iterator[str]:
    """Yield queries in which each of these names gets an odd value, others each time, and one that cannot be read.

    ODD_REQUESTS=all gives every name every value.
    """
    turns = range(len(VALUES)) if os.environ.get("ODD_REQUESTS") == "all" else range(0, len(VALUES), STEP)
    if not names:
        return
    for turn in turns:
        yield urlencode({name: VALUES[(turn + place) % len(VALUES)] for place, name in enumerate(sorted(names))})
    yield from RAW if len(turns) == len(VALUES) else RAW[:1]


def addresses(pattern: str) -> Iterator[str]:
    """Yield addresses of a route in which every id is odd."""
    if _PARAMETER.search(pattern):
        one = len(pattern) % len(PATHS)
        for odd in PATHS if os.environ.get("ODD_REQUESTS") == "all" else PATHS[one : one + 1]:
            yield "/" + _PARAMETER.sub(odd, pattern)


def broken(client: Client, method: str, address: str, query: str = "") -> tuple[str, int]:
    """Ask, with `query` as what follows the address or as the form; return what is wrong with the answer, and its status."""
    client.raise_request_exception = False
    kind = "application/x-www-form-urlencoded"
    if method == "POST":
        answer = client.generic(method, address, query, content_type=kind)
    else:
        answer = client.generic(method, address, QUERY_STRING=query)
    where = f"{method} {address[:120]} {query[:200]}"
    if answer.status_code >= 500:
        return f"{where}: {answer.status_code}", answer.status_code
    to = urlsplit(answer.headers.get("Location", ""))
    if to.netloc not in ("", "testserver") or to.scheme not in ("", "http"):
        return f"{where}: leads to {to.geturl()}", answer.status_code
    return "", answer.status_code
