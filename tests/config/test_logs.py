"""No log line holds a link's secret, wherever in a record it stands."""

import io
import json
import logging
import logging.config

import pytest
import structlog

from config.logs import configure_structlog, logging_settings, mask
from config.web import MaskedFormatter

SECRET = "q5g7n6wyazpzcvh7uiz3fx6cl7x7ilh3"


@pytest.mark.parametrize(
    "text, masked",
    [
        (f"GET /s/f4ihl-{SECRET}/ HTTP/1.1", "GET /s/f4ihl-***/ HTTP/1.1"),
        (f"POST /s/f4ihl-{SECRET}/open/", "POST /s/f4ihl-***/open/"),
        (f"https://a.example/r/f4ihl-{SECRET}/", "https://a.example/r/f4ihl-***/"),
        (f"/accounts/login/?next=%2Fs%2Ff4ihl-{SECRET}%2F", "/accounts/login/?next=%2Fs%2Ff4ihl-***%2F"),
        (f"/S/F4IHL-{SECRET.upper()}/", "/S/F4IHL-***/"),
        (f"/s/a-{SECRET}/ from /r/b-{SECRET}/", "/s/a-***/ from /r/b-***/"),
        ("/p/beacon/s/features-list/", "/p/beacon/s/features-***/"),
        ("/p/beacon/features/", "/p/beacon/features/"),
        ("a rainy day", "a rainy day"),
    ],
)
def test_masking(text, masked):
    assert mask(text) == masked


@pytest.fixture
def lines():
    """Log through Accord's settings into memory; return a function that gives what was written. Puts logging back."""
    found = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)

    def begin(style):
        settings = logging_settings(style, "INFO")
        settings["handlers"]["console"]["stream"] = found
        logging.config.dictConfig(settings)
        configure_structlog()
        return found.getvalue

    yield begin
    root.handlers[:], root.level = before


@pytest.mark.parametrize("style", ["console", "json"])
def test_a_secret_is_masked_in_message_argument_extra_and_traceback(lines, style):
    written = lines(style)
    link = f"/s/f4ihl-{SECRET}/"
    structlog.get_logger("accord").warning(f"seen {link}", referer=f"http://testserver{link}", nested={"path": [link]})
    logging.getLogger("plain").error("Not found: %s", link)
    try:
        raise ValueError(f"bad address {link}")
    except ValueError:
        logging.getLogger("plain").exception("broken")
        structlog.get_logger("accord").exception("broken too")
    assert SECRET not in written()
    assert written().count("f4ihl-***") >= 6


def test_a_request_by_link_leaves_no_secret_in_the_log(lines, client, db):
    written = lines("json")
    client.get(f"/s/aaaaaaaaaaaa-{SECRET}/", headers={"referer": f"http://testserver/r/bbbbbbbbbbbb-{SECRET}/"})
    assert "/s/aaaaaaaaaaaa-***/" in written()
    assert SECRET not in written()


def test_json_is_one_object_a_line_with_time_level_and_event(lines):
    written = lines("json")
    structlog.get_logger("accord").info("round closed", round=7)
    (line,) = written().splitlines()
    found = json.loads(line)
    assert (found["event"], found["level"], found["round"]) == ("round closed", "info", 7)
    assert found["timestamp"].endswith("Z")


def test_gunicorns_own_lines_are_masked():
    record = logging.LogRecord(
        "gunicorn.error", logging.ERROR, "", 0, "Error handling request %s", (f"/r/f4-{SECRET}/",), None
    )
    assert MaskedFormatter("%(message)s").format(record) == "Error handling request /r/f4-***/"
