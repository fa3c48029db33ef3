#!/usr/bin/env python3
"""Runs what README.md tells a reader to type, and compares its sample report with what comes out.

Usage: readme.py ROOT INF_SIM [--rewrite]
Lines of blocks marked ```sh run in order, in a folder that looks like the tree. Left out are pieces that install or build: this test runs in
a tree that is built, and the install command is what starts CI. --rewrite puts what came out in place of the sample and the picture.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

LEFT_OUT = ("tools/scripts/install_packages.sh", "tools/scripts/install_and_test.sh", "cmake ", "ctest ", "git ", "cd ", "npm ")
BINARY = "build/release/inf-sim"
MADE_PICTURE = "out/craft/page_boxes.png"
PICTURE = "docs/page_boxes.png"


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def pieces(text):
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for piece in line.split("&&"):
                piece = piece.split("  #")[0].strip()
                if piece and not piece.startswith("#"):
                    yield piece


def run_pieces(root, inf_sim, readme, folder):
    """Output of each command, how many failed, and the picture: a later run into the same folder removes it."""
    outputs, failed, picture = {}, 0, b""
    for entry in ("configs", "workloads", "docs", "tests", "tools"):
        (folder / entry).symlink_to(root / entry)
    (folder / BINARY).parent.mkdir(parents=True)
    (folder / BINARY).symlink_to(inf_sim)
    for piece in pieces(readme):
        if piece.startswith(LEFT_OUT):
            continue
        done = subprocess.run(["/bin/sh", "-c", piece], cwd=folder, capture_output=True, text=True, check=False)
        outputs[piece] = done.stdout
        if not picture and (folder / MADE_PICTURE).exists():
            picture = (folder / MADE_PICTURE).read_bytes()
        if done.returncode != 0:
            failed += 1
            print(f"README.md: `{piece}` ended with {done.returncode}\n{done.stderr}")
    return outputs, failed, picture


def comparable(report):
    """The report without what differs between builds: the digits of its errors, since the fp32 reference sums in another order on another
    processor, and keys of a sweep's points, which hold the program's version."""
    report = re.sub(r"\b[0-9a-f]{10}\b", "#" * 10, report)
    section = r"(Accuracy against the fp32 reference\n|Checks\n)((?:  .*\n)+)"
    return re.sub(section, lambda m: m[1] + re.sub(r" *[-+.\de]*\d", " #", m[2]), report)


def main():
    root, inf_sim = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    rewrite = sys.argv[3:] == ["--rewrite"]
    readme = (root / "README.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        outputs, failed, picture = run_pieces(root, inf_sim, readme, pathlib.Path(name))
    for sample in blocks(readme, "text"):
        command = sample.partition("\n")[0].removeprefix("$ ")
        report = outputs.get(command, "").partition("\nHost (differs")[0]
        found = f"$ {command}\n{report}"
        if comparable(found) == comparable(sample):
            continue
        if rewrite:
            readme = readme.replace(sample, found)
        else:
            failed += 1
            print(f"README.md: the sample of `{command}` is not what it prints now; readme.py --rewrite puts it right")
            sys.stdout.writelines(difflib.unified_diff(comparable(sample).splitlines(True), comparable(found).splitlines(True), "README.md", "found"))
    if rewrite:
        (root / "README.md").write_text(readme, encoding="utf-8")
        (root / PICTURE).write_bytes(picture)
    elif picture != (root / PICTURE).read_bytes():
        failed += 1
        print(f"{PICTURE} is not the picture that comes out now; readme.py --rewrite puts it right")
    print(f"{len(outputs)} commands of README.md, {failed} failures")
    return 1 if failed or not outputs else 0


if __name__ == "__main__":
    sys.exit(main())
