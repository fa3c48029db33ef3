#!/usr/bin/env python3
"""Runs one small workload in several ways and compares what must not differ.

Usage: contracts.py INF_SIM
Values do not depend on timing, threads or the run; timing does not depend on values; reports repeat byte for byte but for `host`.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

WORKLOAD = """
model: {builtin: craft, height: 64, width: 96, weights: "random:5"}
inputs: {random: 2}
"""


def run(inf_sim, folder, name, *options):
    out = folder / name
    subprocess.run([inf_sim, "run", folder / "w.yaml", "--out", out, "--save-outputs", "--no-reference", *options], check=True, stdout=subprocess.DEVNULL)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    del report["host"]
    return report, {f.name: f.read_bytes() for f in sorted(out.glob("*.npy"))}


def main():
    inf_sim = pathlib.Path(sys.argv[1]).resolve()
    failures = []

    def same(what, a, b):
        if a != b:
            failures.append(what)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "w.yaml").write_text(WORKLOAD, encoding="utf-8")
        both, values = run(inf_sim, folder, "both", "--threads", "1")
        again, values_again = run(inf_sim, folder, "again", "--threads", "1")
        threads, values_threads = run(inf_sim, folder, "threads", "--threads", "4")
        untimed, values_untimed = run(inf_sim, folder, "untimed", "--mode", "values")
        timed, no_values = run(inf_sim, folder, "timed", "--mode", "timing")
    same("a second run gives another report", both, again)
    same("a second run gives other values", values, values_again)
    same("more threads give another report", both, threads)
    same("more threads give other values", values, values_threads)
    same("without timing the values differ", values, values_untimed)
    same("without timing there is a latency", "latency" in untimed, False)
    same("without values there are outputs", no_values, {})
    for section in ("latency", "throughput", "cost", "engines", "roofline", "operators", "kernel_events", "instructions"):
        same(f"without values, {section} differs", both[section], timed[section])
    same("two outputs are written", len(values), 2)
    for failure in failures:
        print(failure)
    print("all contracts hold" if not failures else f"{len(failures)} contracts are broken")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
