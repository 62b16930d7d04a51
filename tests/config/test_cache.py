"""A Redis that is away is an empty cache, and nobody is kept out by it."""

import pytest
from django.core.cache import cache
from django.test import override_settings

from tests.servers import free_port, redis


def at(url):
    return override_settings(CACHES={"default": {"BACKEND": "config.cache.ForgivingRedisCache", "LOCATION": url}})


def test_a_redis_that_is_there_keeps(tmp_path):
    with redis(tmp_path) as url, at(url):
        cache.set("name", "Mia", 60)
        assert cache.get("name") == "Mia"


def test_a_redis_that_is_away_is_an_empty_cache():
    with at(f"redis://127.0.0.1:{free_port()}/0"):
        cache.set("name", "Mia", 60)
        assert (cache.get("name"), cache.get("name", "nobody"), "name" in cache) == (None, "nobody", False)
        assert cache.add("name", 1), "as in an empty cache: who takes a lock there has it"
        with pytest.raises(ValueError, match="not in the cache"):
            cache.incr("name")


@pytest.mark.django_db
def test_a_door_a_sign_in_and_the_api_open_without_redis(client):
    with at(f"redis://127.0.0.1:{free_port()}/0"):
        assert client.get("/s/aaaaaaaaaaaa-never/").status_code == 404
        assert client.post("/accounts/login/", {"email": "nobody@people.example"}).status_code == 302
        assert client.get("/api/v1/products/").status_code == 401
