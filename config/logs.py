"""Knows how a log line looks, and that no personal link ever stands in one.

A link is a secret: whoever reads `/s/<id>-<secret>/` can answer in that person's name. Every line is masked as a whole
when it is written, so the path, the Referer, a redirect's target and the text of a traceback are all covered.
"""

import logging
import re
from typing import Any

import structlog

SECRET = re.compile(r"((?:/|%2F)[srm](?:/|%2F)[A-Za-z0-9]+-)[A-Za-z0-9]+", re.IGNORECASE)


def mask(text: str) -> str:
    """Return `text` with the secret of each personal and share link replaced by three asterisks."""
    return SECRET.sub(r"\1***", text)


class MaskedFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record, then masks the finished line."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_settings(style: str, level: str) -> dict[str, Any]:
    """Return Django's LOGGING: one handler to standard error, every line masked.

    style   "console" for people, "json" for collectors
    level   the least level that is written, such as "INFO"
    """
    renderer = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    before = [structlog.processors.format_exc_info] if style == "json" else []
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "masked": {
                "()": MaskedFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *before, renderer],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "masked"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # It repeats what the request line of django_structlog says.
            "django.server": {"handlers": [], "level": level, "propagate": False},
        },
    }


def configure_structlog() -> None:
    """Send what our own code logs through the same handler."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
