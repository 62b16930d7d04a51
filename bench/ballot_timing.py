"""Tells, in a header of each answer, how long it took inside the server, and how long its request had waited for that.

The clients run on the same machine, so that one clock serves both; what they need for reading an answer is not counted.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

SENT, TOLD = "X-Sent", "Server-Timing"


def timed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Wrap everything that Django does, as its outermost middleware; gunicorn's queue comes before it."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.time()
        response = get_response(request)
        waited = began - float(request.headers.get(SENT, began))
        response[TOLD] = f"waited;dur={waited * 1000:.2f}, made;dur={(time.time() - began) * 1000:.2f}"
        return response

    return answer
