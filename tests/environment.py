"""The environment that the tests run in, set before Django's settings are read (loaded by pytest's `-p`)."""

import os
import tempfile

from hypothesis import HealthCheck, settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("ACCORD_DATA", tempfile.mkdtemp(prefix="accord-tests-"))
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 40)
os.environ.setdefault("LINK_KEY", "tests-only-" + "l" * 40)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.makedirs(os.path.join(os.environ["ACCORD_DATA"], "static"), exist_ok=True)  # noqa: PTH103, PTH118 -- WhiteNoise warns without it

if os.environ.get("REDIS_URL") and "PYTEST_XDIST_WORKER" in os.environ:
    # Counts of tries live in the cache: each of the processes that share a Redis has a database of it to itself.
    server, _, _ = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{int(os.environ['PYTEST_XDIST_WORKER'].removeprefix('gw')) + 1}"

# A busy machine is slow, not wrong: properties are about values.
# Fifty examples find what a hundred do in half the time: most of it goes into the first dozen, the edges.
settings.register_profile("accord", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("accord"), max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "accord"))
