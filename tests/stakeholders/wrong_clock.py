"""A web server one of whose processes has a wrong clock, for tests; production code knows nothing of it.

    WRONG_CLOCK=+300:/path/of/a/mark gunicorn -c python:config.gunicorn tests.stakeholders.wrong_clock

The first process that makes the mark sees Python's clock shifted by that many seconds, in everything that it imports
afterwards; what it answers says so in the header `Wrong-Clock`. Django is read after the shift, so that all of it is wrong.
"""

import datetime as library
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REAL, real_time = library.datetime, time.time


def shift(seconds: float) -> None:
    """Let this process's clock be wrong: `time.time`, and the present of `datetime`. Instants stay plain datetimes."""
    by = library.timedelta(seconds=seconds)

    class Kind(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, REAL)

        def __subclasscheck__(cls, other: type) -> bool:
            return issubclass(other, REAL)

    class Shifted(REAL, metaclass=Kind):
        def __new__(cls, *parts: Any, **named: Any) -> library.datetime:
            return REAL(*parts, **named)

        @classmethod
        def now(cls, tz: library.tzinfo | None = None) -> library.datetime:
            return REAL.now(tz) + by

        @classmethod
        def utcnow(cls) -> library.datetime:
            return REAL.now(library.UTC).replace(tzinfo=None) + by

        @classmethod
        def fromtimestamp(cls, stamp: float, tz: library.tzinfo | None = None) -> library.datetime:
            return REAL.fromtimestamp(stamp, tz)

        @classmethod
        def combine(cls, *parts: Any, **named: Any) -> library.datetime:
            return REAL.combine(*parts, **named)

        @classmethod
        def fromisoformat(cls, text: str) -> library.datetime:
            return REAL.fromisoformat(text)

        @classmethod
        def strptime(cls, text: str, pattern: str) -> library.datetime:
            return REAL.strptime(text, pattern)

    library.datetime = Shifted  # type: ignore[misc]
    time.time = lambda: real_time() + seconds


def is_the_wrong_one(mark: Path) -> bool:
    """Whether this process is the first to make the mark."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def marked(application: Callable[..., Any], seconds: str) -> Callable[..., Any]:
    """Let every answer say that it came from the wrong clock."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("Wrong-Clock", seconds)], *more)

        return application(environ, start)

    return answer


def build() -> Callable[..., Any]:
    seconds, _, mark = os.environ["WRONG_CLOCK"].partition(":")
    is_wrong = is_the_wrong_one(Path(mark))
    if is_wrong:
        shift(float(seconds))
    from config.wsgi import application

    if not is_wrong:
        return application
    from stakeholders import clock

    assert abs((clock.now() - REAL.now(library.UTC)).total_seconds() - float(seconds)) < 1, "the clock is not wrong"
    return marked(application, seconds)


application = build()
