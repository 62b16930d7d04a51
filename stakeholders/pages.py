"""How a view answers: a whole page or the part that htmx asked for, and the sentence on the status line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers

STATUS_LINE = "_status_line.html"


def _is_part(request: HttpRequest) -> bool:
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def _with_status(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Send the status line along with a part, out of band."""
    if any(True for _ in messages.get_messages(request)._queued_messages):
        response.write(render_to_string(STATUS_LINE, {"out_of_band": True}, request))
    return response


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    part: str | None = None,
    target: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page, or with its `part` alone when htmx asked for the element `target` (any, when None)."""
    wanted = part and _is_part(request) and (target is None or request.htmx.target == target)
    response = render(request, part if wanted and part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def changed(
    request: HttpRequest,
    part: str,
    context: dict[str, Any] | None = None,
    *,
    back: str | None = None,
    back_args: Sequence[Any] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer after an act.

    htmx gets the part with its status. A plain browser is sent `back` (a URL name or a path) after success, and
    after a refusal (422, 409) gets the part, with what was typed, inside a page of its own.
    """
    if _is_part(request):
        response = _with_status(request, render(request, part, context, status=status))
    elif status < 400 and back:
        response = redirect(back, *back_args)
        response.status_code = 303
    else:
        response = render(request, "part_page.html", {**(context or {}), "part": part}, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def letter(html: str) -> HttpResponse:
    """Answer with a mail's HTML part as its reader's program draws it, for a frame of our own or a tab.

    A document of its own, without origin, scripts or anything from elsewhere: only its inline styles apply.
    """
    response = HttpResponse(html)
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    patch_cache_control(response, no_store=True, private=True)
    return response


def sealed(response: HttpResponse) -> HttpResponse:
    """Return an answer with the headers of what one person alone may see: not stored, not indexed, its address told to no other site."""
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, no_store=True, private=True)
    return response


def gone_back(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """Answer a successful act with a redirect that htmx follows as a whole page too."""
    response = redirect(to, *args)
    if _is_part(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = response["Location"]
        return answer
    response.status_code = 303
    return response


def said(request: HttpRequest, sentence: str, *, undo: str | None = None) -> None:
    """Put a sentence on the status line of the next answer; `undo` is where its Undo button posts to."""
    messages.success(request, sentence, extra_tags=undo or "")
