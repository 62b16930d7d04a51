"""What happens to every request: whom to believe about it; what is over becomes a page that says what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stakeholders import kinds
from stakeholders.grants import AnotherAnswers, Gone
from stakeholders.pages import sealed
from stakeholders.peers import is_from_proxy


class ProxyMiddleware:
    """Believes what a request says about its scheme only when one of TRUSTED_PROXIES says it. Stands first."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_from_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


class GoneMiddleware:
    """Answers `Gone` with status 410, and `AnotherAnswers` with 409: only someone who held a valid link ever sees them."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Gone):
            response = render(request, "410.html", {"reason": exception.reason, **exception.facts}, status=410)
        elif isinstance(exception, AnotherAnswers):
            asked = exception.invitation
            context = {
                "product": asked.round.product,
                "round": asked.round,
                "invitation": asked,
                "answer_url": kinds.kind_of(asked.round).answer_url(asked.round),
            }
            response = render(request, "stakeholders/another_answers.html", context, status=409)
        else:
            return None
        return sealed(response)
