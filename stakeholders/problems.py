"""How the API says that something is wrong: problem documents (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from rest_framework.response import Response

PROBLEM = "application/problem+json"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an error as a problem document with `type title status detail`, and `errors` for fields."""
    from rest_framework.views import exception_handler  # reads the settings that name this module

    response = exception_handler(error, context)
    if response is None:
        return None
    body = {"type": "about:blank", "title": HTTPStatus(response.status_code).phrase, "status": response.status_code}
    if isinstance(response.data, dict) and "detail" in response.data:
        body["detail"] = str(response.data["detail"])
    elif response.data:
        body["errors"] = [
            {"pointer": f"#/{name}", "detail": str(each)} for name, found in response.data.items() for each in found
        ]
    response.data = body
    response.content_type = PROBLEM
    return response


def no_such_page(request: HttpRequest) -> JsonResponse:
    """Answer any address below /api/ that does not exist, in the same form as a thing one may not see."""
    body = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Not found."}
    return JsonResponse(body, status=404, content_type=PROBLEM)
