"""How fast the machine is just now, by a fixed load.

Neighbours on the host show in no counter of a virtual machine, but they slow this load as they do
everything else. For servers it is an echo by the server in C, for the rest building and sorting
lists here.
"""
import contextlib
import random
import time

from . import builds, peers, running

ATTEMPTS = 3


class Reference:
    def __init__(self):
        self.server = None
        self.best = {}  # by whether it is that of servers

    def take(self, of_servers):
        """Seconds, or microseconds: only the ratio to the best of the run is used."""
        taken = self.echo() if of_servers else self.sort()
        self.best[of_servers] = min(taken, self.best.get(of_servers, taken))
        return taken

    def slowdown(self, of_servers, taken):
        """By which share the load took longer than at the best time of the run."""
        return taken / self.best[of_servers] - 1

    def echo(self):
        if not self.server:
            echo = peers.Peer("reference", [builds.C_SERVER])
            self.server = running.Server(echo, "echo-proto")
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(running.Failed):  # the processor was somebody else's
                return self.ask()
        return self.ask()

    def ask(self):
        return running.client("echo", self.server, 64, 64, 0.1, 0.4)["cpu_us"]

    @staticmethod
    def sort():
        began = time.process_time()
        for seed in range(4):
            numbers = random.Random(seed)
            sorted([numbers.random() for _ in range(100_000)])
        return time.process_time() - began

    def close(self):
        if self.server:
            with contextlib.closing(self.server):
                self.server = None
