"""The Celery application of this bench: as it is, with leases of seconds, so that a dead worker's mail is due soon."""

from datetime import timedelta

import django

from config.celery import app

django.setup()

from stakeholders.actions import outbox  # noqa: E402

outbox.LEASES[:] = [timedelta(seconds=12)] * 8

__all__ = ["app"]
