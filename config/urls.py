"""Every address of Accord."""

from allauth.account.views import ConfirmLoginCodeView, LogoutView, RequestLoginCodeView
from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.http import require_http_methods

from config import health
from stakeholders.views.components import components
from stakeholders.views.errors import nothing_below

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
urlpatterns = [
    path("-/live", health.live, name="live"),
    path("-/ready", health.ready, name="ready"),
    path("-/status", health.status, name="status"),
    path("api/v1/", include("config.api")),
    path("", include("prioritization.urls")),
    path("", include("roadmap.urls")),
    path("", include("stakeholders.urls")),
    path("accounts/login/", get_or_post(RequestLoginCodeView.as_view()), name="account_login"),
    path("accounts/login/code/", get_or_post(RequestLoginCodeView.as_view()), name="account_request_login_code"),
    path(
        "accounts/login/code/confirm/", get_or_post(ConfirmLoginCodeView.as_view()), name="account_confirm_login_code"
    ),
    path("accounts/logout/", get_or_post(LogoutView.as_view()), name="account_logout"),
]
# last: what is not there below /p/ asks strangers to sign in, exactly as what is there
urlpatterns.append(re_path("^p/.*/$", nothing_below, name="nothing"))
if settings.DEBUG:
    urlpatterns += [path("-/components/", components, name="components")]
handler404 = "stakeholders.views.errors.not_found"
handler403 = "stakeholders.views.errors.forbidden"
handler500 = "stakeholders.views.errors.broken"
