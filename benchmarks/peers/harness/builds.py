"""Builds what peers need, below benchmarks/target, and again only when sources have changed."""
import hashlib
import os
import subprocess
import sys

from . import tools

PEERS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCHMARKS = os.path.dirname(PEERS)
ROOT = os.path.dirname(BENCHMARKS)
TARGET = os.path.join(BENCHMARKS, "target", "compare")

CLIENT = os.path.join(TARGET, "client")
C_SERVER = os.path.join(TARGET, "server")
JVM = os.path.join(TARGET, "jvm")
JVM_JAR = os.path.join(JVM, "peers.jar")


class BuildFailed(Exception):
    """A build that failed; the text says what it said."""


def source(*path):
    return os.path.join(PEERS, *path)


def digest(*paths):
    """A hash of files, and of all files below folders."""
    hashed = hashlib.sha256()
    for path in paths:
        folders = sorted(os.walk(path)) if os.path.isdir(path) else [("", [], [path])]
        for folder, _, files in folders:
            for name in sorted(files):
                with open(os.path.join(folder, name), "rb") as file:
                    hashed.update(name.encode() + b"\0" + file.read())
    return hashed.hexdigest()


def run(command, **more):
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, **more
    )
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if not line.startswith("[INFO]")]
        raise BuildFailed(" ".join(command[:4]) + " … failed:\n" + "\n".join(lines[-30:]))


def client():
    run(["gcc", "-O2", "-Wall", "-o", CLIENT, source("c", "client.c"), "-lssl", "-lcrypto", "-lm"])


def c_server():
    run(["gcc", "-O2", "-Wall", "-o", C_SERVER, source("c", "server.c")])


def certificate():
    key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 3650"
    run(["openssl", "req", "-x509", *key.split(), "-keyout", os.path.join(TARGET, "key.pem"),
         "-out", os.path.join(TARGET, "cert.pem")])


def jvm():
    run([os.path.join(ROOT, "mvnw"), "-B", "-ntp", "-f", source("jvm", "pom.xml"), "package",
         "-Dmaven.test.skip=true", "-Dmaven.javadoc.skip=true"])


def aot(name, class_path, main):
    """A cache of what a JVM loads until it says hello."""
    run([os.path.join(tools.java_home(), "bin", "java"), "-XX:AOTCacheOutput=" + aot_file(name),
         "-cp", class_path, main, "hello"])


def aot_file(name):
    return os.path.join(TARGET, name + ".aot")


class Build:
    """A thing to be built, from which sources, and how; None: it sees by itself what is stale."""

    def __init__(self, name, sources, make, after=()):
        self.name, self.sources, self.make, self.after = name, sources, make, after
        self.done, self.failure = False, None

    def up_to_date(self):
        """Builds it unless that has been done from the same sources; raises what failed again."""
        if self.failure:
            raise self.failure
        if not self.done:
            for other in self.after:
                other.up_to_date()
            self.build()
            self.done = True

    def build(self):
        os.makedirs(TARGET, exist_ok=True)
        stamp = os.path.join(TARGET, self.name + ".stamp")
        wanted = self.sources and digest(*self.sources) + (tools.java_home() or "")
        if wanted and read(stamp) == wanted:
            return
        print(f"compare: building {self.name}", file=sys.stderr, flush=True)
        try:
            self.make()
        except (BuildFailed, OSError) as e:
            self.failure = BuildFailed(str(e))
            raise self.failure from e
        if wanted:
            with open(stamp, "w", encoding="utf-8") as file:
                file.write(wanted)


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
