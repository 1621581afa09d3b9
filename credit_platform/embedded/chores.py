"""`make check` and `make lock`: what a change has to pass before it is one, and what pins the packages."""

import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from credit_platform.embedded.bootstrap import ROOT, run_npm, run_uv

PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
# Enough for the settings to load; nothing is connected to.
NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@localhost/nowhere",
    "REDIS_URL": "redis://localhost:6379/0",
    "DJANGO_SETTINGS_MODULE": "credit_platform.settings.test",
}


def production_environment() -> dict[str, str]:
    """An environment that production accepts, with a secret that lives as long as the check."""
    return {
        **NOWHERE,
        "DJANGO_SETTINGS_MODULE": "credit_platform.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "credit.example",
        "CSRF_TRUSTED_ORIGINS": "https://credit.example",
        "PLATFORM_URL": "https://credit.example",
        "SIGNING_KEY_FILE": str(_signing_key()),
    }


def _signing_key() -> Path:
    """A key that signs nothing, so that the check of the settings finds one."""
    key = Ed25519PrivateKey.generate()
    path = ROOT / "var" / "signing-key-of-checks.pem"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def checks() -> dict[str, tuple[list[str], dict[str, str]]]:
    """Each check by name: its command and what it needs in the environment."""
    # Without a database to look at, Django warns that it cannot compare the migrations that were applied.
    no_database = [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py"]
    production = production_environment()
    table = {
        "types": ([PYTHON, "-m", "mypy"], NOWHERE),
        "format": ([PYTHON, "-m", "ruff", "format", "--check", "."], {}),
        "lint": ([PYTHON, "-m", "ruff", "check", "."], {}),
        "contracts": ([str(Path(PYTHON).with_name("lint-imports")), "--no-logo"], {}),
        "migrations": ([*no_database, "makemigrations", "--check", "--dry-run"], NOWHERE),
        "translations": ([*MANAGE, "messages", "--check"], NOWHERE),
        "deployment": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production),
    }
    if _has_docker_compose():
        compose = {
            **production,
            "DATABASE_PASSWORD": secrets.token_urlsafe(30),
            "SITE_ADDRESS": "credit.example",
            "SIGNING_KEY": production["SIGNING_KEY_FILE"],
        }
        table["compose"] = (["docker", "compose", "config", "--quiet"], compose)
    return table


def _has_docker_compose() -> bool:
    docker = shutil.which("docker")
    return (
        docker is not None
        and not subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode
    )


def check() -> int:
    """Run every check, also after one has failed, and say of each how it went."""
    failed = []
    # As many at once as there are processors, begun in their order: one of them takes longer than all the others.
    with ThreadPoolExecutor(os.cpu_count()) as several:
        under_way = [several.submit(_checked, name, *how) for name, how in checks().items()]
        for name, seconds, done in (one.result() for one in as_completed(under_way)):
            verdict = "FAILED" if done.returncode else "ok"
            print(f"  {name:<14}{verdict:<8}{seconds:5.1f} s", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr, flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _checked(
    name: str, command: list[str], environ: dict[str, str]
) -> tuple[str, float, subprocess.CompletedProcess[str]]:
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    return name, time.monotonic() - started, done


def lock() -> int:
    """Write both lock files anew; what they pin already stays unless ARGS says --upgrade."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    output = [
        "--custom-compile-command",
        "make lock",
        "--group",
        "bench",
        "--group",
        "dev",
        "--group",
        "embedded",
        "--output-file",
        "requirements.lock",
    ]
    upgrade = shlex.split(os.environ.get("ARGS", ""))
    run_uv(
        "requirements.lock",
        ["pip", "compile", *options, *output, *upgrade, "pyproject.toml"],
        "The packages in pyproject.toml do not go together, or no registry can be reached",
    )
    run_npm(
        "package-lock.json",
        ["update" if upgrade else "install", "--package-lock-only"],
        "The packages in package.json do not go together, or no registry can be reached",
    )
    return 0
