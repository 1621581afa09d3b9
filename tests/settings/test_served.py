"""What docker-compose.yml and the Dockerfile say fits the platform that they serve."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

COMPOSE_TEXT = (settings.BASE_DIR / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]


def test_every_part_is_there_and_says_whether_it_is_well():
    assert set(SERVICES) >= {"postgres", "redis", "migrate", "web", "worker", "worker-bulk", "beat", "proxy"}
    # Migrating ends; everything else goes on and can be asked.
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["migrate"]


def test_web_workers_and_timetable_are_one_image_and_wait_for_the_migrations():
    ours = [SERVICES[name] for name in ("web", "worker", "worker-bulk", "beat")]

    assert {service["image"] for service in ours} == {"credit-platform"}
    assert all("migrate" in service["depends_on"] for service in ours)


def test_every_queue_has_a_worker():
    served = {
        part for name in ("worker", "worker-bulk") for part in SERVICES[name]["command"] if "--queues" in part
    }
    queues = {
        settings.CELERY_TASK_DEFAULT_QUEUE,
        *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values()),
    }

    assert served == {f"--queues={queue}" for queue in queues}


def variables_read() -> set[str]:
    """The names of the environment by which a served platform is set up."""
    read = re.compile(r"os\.environ(?:\.get\(|\[)\"(\w+)\"")
    folder = settings.BASE_DIR / "credit_platform" / "settings"
    return {
        name for file in ("base.py", "production.py") for name in read.findall((folder / file).read_text())
    }


def test_whatever_can_be_set_stands_in_the_table_of_settings():
    page = (settings.BASE_DIR / "docs" / "playbooks" / "running.md").read_text()
    table = {
        name for line in page.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)
    }

    assert variables_read() - table == set()


def test_whatever_can_be_set_reaches_the_containers():
    # The image says where files lie, and behind the one proxy of this file nobody else speaks.
    of_the_image = {"VAR_DIR", "MEDIA_ROOT", "SMS_FILE_PATH", "EMAIL_BACKEND", "TRUSTED_PROXY_COUNT"}

    assert variables_read() - of_the_image - set(SERVICES["web"]["environment"]) == set()


@pytest.mark.parametrize("secret", ["SECRET_KEY", "DATABASE_PASSWORD", "SITE_ADDRESS"])
def test_it_does_not_start_without_what_must_be_chosen(secret):
    assert re.search(rf"\$\{{{secret}:\?", COMPOSE_TEXT)
    assert f"${{{secret}:-" not in COMPOSE_TEXT


def test_every_volume_and_network_that_is_used_is_declared():
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ())]

    assert {mount.split(":")[0] for mount in mounts} == set(COMPOSE["volumes"])
    assert {net for service in SERVICES.values() for net in service["networks"]} == set(COMPOSE["networks"])


def test_the_image_does_not_run_as_root():
    assert re.search(r"^USER (?!root)", (settings.BASE_DIR / "Dockerfile").read_text(), re.MULTILINE)


def test_collected_static_files_name_only_files_that_are_there(settings, tmp_path):
    """As in production, without the compression, which takes a minute and changes no name."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    assert list((tmp_path / "vendor").glob("tabler.min.*.css"))


def test_what_the_platform_answers_is_packed_on_its_way():
    """Static files are packed when they are collected; pages, which hold what only their reader may know, by the proxy."""
    assert "encode zstd gzip" in COMPOSE["configs"]["proxy"]["content"]


def test_the_proxy_lets_through_what_the_platform_takes_and_a_little_more():
    """So that whoever sends more reads a sentence of the platform and not the bare answer of the proxy."""
    [gigabytes] = re.findall(r"max_size (\d+)GB", COMPOSE["configs"]["proxy"]["content"])

    assert int(gigabytes) * 1000**3 > settings.LARGEST_SUBMISSION_REQUEST + 100 * 1024**2


def test_what_every_platform_begins_with_is_seeded_before_anything_is_served():
    steps = SERVICES["migrate"]["command"][-1].split("\n")

    assert [step.split()[2] for step in steps if step] == ["migrate", "seed_catalogue", "seed_schemes"]


def test_the_timetable_outlives_its_container():
    schedule = next(part for part in SERVICES["beat"]["command"] if part.startswith("--schedule="))
    folders = [mount.split(":")[1] for mount in SERVICES["beat"]["volumes"]]

    assert any(schedule.removeprefix("--schedule=").startswith(f"{folder}/") for folder in folders)
    assert re.search(
        r"--owner=credit .*/data/timetable$", (settings.BASE_DIR / "Dockerfile").read_text(), re.MULTILINE
    )
