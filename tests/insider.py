"""A process inside a world that does what a test tells it, so that a question costs no start: a line of JSON in, one out."""

import contextlib
import io
import json
import sys
import traceback

import django

django.setup()

from django.db import connection  # noqa: E402

for line in sys.stdin:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), {"__name__": "told"})  # noqa: S102
        answer = {"printed": printed.getvalue()}
    except Exception:  # noqa: BLE001 -- the test is to see it
        answer = {"failed": traceback.format_exc()}
    finally:
        connection.close()
    print(json.dumps(answer), flush=True)
