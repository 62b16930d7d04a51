"""Accord's settings with the addresses of bench/ballot_urls.py, and each answer timed where it is made."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.ballot_urls"
MIDDLEWARE = ["bench.ballot_timing.timed", *MIDDLEWARE]  # noqa: F405
