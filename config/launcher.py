"""`bin/start`: the embedded mode, from a data folder to a family of four processes that look after each other.

The launcher imports everything once and forks the web server, the `now` worker (with the beat) and the `long` worker, so
that all of them share what was imported. It writes one line a step, and after that only what goes wrong.
"""

import argparse
import errno
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config import __version__
from config.data_folder import DataFolder
from config.probe import web_is_ready
from config.refusals import CannotStartError
from config.supervisor import Child, Supervisor, run_apart

ROOT = Path(__file__).resolve().parent.parent
READY_PATIENCE_SECONDS = 120


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    if options.check:
        from config.check import check

        return check(without_worker=options.without_worker)
    try:
        return start(options)
    except CannotStartError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/start", description="Start Accord: web server, workers and beat, with nothing else to install."
    )
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="the port to serve on (8000)")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "data", metavar="DIR", help="the folder for all state (data)"
    )
    parser.add_argument("--empty", action="store_true", help="load no sample; print a set-up link for the first owner")
    parser.add_argument("--check", action="store_true", help="walk the main job on a throw-away copy, then stop")
    parser.add_argument("--without-worker", action="store_true", help="start no workers, to see that they are missed")
    return parser.parse_args(arguments)


def start(options: argparse.Namespace) -> int:
    """Bring Accord up in `options.data` and stay until told to stop; return the exit status."""
    begun = time.monotonic()
    # bin/start goes to the project's folder; a relative --data is meant from where it was called.
    folder = DataFolder((Path(os.environ.pop("ACCORD_START_IN", ".")) / options.data).resolve())
    say(f"Preparing the data folder {folder.path}")
    folder.prepare()
    # Held until the last process of this family has ended; the children inherit it.
    folder.lock()
    listener = listen(options.port)
    address = f"http://127.0.0.1:{options.port}"
    os.environ.update({name: value for name, value in folder.environment(address).items() if name not in os.environ})

    from config import preparation

    preparation.set_up()
    say(f"Accord {__version__} · {preparation.mode(folder)}")
    for step in preparation.steps(folder, wants_sample=not options.empty):
        if step.is_needed():
            say(step.says)
            if not run_apart(step.take):
                return 1
    preparation.import_everything()

    awaited = [True]

    def look() -> bool:
        """Once ready, say so; give up when it takes too long."""
        if not awaited:
            return True
        if web_is_ready(options.port, os.environ["BASE_URL"]):
            awaited.clear()
            say(f"Accord is ready at {address}/ (after {time.monotonic() - begun:.1f} s)")
            run_apart(preparation.print_links)
        elif time.monotonic() - forked > READY_PATIENCE_SECONDS:
            print(
                "Accord did not get ready: the messages above say why; free what they name, then run bin/start again.",
                file=sys.stderr,
            )
            return False
        return True

    say("Starting the web server and the workers")
    forked = time.monotonic()
    status = Supervisor(family(listener, without_worker=options.without_worker), say=say).run(look)
    say("Accord has stopped")
    return status


def family(listener: socket.socket, *, without_worker: bool) -> list[Child]:
    from config.web import serve
    from config.workers import work

    children = [Child("web", lambda: serve(listener))]
    if not without_worker:
        children.append(Child("now", lambda: work("now", with_beat=True)))
        children.append(Child("long", lambda: work("long", with_beat=False)))
    return children


def listen(port: int) -> socket.socket:
    """Return a listening socket on `port`; connections wait in it while the rest starts, and over restarts of the web server."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OverflowError as error:
        raise CannotStartError(f"There is no port {port}: choose one from 1 to 65535 with --port N.") from error
    except OSError as error:
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise CannotStartError(
            f"Port {port} {why}: stop that program, or choose another port with --port N."
        ) from error
    return listener


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
