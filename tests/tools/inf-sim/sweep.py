#!/usr/bin/env python3
"""What a sweep of 2,000 chips must hold: kills, shards, repetition and the number of processes change nothing.

Usage: sweep.py INF_SIM [POINTS]
POINTS, default 2000, is the size of the sweep. Python's standard library only.
"""
import contextlib
import csv
import json
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

MODEL = """
model: {builtin: resnet18, height: 32, width: 32, weights: "random:1"}
"""
# 2 x 5 x 5 x 5 x 8 chips, cut by a budget. Some are refused: psum.partitions below the array's columns.
SWEEP = """
title: chips for a small classifier
workload: small.yaml
parameters:
  chip.psum.partitions: [64, 128]
  chip.tensor.columns: [32, 64, 128]
  chip.tensor.clock_mhz: {{from: 700, to: 3500, step: 700}}
  chip.dma.engines: [2, 4, 8, 12, 16]
  chip.sbuf.bytes_per_partition: [64KiB, 96KiB, 128KiB, 192KiB, 256KiB]
  instance.runtime.call_overhead_ns: {{from: 95000, to: 130000, step: 5000}}
objectives: [latency, usd_per_million]
strategy: {{kind: random, budget: {points}, seed: 7}}
"""


class Folder:
    """Where one command after the other runs."""

    def __init__(self, path, program, points):
        self.path, self.program = pathlib.Path(path), program
        (self.path / "small.yaml").write_text(MODEL)
        (self.path / "chips.yaml").write_text(SWEEP.format(points=points))

    def command(self, *arguments):
        return [self.program, *arguments]

    def run(self, *arguments, want=0):
        done = subprocess.run(self.command(*arguments), cwd=self.path, capture_output=True, text=True)
        if done.returncode != want:
            raise SystemExit(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, *arguments):
        return subprocess.Popen(self.command(*arguments), cwd=self.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def text(self, name):
        return (self.path / name).read_text()

    def rows(self, name):
        with open(self.path / name, newline="") as file:
            return list(csv.DictReader(file))


def same(what, one, other):
    if one != other:
        for a, b in zip(one.splitlines(), other.splitlines()):
            if a != b:
                raise SystemExit(f"{what} differ:\n  {a}\n  {b}")
        raise SystemExit(f"{what} differ in length: {len(one)} and {len(other)}")
    print(f"the same: {what}")


def front(rows):
    return sorted(row["key"] for row in rows if row["on_front"] == "yes")


def stored(folder):
    """Outcomes in the database, while a sweep writes into it."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{folder.path / 'killed.db'}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM Outcome").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet, or just being written
        return 0


def kill_ten_times(folder, points):
    """Ends with a finished sweep; says how many outcomes its last process computed."""
    chance = random.Random(1)
    for kill in range(10):
        process = folder.start("sweep", "chips.yaml", "--db", "killed.db", "-j", "2")
        # So far by work done, so that it does not depend on the pace of the machine.
        wanted = stored(folder) + chance.randint(points // 60, points // 20)
        while stored(folder) < wanted:
            if process.poll() is not None:
                raise SystemExit(f"the sweep ended after {kill} kills")
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    document = json.loads(folder.run("sweep", "chips.yaml", "--db", "killed.db", "-j", "2", "--csv", "killed.csv", "--json"))
    return document["host"]["computed"]


def check_single_runs(folder, rows):
    """Numbers of points are those of `inf-sim run`."""
    done = [row for row in rows if row["status"] == "done"]
    for row in random.Random(2).sample(done, 5):
        folder.run("sweep", "rerun", row["key"], "--db", "alone.db", "--save", row["key"])
        document = json.loads(folder.run("run", f"{row['key']}/small.yaml", "--mode", "timing", "--json"))
        # JSON carries six digits.
        for found, wanted in ((document["latency"]["call_ns"], row["latency_ns"]), (document["cost"][0]["usd_per_million"], row["usd_per_million"])):
            if abs(found - float(wanted)) > 1e-5 * abs(found):
                raise SystemExit(f"point {row['key']}: the sweep says {wanted}, the run {found}")
    print("the same: five points by inf-sim run")


def main():
    program, points = str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path, program, points)
        begun = time.monotonic()
        folder.run("sweep", "chips.yaml", "--db", "alone.db", "-j", "2", "--csv", "alone.csv")
        print(f"{points} points in {time.monotonic() - begun:.1f} s")
        alone, rows = folder.text("alone.csv"), folder.rows("alone.csv")
        if len(rows) != points:
            raise SystemExit(f"{len(rows)} rows, not {points}")
        counts = {status: sum(row["status"] == status for row in rows) for status in ("done", "infeasible", "discarded")}
        print(counts)
        if min(counts.values()) == 0 or sum(counts.values()) != points:
            raise SystemExit("the sweep should have points that are done, infeasible and discarded, and no others")

        computed = kill_ten_times(folder, points)
        same("killed ten times", alone, folder.text("killed.csv"))
        if computed >= counts["done"] * 9 // 10:
            raise SystemExit(f"the last of eleven runs computed {computed} points: what the others finished was lost")

        folder.run("sweep", "chips.yaml", "--db", "one.db", "-j", "1", "--csv", "one.csv")
        same("one process", alone, folder.text("one.csv"))

        for shard in ("1/2", "2/2"):
            folder.run("sweep", "chips.yaml", "--db", f"half{shard[0]}.db", "-j", "1", "--shard", shard)
        folder.run("sweep", "merge", "-o", "merged.db", "half1.db", "half2.db")
        folder.run("sweep", "pareto", "merged.db", "--csv", "merged.csv")
        same("two shards, merged", alone, folder.text("merged.csv"))

        folder.run("sweep", "chips.yaml", "--db", "all.db", "-j", "2", "--no-prune", "--csv", "all.csv")
        whole = folder.rows("all.csv")
        if any(row["status"] == "discarded" for row in whole):
            raise SystemExit("--no-prune discarded points")
        same("fronts with and without pruning", "\n".join(front(rows)), "\n".join(front(whole)))
        check_single_runs(folder, rows)


if __name__ == "__main__":
    main()
