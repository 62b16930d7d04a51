"""docker-compose.yml and the Dockerfile against what they start, since no Docker engine may be at hand."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.worlds import COMMANDS, ROOT, bare_environment

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "accord:local"}
RAN_BY_HAND = {"web": "web", "worker-now": "now", "worker-long": "long", "beat": "beat"}


def instructions(name):
    """Return the arguments of each instruction of the Dockerfile by this name."""
    return [line.split(None, 1)[1] for line in DOCKERFILE.splitlines() if line.startswith(f"{name} ")]


def test_it_runs_web_two_workers_one_beat_and_migrate_from_one_image():
    assert OURS.keys() == {*RAN_BY_HAND, "migrate"}
    assert COMPOSE["services"].keys() - OURS.keys() == {"db", "redis"}


@pytest.mark.parametrize("service, part", RAN_BY_HAND.items())
def test_a_service_runs_the_command_that_the_suite_runs_by_hand(service, part):
    assert OURS[service]["command"] == COMMANDS[part]


def test_the_image_itself_serves_the_web():
    assert instructions("CMD") == ['["' + '", "'.join(COMMANDS["web"]) + '"]']


@pytest.mark.parametrize("name", OURS)
def test_a_command_names_a_program_that_the_locked_packages_bring(name):
    program = OURS[name]["command"][0]
    assert program == "python" or shutil.which(program, path=str(Path(sys.executable).parent))


def test_migrate_is_one_shot_and_everything_of_ours_waits_for_it():
    migrate = COMPOSE["services"]["migrate"]
    assert migrate["command"][:3] == ["python", "manage.py", "migrate"]
    assert migrate["restart"] == "no"
    for name in RAN_BY_HAND:
        assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        for server in ("db", "redis"):
            assert OURS[name]["depends_on"][server] == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", [*RAN_BY_HAND, "db", "redis"])
def test_every_running_service_has_a_health_check_without_a_shell(name):
    assert COMPOSE["services"][name]["healthcheck"]["test"][0] == "CMD"


def test_each_part_is_probed_by_its_own_name():
    for service, part in RAN_BY_HAND.items():
        assert OURS[service]["healthcheck"]["test"][-3:] == ["-m", "config.probe", part]


def test_the_servers_are_the_promised_versions_and_are_not_published():
    assert COMPOSE["services"]["db"]["image"] == "postgres:16"
    assert COMPOSE["services"]["redis"]["image"] == "redis:7"
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["web"]


def variables():
    """Return what stands after each variable's name in the compose file, such as `:?why` or `:-default`."""
    return re.findall(r"\$\{(\w+)(:[?-][^}]*)?\}", (ROOT / "docker-compose.yml").read_text())


@pytest.mark.parametrize("name", ["BASE_URL", "SECRET_KEY", "LINK_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"])
def test_no_secret_has_a_default(name):
    found = [rest for variable, rest in variables() if variable == name]
    assert found and all(rest.startswith(":?") for rest in found)
    assert re.search(rf"^{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_the_example_names_every_variable_and_gives_away_no_secret():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert named == {name for name, _ in variables()}
    for name in ("SECRET_KEY", "LINK_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert re.search(rf"^{name}=$", example, re.MULTILINE)


def test_what_compose_passes_are_settings_that_accord_reads():
    from config.settings import env

    passed = set(OURS["web"]["environment"]) | set(re.findall(r"\b([A-Z_]+)=\S+", " ".join(instructions("ENV"))))
    assert passed - {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} <= env.asked


def test_the_image_runs_as_nobody_in_particular_on_a_supported_python():
    assert instructions("USER") == ["10001:10001"]
    assert all(re.match(r"python:3\.1[123]-slim", base) for base in instructions("FROM"))
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    (check,) = instructions("HEALTHCHECK")
    assert check.endswith('CMD ["python", "-m", "config.probe", "web"]')
    assert "--require-hashes -r requirements/runtime.txt" in DOCKERFILE


def test_everything_that_the_image_copies_exists_and_is_let_through():
    let_through = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    for line in instructions("COPY"):
        *sources, _ = [word for word in shlex.split(line) if not word.startswith("--")]
        if "--from=packages" in line:
            continue
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source in let_through, source


def test_the_image_holds_every_package_of_ours():
    copied = {word for line in instructions("COPY") for word in shlex.split(line)}
    needed = {"config", "stakeholders", "roadmap", "prioritization", "templates", "static", "manage.py"}
    assert needed | ({"locale"} if (ROOT / "locale").exists() else set()) <= copied


def test_the_image_can_be_built_without_a_secret_at_hand(tmp_path):
    """collectstatic runs while the image is built, under keys for that one command."""
    (line,) = [line for line in instructions("RUN") if "collectstatic" in line]
    words = shlex.split(line.partition("&&")[2].partition("&&")[0])
    assert words[3:5] == ["python", "manage.py"]
    settings = dict(word.split("=", 1) for word in words[:3])
    environment = {
        **bare_environment(),
        **settings,
        "STATIC_ROOT": str(tmp_path),
        "STATIC_MANIFEST": "1",
        "ACCORD_DATA": str(tmp_path),
    }
    command = [sys.executable, *words[4:], "--ignore", "django_htmx"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()
