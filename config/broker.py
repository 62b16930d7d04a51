"""The embedded broker: kombu's folder of message files, with a message that is whole before anyone can see it.

kombu opens a message's file under its final name and then writes it, so a worker that looks in between takes an empty
file and stops with a JSON error. Here the file is written beside the queue and moved in, which is one step.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel over the data folder's `broker/` whose messages appear whole."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        # Taken in the order of names: nanoseconds since 1970 keep it within a burst and over a restart of the machine.
        name = f"{time.time_ns()}_{uuid.uuid4()}"
        written = folder / f"{name}.part"
        written.write_bytes(str_to_bytes(dumps(payload)))
        written.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """kombu's filesystem transport over `Channel`."""

    Channel = Channel
