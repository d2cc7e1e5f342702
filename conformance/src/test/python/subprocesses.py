"""Child processes: rules P-1 to P-5."""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT

from harness import *


def failure(exc):
    """What is wrong with a process, in words that have nothing to do with the language."""
    names = {
        ProcessLookupError: "gone",
        FileNotFoundError: "missing",
        PermissionError: "denied",
        NotADirectoryError: "not a directory",
    }
    return names.get(type(exc), kind(exc))


async def failing(aw):
    try:
        await aw
        return "works"
    except Exception as exc:
        return failure(exc)


def refused(call):
    try:
        call()
        return "works"
    except Exception as exc:
        return failure(exc)


def text(data):
    """Output in one line."""
    return data.decode().replace("\n", "/")


async def piped(*command, **options):
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, **options
    )


async def output_of(command, **options):
    process = await asyncio.create_subprocess_shell(command, stdout=PIPE, **options)
    stdout, _ = await process.communicate()
    return text(stdout)


# ---- output and codes ------------------------------------------------------------------------


@scenario("P-1")
def output_and_exit_code():
    async def main():
        process = await piped("sh", "-c", "echo out; echo err >&2; exit 3")
        stdout, stderr = await process.communicate()
        print(text(stdout), text(stderr), process.returncode)

    asyncio.run(main())


@scenario("P-1")
def streams_that_are_no_pipes():
    async def main():
        process = await asyncio.create_subprocess_exec("true")
        print(process.stdin, process.stdout, process.stderr)
        stdout, stderr = await process.communicate()
        print(stdout, stderr, process.returncode)

    asyncio.run(main())


@scenario("P-1")
def return_code_before_and_after_the_end():
    async def main():
        process = await asyncio.create_subprocess_exec("cat", stdin=PIPE)
        print(process.pid > 0, process.returncode)
        process.stdin.close()
        print(await process.wait(), process.returncode, await process.wait())

    asyncio.run(main())


@scenario("P-1")
def signals_are_negative_return_codes():
    async def main():
        for how in ("kill", "terminate", "usr1"):
            process = await asyncio.create_subprocess_exec("sleep", "100")
            if how == "kill":
                process.kill()
            elif how == "terminate":
                process.terminate()
            else:
                process.send_signal(signal.SIGUSR1)
            print(how, await process.wait())

    asyncio.run(main())


@scenario("P-1")
def exit_codes_are_not_signals():
    async def main():
        for code in (0, 1, 127, 137, 255):
            process = await asyncio.create_subprocess_shell(f"exit {code}")
            print(await process.wait())

    asyncio.run(main())


@scenario("P-1")
def a_signal_that_the_child_catches():
    async def main():
        process = await asyncio.create_subprocess_shell(
            "trap 'echo caught; exit 5' USR1; echo ready; while :; do sleep 0.01; done",
            stdout=PIPE,
        )
        print(text(await process.stdout.readline()))
        process.send_signal(signal.SIGUSR1)
        print(text(await process.stdout.readline()))
        print(await process.wait())

    asyncio.run(main())


@scenario("P-1")
def several_tasks_wait():
    async def main():
        process = await asyncio.create_subprocess_exec("cat", stdin=PIPE)
        waiting = asyncio.gather(process.wait(), process.wait(), process.wait())
        await asyncio.sleep(0)
        process.stdin.close()
        print(await waiting)

    asyncio.run(main())


@scenario("P-1")
def shell_pipeline():
    async def main():
        print(await output_of("echo a b c | tr ' ' '+' && echo $((1 + 2))"))

    asyncio.run(main())


@scenario("P-1")
def arguments_are_taken_as_they_are():
    async def main():
        process = await asyncio.create_subprocess_exec(
            "printf", "%s|", "a b", "", "$HOME", "'\"\\", stdout=PIPE
        )
        print(text((await process.communicate())[0]))

    asyncio.run(main())


@scenario("P-1")
def directory_and_environment():
    async def main():
        print(await output_of("pwd", cwd="/"))
        print(await output_of("echo $A/$B", env={"A": "1", "B": "two"}))

    asyncio.run(main())


# ---- communicate and streams -----------------------------------------------------------------


@scenario("P-2")
def communicate_feeds_and_reads():
    async def main():
        process = await piped("sort")
        print([text(part) for part in await process.communicate(b"b\nc\na\n")])

    asyncio.run(main())


@scenario("P-2")
def communicate_without_input_closes_stdin():
    async def main():
        process = await piped("cat")
        print([text(part) for part in await process.communicate()], process.returncode)
        print(process.stdin.is_closing())

    asyncio.run(main())


@scenario("P-2")
def communicate_moves_more_than_pipes_hold():
    async def main():
        data = bytes(range(256)) * 16384
        process = await piped("cat")
        stdout, stderr = await process.communicate(data)
        print(len(stdout), stdout == data, len(stderr))

    asyncio.run(main())


@scenario("P-2")
def communicate_with_a_child_that_reads_nothing():
    async def main():
        process = await piped("sh", "-c", "exec 0<&-; echo done")
        print(text((await process.communicate(bytes(1 << 20)))[0]), process.returncode)

    asyncio.run(main())


@scenario("P-2")
def both_outputs_are_read_at_once():
    async def main():
        process = await piped(
            "sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; echo end"
        )
        stdout, stderr = await process.communicate()
        print(len(stdout), len(stderr))

    asyncio.run(main())


@scenario("P-2")
def errors_into_the_output():
    async def main():
        process = await asyncio.create_subprocess_shell(
            "echo 1; echo 2 >&2; echo 3", stdout=PIPE, stderr=STDOUT
        )
        print(process.stderr)
        stdout, stderr = await process.communicate()
        print(text(stdout), stderr)

    asyncio.run(main())


@scenario("P-2")
def nothing_to_read_and_nowhere_to_write():
    async def main():
        process = await asyncio.create_subprocess_shell(
            "cat; echo gone >&2; echo rest", stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
        )
        print(text((await process.communicate())[0]))

    asyncio.run(main())


@scenario("P-2")
def dialogue_by_lines():
    async def main():
        process = await piped("cat")
        for word in ("one", "two"):
            process.stdin.write(word.encode() + b"\n")
            await process.stdin.drain()
            print(text(await process.stdout.readline()))
        process.stdin.close()
        await process.stdin.wait_closed()
        print(process.stdin.is_closing(), text(await process.stdout.read()), await process.wait())

    asyncio.run(main())


@scenario("P-2")
def lines_are_iterated():
    async def main():
        process = await asyncio.create_subprocess_shell("seq 3; printf rest", stdout=PIPE)
        async for line in process.stdout:
            print(text(line))
        print(process.stdout.at_eof(), await process.wait())

    asyncio.run(main())


@scenario("P-2")
def cancelling_a_wait_leaves_the_process():
    async def main():
        process = await asyncio.create_subprocess_exec("sleep", "100")
        task = asyncio.create_task(process.wait())
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task), process.returncode)
        process.kill()
        print(await process.wait())

    asyncio.run(main())


@scenario("P-2")
def cancelling_communicate_leaves_the_process():
    async def main():
        process = await piped("cat")
        task = asyncio.create_task(process.communicate())
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task), process.returncode)
        process.kill()
        print(await process.wait())

    asyncio.run(main())


# ---- the end, and what goes wrong ------------------------------------------------------------


@scenario("P-3", since=(3, 15), expected="7\n-15\n")
def wait_does_not_wait_for_pipes_of_grandchildren():
    async def main():
        process = await asyncio.create_subprocess_shell(
            "sleep 100 & echo $!; exit 7", stdout=PIPE
        )
        grandchild = (await process.stdout.readline()).decode().strip()
        print(await process.wait())
        killer = await asyncio.create_subprocess_exec("kill", grandchild)
        await killer.wait()
        sleeper = await asyncio.create_subprocess_exec("sleep", "100")
        sleeper.terminate()
        print(await sleeper.wait())

    asyncio.run(main())


@scenario("P-4")
def signals_to_a_process_that_has_ended():
    async def main():
        process = await asyncio.create_subprocess_exec("true")
        await process.wait()
        print(refused(process.kill))
        print(refused(process.terminate))
        print(refused(lambda: process.send_signal(signal.SIGUSR1)))

    asyncio.run(main())


@scenario("P-4")
def programs_that_are_not_there():
    async def main():
        print(await failing(asyncio.create_subprocess_exec("no-such-program-here")))
        print(await failing(asyncio.create_subprocess_exec("./no-such-program")))
        print(await failing(asyncio.create_subprocess_exec("/etc/passwd")))
        print(await failing(asyncio.create_subprocess_exec("/")))

    asyncio.run(main())


@scenario("P-4")
def programs_are_looked_for_in_the_childs_path():
    async def main():
        env = {"PATH": "/nowhere"}
        print(await failing(asyncio.create_subprocess_exec("sort", env=env)))
        process = await asyncio.create_subprocess_exec("/bin/sh", "-c", "exit 4", env=env)
        print(await process.wait())

    asyncio.run(main())


@scenario("P-4")
def directories_that_are_not_there():
    async def main():
        print(await failing(asyncio.create_subprocess_exec("true", cwd="/no/such/directory")))
        print(await failing(asyncio.create_subprocess_exec("true", cwd="/etc/passwd")))

    asyncio.run(main())


@scenario("P-4")
def arguments_that_no_system_takes():
    async def main():
        print(await failing(asyncio.create_subprocess_exec("echo", "a\0b")))
        print(await failing(asyncio.create_subprocess_exec("echo", env={"A=B": ""})))

    asyncio.run(main())


@scenario("P-4")
def creation_that_is_cancelled():
    async def main():
        task = asyncio.create_task(piped("sleep", "100"))
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task))

    asyncio.run(main())


# ---- protocols -------------------------------------------------------------------------------


class Recorder(asyncio.SubprocessProtocol):
    def __init__(self):
        self.events = []
        self.output = {1: b"", 2: b""}
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.events.append("made")

    def pipe_data_received(self, fd, data):
        self.output[fd] += data

    def pipe_connection_lost(self, fd, exc):
        self.events.append(f"pipe {fd} lost {exc}")

    def process_exited(self):
        self.events.append(f"exited {self.transport.get_returncode()}")

    def connection_lost(self, exc):
        self.events.append(f"lost {exc}")
        self.lost.set_result(None)


@scenario("P-5")
def protocol_is_told_in_order():
    async def main():
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.subprocess_shell(Recorder, "echo out; echo err >&2; exit 4")
        await protocol.lost
        print(protocol.events[0], "|", protocol.events[-1])
        print(sorted(protocol.events))
        print(text(protocol.output[1]), text(protocol.output[2]))
        print(transport.is_closing(), transport.get_returncode())

    asyncio.run(main())


@scenario("P-5")
def protocol_knows_the_connection_when_the_call_returns():
    async def main():
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.subprocess_exec(Recorder, "cat", stderr=None)
        print(protocol.events, protocol.transport is transport)
        print(transport.get_protocol() is protocol, transport.get_pid() > 0)
        print([transport.get_pipe_transport(fd) is None for fd in range(4)])
        print(transport.get_returncode(), transport.is_closing())
        transport.get_pipe_transport(0).write(b"text")
        transport.get_pipe_transport(0).close()
        await protocol.lost
        print(text(protocol.output[1]), transport.get_returncode())

    asyncio.run(main())


@scenario("P-5")
def closing_the_transport_kills():
    async def main():
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.subprocess_exec(Recorder, "sleep", "100")
        transport.close()
        transport.close()
        print(transport.is_closing(), transport.get_returncode())
        await protocol.lost
        print(transport.get_returncode(), sorted(protocol.events))

    asyncio.run(main())
