"""Finds what peers need on this machine: interpreters, a JDK, compilers."""
import glob
import os
import re
import shutil
import subprocess

# Where interpreters are looked for, unless BENCH_PYTHON names them.
NAMES = ["python3", "python3.11", "python3.13", "python3.12", "python3.14"]
OLDEST = (3, 11)  # has asyncio.Runner


def quietly(command):
    """What a command prints, or None if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=os.sep, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def on_path(name):
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep) + ["/usr/bin"]
    found = (os.path.join(folder, name) for folder in folders)
    return [path for path in dict.fromkeys(found) if os.access(path, os.X_OK)]


class Python:
    """A CPython, and which of the libraries it has."""

    LIBRARIES = ["uvloop", "trio", "gevent", "aiohttp"]
    PROBE = (
        "import sys, importlib.util as u; print(sys.executable, *sys.version_info[:2], "
        "*[m for m in sys.argv[1:] if u.find_spec(m)], sep='\\n')"
    )

    def __init__(self, path, version, libraries):
        self.path, self.version, self.libraries = path, version, libraries

    @property
    def name(self):
        return "%d.%d" % self.version

    @classmethod
    def at(cls, path):
        lines = (quietly([path, "-c", cls.PROBE, *cls.LIBRARIES]) or "").splitlines()
        if len(lines) < 3:
            return None
        return cls(lines[0], (int(lines[1]), int(lines[2])), set(lines[3:]))


def pythons():
    """All interpreters that are new enough, in the order in which they are preferred."""
    named = os.environ.get("BENCH_PYTHON")
    if named:
        paths = named.split(os.pathsep)
    else:
        pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
        paths = [path for name in NAMES for path in on_path(name)]
        paths += sorted(glob.glob(os.path.join(pyenv, "versions", "3.1[1-9].*", "bin", "python3")))
    found = {}
    for path in paths:
        python = Python.at(path)
        if python and python.version >= OLDEST:
            found.setdefault(python.path, python)
    return list(found.values())


def with_library(interpreters, library):
    return next((p for p in interpreters if library in p.libraries), None)


def java_home():
    """The JDK that benchmarks/compare has found, or None."""
    return os.environ.get("JAVA_HOME") or None


def java_version():
    """The version of that JDK, as its file `release` has it."""
    try:
        with open(os.path.join(java_home() or "", "release"), encoding="utf-8") as file:
            return re.search(r'JAVA_RUNTIME_VERSION="([^"]*)"', file.read())[1]
    except (OSError, TypeError):
        return None


def missing(*programs):
    """Those of the programs that are not on the PATH."""
    return [program for program in programs if not shutil.which(program)]


def can_compile_c():
    """Whether there is gcc, and what is needed for TLS."""
    if missing("gcc"):
        return False
    source = "#include <openssl/ssl.h>\nint main(void) { return 0; }\n"
    done = subprocess.run(
        ["gcc", "-fsyntax-only", "-x", "c", "-"], input=source, capture_output=True, text=True
    )
    return done.returncode == 0
