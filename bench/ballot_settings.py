"""Accord's settings with the addresses of bench/ballot_urls.py."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.ballot_urls"
