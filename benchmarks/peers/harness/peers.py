"""The peers, what each of them runs, and which are left out on this machine, and why."""
import os
import platform
import shlex

from . import builds, tools
from .workloads import GROUPS, LOOPS, ONE_CORE, STARTUP, is_server

OUTSIDE = [*GROUPS["files"], "process"]
ECHO = ["echo-proto", "echo-stream"]
TLS = ["tls-proto", "tls-stream"]
TASKS = ["switch", "spawn_gather", "await_depth"]
MEMORY = GROUPS["memory"]
SUSPENDING = [*TASKS, *GROUPS["queue"], "lock", *MEMORY]

OURS = "jasyncio"

# The JDK's engine of TLS is measured, and these in its place.
CONSCRYPT = "-Djava.security.properties=" + builds.source("jvm", "conscrypt.security")
CONSCRYPT_JARS = os.path.join(builds.JVM, "conscrypt", "*")

# With one core a JVM takes the serial collector; how late messages are is measured with these, too.
COLLECTORS = {"g1": "-XX:+UseG1GC", "zgc": "-XX:+UseZGC"}


class Peer:
    """A program that follows the contract in benchmarks/README.md."""

    def __init__(self, name, command, runs=None, needs=(), environment=None):
        self.name, self.command = name, command
        self.runs = None if runs is None else also(runs)  # None: it is tried, and may refuse
        self.needs, self.environment = needs, environment or {}

    def can(self, workload):
        if self.runs is None:
            return True
        return workload.removesuffix(ONE_CORE) in self.runs


def also(runs):
    """What a peer runs, and what is the same to it: who echoes is asked in other ways, too."""
    echoes = [w for w in runs if w in ECHO]
    latency = ["latency"] if echoes else []
    return {*runs, *(w.replace("echo-", "churn-") for w in echoes), *latency}


class Missing:
    """A peer that is left out, and why."""

    def __init__(self, name, why):
        self.name, self.why = name, why


# ---- What is built ------------------------------------------------------------------------------

C_SERVER = builds.Build("server", [builds.source("c", "server.c")], builds.c_server)
CLIENT = builds.Build("client", [builds.source("c", "client.c")], builds.client)
CERTIFICATE = builds.Build(
    "certificate", [builds.source("harness", "builds.py")], builds.certificate
)
JVM_SOURCES = [builds.source("jvm"), os.path.join(builds.ROOT, "pom.xml")]
JVM = builds.Build("jvm", JVM_SOURCES, builds.jvm)


def of_ours(script):
    """They see by themselves what is stale; saying hello makes their cache, too."""
    return lambda: builds.run([os.path.join(builds.BENCHMARKS, script), "hello"])


OURS_BUILT = builds.Build("jasyncio", None, of_ours("peer"))
OURS_AND_CONSCRYPT = builds.Build("jasyncio-conscrypt", None, lambda: None, [OURS_BUILT, JVM])
PORTABLE_BUILT = builds.Build("jasyncio-portable", None, of_ours("peer-portable"), [OURS_BUILT])


# ---- What is said of those that are not here ----------------------------------------------------

NO_JDK = "there is no JDK 25: install one, or set JAVA_HOME to where it is"
NO_MAVEN = "there is no Maven (mvn) to build it: apt-get install maven"
NO_GCC = "there is no gcc: apt-get install build-essential"
NO_PYTHON = "there is no Python 3.11 or newer: install one, or name it by BENCH_PYTHON"

TARGETED = [(3, 11), (3, 13)]  # the versions of CPython that targets name


def no_version(name):
    return f"there is no Python {name}: install it, or name it by BENCH_PYTHON"


def no_library(library):
    return (f"no Python 3.11 or newer has {library}: apt-get install python3-{library}, or "
            f"pip install {library} and name that interpreter by BENCH_PYTHON")


def without_jdk():
    """Why nothing that Maven builds can run, or None."""
    if not tools.java_home():
        return NO_JDK
    return NO_MAVEN if tools.missing("mvn") else None


def unless(why, found):
    return [Missing(p.name, why) for p in found] if why else found


# ---- The peers ----------------------------------------------------------------------------------

def jasyncio():
    """Ours; what the JDK's selector allows is built with it."""
    runs = [*LOOPS, *ECHO, *TLS, "http", STARTUP]

    def peer(name, script, runs, build, **environment):
        command = [os.path.join(builds.BENCHMARKS, script)]
        return Peer(name, command, runs, [build], {"JASYNCIO_BUILD": "never", **environment})

    given = os.environ.get("BENCH_JVM_OPTS", "")
    return unless(without_jdk(), [
        peer(OURS, "peer", runs, OURS_BUILT),
        *(peer(f"{OURS}-{name}", "peer", ["latency"], OURS_BUILT,
               BENCH_JVM_OPTS=f"{given} {option}") for name, option in COLLECTORS.items()),
        peer(OURS + "-conscrypt", "peer", TLS, OURS_AND_CONSCRYPT,
             BENCH_JVM_OPTS=f"{given} {CONSCRYPT}", BENCH_CLASS_PATH=CONSCRYPT_JARS),
        peer(OURS + "-portable", "peer-portable", runs, PORTABLE_BUILT),
        peer("floor-nio", "floor-nio", ["echo-proto"], OURS_BUILT),
    ])


def script(interpreter, name, *arguments):
    return [interpreter.path, "-B", builds.source("py", name), *arguments]


PYTHON_SERVERS = [*ECHO, *TLS, "http-raw"]
PYTHON_LOOPS = [w for w in LOOPS if w not in GROUPS["files"]]


def python():
    """CPython: asyncio, and what is in its place."""
    interpreters = tools.pythons()
    return asyncio(interpreters) + libraries(interpreters)


def asyncio(interpreters):
    """asyncio of each version, and that which starts tasks eagerly of the newest.

    It has no files."""
    versions = {}
    for interpreter in interpreters:
        versions.setdefault(interpreter.version, interpreter)
    found = [Peer(f"asyncio-{i.name}", script(i, "asyncio_peer.py", "asyncio"),
                  [*PYTHON_LOOPS, *PYTHON_SERVERS, STARTUP]) for i in versions.values()]
    for wanted in TARGETED:
        if wanted not in versions:
            name = "%d.%d" % wanted
            found.append(Missing(f"asyncio-{name}", no_version(name)))
    newest = versions.get(max(versions, default=None))
    if newest and newest.version >= (3, 12):
        found.append(Peer(f"asyncio-{newest.name}-eager",
                          script(newest, "asyncio_peer.py", "eager"), TASKS))
    return found


def libraries(interpreters):
    """Each on the first interpreter that has it."""
    found = []
    for library, name, arguments, runs in (
        ("uvloop", "asyncio_peer.py", ["uvloop"], [*PYTHON_LOOPS, *PYTHON_SERVERS, STARTUP]),
        ("aiohttp", "asyncio_peer.py", ["asyncio"], ["http-aiohttp"]),
        ("trio", "trio_peer.py", [], [*SUSPENDING, STARTUP]),
        ("gevent", "gevent_peer.py", [], [*SUSPENDING, STARTUP]),
    ):
        interpreter = tools.with_library(interpreters, library)
        if not interpreter:
            found.append(Missing(library, no_library(library) if interpreters else NO_PYTHON))
            continue
        if library == "uvloop" and "aiohttp" in interpreter.libraries:
            runs = [*runs, "http-aiohttp"]
        found.append(Peer(library, script(interpreter, name, *arguments), runs))
    return found


# Options of JVM peers, the first for the clock that measures; what else there is, the JVM decides.
CLOCK_OPTIONS = ["--enable-native-access=ALL-UNNAMED"]
FLOOR_OPTIONS = ["--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
                 "--add-opens=java.base/java.lang=ALL-UNNAMED"]
NETTY_OPTIONS = ["--sun-misc-unsafe-memory-access=allow"]
PACKAGE = "jasyncio.bench.compare."


def class_path(*folders):
    return os.pathsep.join([builds.JVM_JAR, *(os.path.join(builds.JVM, f, "*") for f in folders)])


def with_cache(name, path, main):
    """A start with a cache of what is loaded, and the build of that."""
    cache = builds.Build(name + ".aot", JVM_SOURCES,
                         lambda: builds.aot(name, path, PACKAGE + main), after=[JVM])
    return cache, ["-XX:AOTCache=" + builds.aot_file(name)]


def jvm():
    """Kotlin, Netty, Vert.x, and what the JDK alone allows."""
    java = os.path.join(tools.java_home() or "", "bin", "java")
    given = shlex.split(os.environ.get("BENCH_JVM_OPTS", ""))
    path, kotlin = class_path(), class_path("kotlin")
    netty, vertx = class_path("netty"), class_path("netty", "vertx")

    def peer(name, path, main, runs, flags=(), arguments=(), build=JVM, **environment):
        clock = CLOCK_OPTIONS if runs != [STARTUP] else []
        command = [java, *clock, *given, *flags, "-cp", path, PACKAGE + main, *arguments]
        return Peer(name, command, runs, [build], environment)

    found = [
        peer("kotlin", kotlin, "KotlinPeer", [*(w for w in LOOPS if w not in OUTSIDE), STARTUP]),
        peer("jdk-vt", path, "VirtualThreads",
             [*SUSPENDING, "timers.task", "echo-stream", "http", STARTUP],
             ["-Dsun.net.httpserver.nodelay=true"]),
        peer("jdk-blocking", path, "Blocking", OUTSIDE),
        peer("jdk-vt-baton", path, "Baton", ["switch"]),
        peer("floor-continuation", path, "Floor", [*TASKS, *MEMORY], FLOOR_OPTIONS,
             ["continuation"]),
        peer("floor-vt-custom", path, "Floor", [*TASKS, *MEMORY], FLOOR_OPTIONS, ["vt-custom"]),
    ]
    for transport in ("nio", "epoll", "uring"):
        tls = [] if transport == "uring" else ["tls-proto"]
        found.append(peer("netty-" + transport, netty, "NettyPeer",
                          ["timers", "cross_thread", "echo-proto", "http", *tls],
                          NETTY_OPTIONS, [transport]))
    for name, option in COLLECTORS.items():
        found.append(peer("netty-epoll-" + name, netty, "NettyPeer", ["latency"],
                          [*NETTY_OPTIONS, option], ["epoll"]))
    found.append(peer("netty-nio-conscrypt", class_path("netty", "conscrypt"), "NettyPeer",
                      ["tls-proto"], [*NETTY_OPTIONS, CONSCRYPT], ["nio"]))
    found.append(peer("netty-nio-openssl", netty, "NettyPeer", ["tls-proto"], NETTY_OPTIONS,
                      ["nio"], BENCH_TLS="OPENSSL"))
    found.append(peer("vertx", vertx, "VertxPeer", ["echo-proto", "http"], NETTY_OPTIONS))
    found.append(peer("java-hello", path, "Hello", [STARTUP]))
    for name, path, main in (("java-hello", path, "Hello"), ("kotlin", kotlin, "KotlinPeer")):
        cache, flags = with_cache(name, path, main)
        found.append(peer(name + "+aot", path, main, [STARTUP], flags, build=cache))
    why = without_jdk()
    if not why and platform.machine() not in ("x86_64", "aarch64"):
        why = f"Netty has no native part for {platform.machine()}"
    return unless(why, found)


def c():
    """The kernel's part: an echo that has no more than it needs."""
    why = NO_GCC if tools.missing("gcc") else None
    return unless(why, [Peer("c-epoll", [builds.C_SERVER], ["echo-proto"], [C_SERVER])])


def given(name, command):
    """A peer that was named by --peer-cmd."""
    return Peer(name, shlex.split(command))


def catalog(parts, commands):
    """(peers, missing): all, or those whose name begins with one of the parts; commands always."""
    everything = jasyncio() + python() + jvm() + c()
    if parts:
        everything = [p for p in everything if p.name.startswith(tuple(parts))]
    missing = [p for p in everything if isinstance(p, Missing)]
    found = [p for p in everything if isinstance(p, Peer)]
    found += [given(*command) for command in commands]
    names = [p.name for p in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two peers are called {twice[0]}: name yours otherwise")
    return found, missing


def unmeasurable(workloads):
    """(workload, why) of those whose load nothing here can make."""
    return [(w, why) for w in workloads if is_server(w) for why in [lacking(w)] if why]


def lacking(workload):
    """What a workload with a server needs and is not here, or None."""
    if not tools.can_compile_c():  # the fixed load is by the client in C, too
        return ("there is no gcc with OpenSSL's headers: "
                "apt-get install build-essential libssl-dev")
    if workload.startswith("tls") and tools.missing("openssl"):
        return "there is no openssl: apt-get install openssl"
    if workload in GROUPS["http"] and tools.missing("wrk"):
        return "there is no wrk: apt-get install wrk"
    return None
