#!/usr/bin/env python3
"""Hands a sweep to a real Slurm on this machine, kills parts of it, and wants the bytes of a run without Slurm.

Usage: sweep_slurm.py INF_SIM
As root and, where that can be, as an ordinary user. Exit code 77: no cluster can be made here, with the reason.
"""
import contextlib
import os
import pathlib
import pwd
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.dont_write_bytecode = True
from slurm_cluster import Cluster, Unavailable, parent_of  # noqa: E402

SKIP = 77
SHARDS = 3
SWEEP = """\
title: a small detector on chips that differ
workload: w.yaml
parameters:
  chip.sbuf.bytes_per_partition: [96KiB, 128KiB, 192KiB]
  chip.dma.engines: [2, 4, 8, 16]
  chip.dma.queues: [4, 5]
  workload.model.batch: [1, 2]
objectives: [latency, throughput]
strategy: grid
"""
WORKLOAD = "model: {builtin: craft, height: 384, width: 384, weights: 'random:5'}\n"


class Site:
    """A folder with a sweep, on a cluster, and what is seen of it from outside."""

    def __init__(self, cluster, folder, inf_sim):
        self.cluster, self.folder, self.inf_sim = cluster, folder, inf_sim
        folder.mkdir()
        cluster.own(folder)
        for name, text in (("S x.yaml", SWEEP), ("w.yaml", WORKLOAD)):
            (folder / name).write_text(text, encoding="utf-8")

    def sweep(self, *words, check=True):
        return self.cluster.run(self.inf_sim, "sweep", *words, check=check, cwd=self.folder)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def submit(self):
        said = self.sweep("S x.yaml", "--submit", "slurm", "--shards", SHARDS, "--no-prune", "--csv", "all points.csv", "--slurm-option", "comment=a b")
        return re.search(r"array job (\d+), the merge behind them as job (\d+)", said).groups()

    def stored(self, shard):
        """Cases in a shard's database; none while it cannot be read at once."""
        database = self.folder / f"S x.sweep.{shard}-of-{SHARDS}.db"
        try:
            with contextlib.closing(sqlite3.connect(f"file:{urllib.parse.quote(str(database))}?mode=ro", uri=True, timeout=0.05)) as connection:
                return connection.execute("SELECT count(*) FROM Outcome").fetchone()[0]
        except sqlite3.OperationalError:
            return 0

    def running(self, shard):
        """inf-sim's processes of a shard: the one that the job's script started, then its workers."""
        word = f"{shard}/{SHARDS}"
        found = [process for process, _, command in self.cluster.processes() if command[1:2] == ["sweep"] and word in command]
        return sorted(found, key=lambda process: parent_of(process) in found)

    def catch(self, *shards):
        """Stops all processes of these shards once each has stored some cases and has more to do; returns them by shard."""
        caught = {}

        def step():
            for shard in set(shards) - set(caught):
                found = self.running(shard)
                if len(found) < 2:
                    continue
                for process in found:
                    send(process, signal.SIGSTOP)
                if self.stored(shard) >= 2:
                    caught[shard] = found
                else:
                    for process in found:
                        send(process, signal.SIGCONT)
            return len(caught) == len(shards)

        self.cluster.wait(f"shards {shards} in the middle", step, 120, 0.02)
        return caught

    def wait_for_the_end(self):
        self.cluster.wait("end of all jobs", lambda: not self.cluster.jobs(), 240)

    def log(self, name):
        return (self.folder / f"S x.sweep.{name}.log").read_text(encoding="utf-8")

    def show(self, job):
        return self.cluster.run("scontrol", "show", "job", job)


def send(process, sign):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, sign)


def check(failures, holds, message):
    if not holds:
        failures.append(message)


def check_killed(site, plain, failures):
    """A worker of the first shard and all of the second's inf-sim are killed: Slurm queues the second again."""
    array, merge = site.submit()
    caught = site.catch(1, 2)
    before = site.stored(2)
    send(caught[1][1], signal.SIGKILL)
    for process in caught[2]:
        send(process, signal.SIGKILL)
    send(caught[1][0], signal.SIGCONT)
    site.wait_for_the_end()
    check(failures, "ended by signal 9; queued again" in site.log(f"2-of-{SHARDS}"), f"shard 2 was not queued again: {site.log(f'2-of-{SHARDS}')}")
    check(failures, "Restarts=1" in site.show(f"{array}_2"), f"Slurm did not start shard 2 again (it had {before} points)")
    check(failures, " points are there already" in site.log(f"2-of-{SHARDS}"), "shard 2 did not go on from its database")
    check(failures, "JobState=COMPLETED" in site.show(merge), f"the merge failed: {site.log('merge')}")
    check(failures, site.read("all points.csv") == plain, "after two kills the CSV differs from that of a run without Slurm")
    check(failures, "0 missing" in site.sweep("status", "--complete", "S x.sweep.db"), "points are missing")


def check_lost(site, plain, failures):
    """A task dies with its script, so that nobody queues it again: the merge says what is missing and how to finish."""
    for file in site.folder.glob("S x.sweep.*"):
        file.unlink()
    (site.folder / "all points.csv").unlink()
    _, merge = site.submit()
    found = site.catch(3)[3]
    for process in [parent_of(found[0]), *found]:
        send(process, signal.SIGKILL)
    site.wait_for_the_end()
    report = site.log("merge")
    check(failures, "JobState=FAILED" in site.show(merge), f"the merge is content with missing points: {report}")
    finish = re.search(r"each shard from where it stopped: (.*)", report)
    check(failures, finish, f"the merge does not say how to finish: {report}")
    if not finish:
        return
    site.cluster.run("bash", "-c", finish.group(1))
    site.wait_for_the_end()
    check(failures, site.read("all points.csv") == plain, "finished as the merge said, the CSV differs from that of a run without Slurm")


def check_cancelled(site, failures):
    """What a person cancels stays cancelled."""
    for file in site.folder.glob("S x.sweep.*"):
        file.unlink()
    array, merge = site.submit()
    site.cluster.wait("shard 1 at work", lambda: site.stored(1) > 0, 120)
    site.cluster.run("scancel", merge, array)
    site.wait_for_the_end()
    check(failures, "JobState=CANCELLED" in site.show(f"{array}_1"), f"a cancelled task went on: {site.show(f'{array}_1')}")
    check(failures, "queued again" not in site.log(f"1-of-{SHARDS}"), "a cancelled task queued itself again")


def check_user(user, inf_sim, checks, failures):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)
        with Cluster(pathlib.Path(name) / "cluster", user) as cluster:
            site = Site(cluster, pathlib.Path(name) / "my 100% 'sweeps'", inf_sim)
            site.sweep("S x.yaml", "--no-prune", "--db", "plain.db", "--csv", "plain.csv")
            plain = site.read("plain.csv")
            found = []
            for one in checks:
                one(site, *([plain] if one is not check_cancelled else []), found)
            failures += [f"as {cluster.account.pw_name}: {failure}" for failure in found]
            print(f"as {cluster.account.pw_name}: {plain.count(bytes([10])) - 1} points, {SHARDS} shards, {time.monotonic() - began:.0f} s")


def ordinary_user(inf_sim):
    """One that may run inf-sim, where this process may take another's name."""
    if os.getuid() != 0:
        return None
    try:
        account = pwd.getpwnam("nobody")
        done = subprocess.run([inf_sim, "--help"], user=account.pw_uid, group=account.pw_gid, extra_groups=[], capture_output=True, check=False)
    except (KeyError, OSError) as error:
        print(f"not as an ordinary user: {error}")
        return None
    return "nobody" if done.returncode == 0 else None


def main():
    inf_sim = pathlib.Path(sys.argv[1]).resolve()
    failures = []
    try:
        check_user(None, inf_sim, [check_killed, check_lost, check_cancelled], failures)
        other = ordinary_user(inf_sim)
        if other:
            check_user(other, inf_sim, [check_killed], failures)
    except Unavailable as error:
        print(f"SKIP: {error}")
        return SKIP
    for failure in failures:
        print(failure)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
