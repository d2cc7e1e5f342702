"""Goes through workloads and peers in turn, so that drift of the machine hits all alike."""
import datetime
import json
import subprocess
import sys

from . import builds, machine, peers, results, running
from .reference import Reference
from .workloads import is_server

PATIENCE = 2  # failures of a peer at a workload after which it is not tried any more


class Job:
    """A workload on a peer, and what came of it so far."""

    def __init__(self, workload, peer):
        self.workload, self.peer = workload, peer
        self.taken = {}  # by name of result: [(line, foreign, reference)]
        self.failures = 0

    def samples(self, name, reference):
        return [results.Sample(line, foreign, reference.slowdown(is_server(self.workload), taken))
                for line, foreign, taken in self.taken[name]]


class Rounds:
    def __init__(self, jobs, wanted, most, settle, quick):
        self.jobs, self.wanted, self.most, self.quick = jobs, wanted, most, quick
        self.settle = settle
        self.reference = Reference()

    def run(self):
        """Takes samples until all is kept, or the rounds are over; Ctrl-C ends it early."""
        try:
            for number in range(1, self.most + 1):
                due = [job for job in self.jobs if number <= self.wanted or not self.kept(job)]
                due = [job for job in due if job.failures < PATIENCE]
                if number > self.wanted and due:
                    print(f"compare: round {number} for {len(due)} that are not quiet enough, "
                          "or apart", file=sys.stderr, flush=True)
                for job in due:
                    self.once(number, job)
        except KeyboardInterrupt:
            print("compare: interrupted; what there is stays", file=sys.stderr)
        finally:
            self.reference.close()

    def kept(self, job):
        return all(results.select(job.samples(name, self.reference), self.wanted)[1]
                   for name in job.taken)

    def once(self, number, job):
        machine.settle(self.settle)
        try:
            taken = self.reference.take(is_server(job.workload))
            with machine.Meanwhile() as others:
                lines = running.run(job.peer, job.workload, self.quick)
        except running.Unsupported as e:
            self.give_up(job, f"left out: {e}")
            return
        except (running.Failed, subprocess.TimeoutExpired, OSError) as e:
            job.failures += 1
            say(job, f"failed: {e}")
            return
        for line in lines:
            job.taken.setdefault(line["workload"], []).append((line, others.cores, taken))
            print(f"[{number}] {json.dumps(line)} foreign={others.cores:.2f} ref={taken:.3g}",
                  flush=True)

    @staticmethod
    def give_up(job, why):
        job.failures = PATIENCE
        say(job, why)

    def results(self):
        about = {"date": datetime.date.today().isoformat(), "commit": machine.commit(),
                 "machine": machine.describe(), "quick": self.quick}
        found = []
        for job in self.jobs:
            for name in job.taken:
                result = results.merge(job.samples(name, self.reference), self.wanted)
                result["kept"] = result["kept"] and not self.quick
                found.append({**about, **result})
        return found


def say(job, what):
    print(f"compare: {job.peer.name} {job.workload}: {what}", file=sys.stderr, flush=True)


def prepared(workloads, candidates):
    """(jobs, missing): what can run, after it has been built."""
    missing = []
    needed = [peers.CLIENT, peers.C_SERVER] if any(is_server(w) for w in workloads) else []
    if any(w.startswith("tls") for w in workloads):
        needed.append(peers.CERTIFICATE)
    for build in needed:
        try:
            build.up_to_date()
        except builds.BuildFailed as e:
            raise SystemExit(f"compare: {e}") from e
    ready = []
    for peer in candidates:
        if not any(peer.can(w) for w in workloads):
            continue
        try:
            for build in peer.needs:
                build.up_to_date()
            ready.append(peer)
        except builds.BuildFailed as e:
            if peer.name == peers.OURS:  # there is nothing to compare with
                raise SystemExit(f"compare: {e}") from e
            missing.append(peers.Missing(peer.name, str(e)))
    return [Job(w, p) for w in workloads for p in ready if p.can(w)], missing
