"""`python -m config.probe PART`: whether a part of Accord is well, as an exit status for health checks (no curl needed).

web               `/-/ready` answers 200 on the port that gunicorn serves here
now, long, beat   this machine's process of that name gave a sign of life in the last 90 seconds
"""

import http.client
import os
import socket
import sys
from http import HTTPStatus
from urllib.parse import urlsplit

LONGEST_SILENCE_SECONDS = 90


def web_is_ready(port: int, base_url: str) -> bool:
    """Whether `/-/ready` on this machine's `port` answers 200, asked under the host name that Accord answers to."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/-/ready", headers={"Host": urlsplit(base_url).netloc})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def was_heard_of(part: str) -> bool:
    """Whether a process of this machine gave a sign of life as `part` lately."""
    from datetime import timedelta

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from stakeholders.clock import now
    from stakeholders.models import Heartbeat

    mine = f"{part}@{socket.gethostname()[:20]}:"
    since = now() - timedelta(seconds=LONGEST_SILENCE_SECONDS)
    return Heartbeat.objects.filter(name__startswith=mine, seen_at__gte=since).exists()


def main(part: str) -> int:
    if part == "web":
        port = int(os.environ.get("WEB_BIND", "0.0.0.0:8000").rpartition(":")[2])
        is_well = web_is_ready(port, os.environ.get("BASE_URL", ""))
    elif part in ("now", "long", "beat"):
        is_well = was_heard_of(part)
    else:
        print(f"There is no part {part}: give web, now, long or beat.", file=sys.stderr)
        return 2
    print(f"{part} is {'well' if is_well else 'not well'}")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "web"))
