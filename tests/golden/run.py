#!/usr/bin/env python3
"""Runs golden cases: commands with everything they print.

A case is a file NAME.golden. Its first line is a shell command, which runs in an empty folder that holds a copy of inputs/; the rest is what
came of it: exit code, files left behind, standard output and standard error.

Usage: run.py --inf-sim PATH [--make-inputs PATH] [--rewrite] FOLDER [NAME...]
--rewrite writes what came of each command in place of what is expected; read the diff before keeping it.
"""
import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TIMEOUT_SECONDS = 600


def without_host(text):
    """Everything under `Host` in a report differs between runs."""
    return re.sub(r"(Host \(differs between runs\)\n)(?:  .*\n)+", r"\1  ...\n", text)


def left_behind(folder):
    files = [f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()]
    return sorted(f for f in files if not f.startswith(("inputs/", "bin/", "configs/", "workloads/")))


def run_case(command, inputs, arguments):
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as cache:
        folder = pathlib.Path(name)
        shutil.copytree(inputs, folder / "inputs")
        (folder / "bin").mkdir()
        (folder / "bin" / "inf-sim").symlink_to(arguments.inf_sim.resolve())
        root = pathlib.Path(__file__).resolve().parents[2]
        for data in ("configs", "workloads"):
            (folder / data).symlink_to(root / data)
        environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": name, "XDG_CACHE_HOME": cache}
        for keep in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if keep in os.environ:
                environment[keep] = os.environ[keep]
        done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        files = left_behind(folder)
    parts = [command, f"-- exit {done.returncode}", "-- files " + " ".join(files) if files else "-- files none", "-- stdout"]
    text = "\n".join(parts) + "\n" + without_host(done.stdout.decode("utf-8", "replace"))
    return text + "-- stderr\n" + done.stderr.decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--inf-sim", type=pathlib.Path, required=True)
    parser.add_argument("--make-inputs", type=pathlib.Path, help="writes the inputs that are no text files, broken models above all")
    parser.add_argument("--rewrite", action="store_true")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()

    cases = sorted(arguments.folder.glob("*.golden"))
    if arguments.names:
        cases = [c for c in cases if c.stem in arguments.names]
    if not cases:
        print(f"{arguments.folder}: no cases")
        return 1
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        inputs = pathlib.Path(name) / "inputs"
        if (arguments.folder / "inputs").exists():
            shutil.copytree(arguments.folder / "inputs", inputs)
        else:
            inputs.mkdir()
        if arguments.make_inputs:
            subprocess.run([arguments.make_inputs.resolve(), inputs], check=True)
        for case in cases:
            expected = case.read_text(encoding="utf-8")
            found = run_case(expected.split("\n", 1)[0], inputs, arguments)
            if found == expected:
                continue
            failed += 1
            if arguments.rewrite:
                case.write_text(found, encoding="utf-8")
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), found.splitlines(True), f"{case.name} expected", f"{case.name} found"))
    print(f"{len(cases) - failed} of {len(cases)} cases as expected" + (f", {failed} rewritten" if arguments.rewrite else ""))
    return 0 if arguments.rewrite else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
