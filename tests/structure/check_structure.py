#!/usr/bin/env python3
"""Checks the tree against the rules that a compiler does not enforce.

Usage: check_structure.py ROOT
Exit code 1 and one line per violation. Python's standard library only.
"""
import pathlib
import re
import sys

# Layer of each folder: a file may include its own layer's folder and everything to the left of it.
#   base <- numerics, arch <- table, program <- compiler, sim <- tools
# The values are the folders that may be included besides the file's own.
ALLOWED = {
    "isa/base": [],
    "isa/numerics": ["isa/base"],
    "isa/arch": ["isa/base", "isa/numerics"],
    "isa/table": ["isa/base", "isa/numerics", "isa/arch", "isa/program"],
    "isa/program": ["isa/base", "isa/numerics", "isa/arch", "isa/table"],
    "compiler": ["isa"],
    "sim": ["isa"],
    "workloads": ["isa/base"],
    "workloads/kernels": ["isa", "compiler"],
    "tools/workflow": ["isa", "compiler", "sim", "workloads"],
    "tools/inf-sim": ["isa", "compiler", "sim", "workloads", "tools/workflow"],
    "tools/scripts": [],
    "tools/activation_tables": ["isa/base", "isa/numerics"],
    "tests": ["isa", "compiler", "sim", "workloads", "tools"],
}

# Headers of big libraries, and the only folders that may name them.
CONFINED = {
    r"systemc|tlm|tlm_utils/.*|sysc/.*": ["sim/kernel", "tests/sim", "tests/bench/sim"],
    r"yaml-cpp/.*": ["isa/arch"],
    r"onnx/.*|google/protobuf/.*": ["compiler/import", "workloads", "tests"],
    r"opencv2/.*": ["tools/workflow", "workloads/images", "tests/tools"],
    r"dnnl.*|oneapi/.*": ["tools/workflow", "tests/tools"],
    r"CLI/.*": ["tools/inf-sim"],
    r"SQLiteCpp/.*|sqlite3.*": ["tools/workflow/profile", "tests/tools/workflow/profile", "tools/workflow/sweep",
                                   "tests/tools/workflow/sweep"],
    r"pagmo/.*|muParser.*|boost/random/.*": ["tools/workflow/sweep"],
}

SOURCES = {".h", ".cpp", ".inc", ".def"}
HARD_LIMIT = 600  # lines; tables, generated coefficients and goldens are exempt
EXEMPT = {".def", ".inc"}
FORBIDDEN_FLAGS = re.compile(r"-march=native|-ffast-math|-Ofast|-funsafe-math-optimizations")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    """The longest key of ALLOWED that holds this path, or None."""
    found = None
    for folder in ALLOWED:
        if path == folder or path.startswith(folder + "/"):
            if found is None or len(folder) > len(found):
                found = folder
    return found


def inside(path, folders):
    return any(path == f or path.startswith(f + "/") for f in folders)


def check_include(path, number, bracket, target, problems):
    own = folder_of(path)
    if bracket == '"':
        if folder_of(target) is None:
            problems.append(f'{path}:{number}: "{target}" is no path from the root of the tree')
        elif not inside(target, [own] + ALLOWED[own]):
            problems.append(f"{path}:{number}: {own} may not include {target}")
        return
    for pattern, folders in CONFINED.items():
        if re.fullmatch(pattern, target) and not inside(path, folders):
            problems.append(f"{path}:{number}: <{target}> belongs to {', '.join(folders)}")


def check_source(root, file, problems):
    path = file.relative_to(root).as_posix()
    if folder_of(path) is None:
        problems.append(f"{path}: lies in no folder of the tree")
        return
    lines = file.read_text(encoding="utf-8").splitlines()
    if file.suffix not in EXEMPT and "golden" not in file.name and len(lines) > HARD_LIMIT:
        problems.append(f"{path}: {len(lines)} lines; {HARD_LIMIT} is the limit")
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            check_include(path, number, match.group(1), match.group(2), problems)


def check_flags(root, file, problems):
    path = file.relative_to(root).as_posix()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if FORBIDDEN_FLAGS.search(line):
            problems.append(f"{path}:{number}: {FORBIDDEN_FLAGS.search(line).group(0)} gives other bits on other hosts")


def check_tree(root):
    problems = []
    sources = 0
    for top in ["isa", "compiler", "sim", "workloads", "tools", "tests"]:
        for file in sorted((root / top).rglob("*")):
            if file.suffix in SOURCES:
                sources += 1
                check_source(root, file, problems)
            if file.name == "CMakeLists.txt" or file.suffix == ".cmake":
                check_flags(root, file, problems)
    for name in ["CMakeLists.txt", "CMakePresets.json", ".ci/run"]:
        if (root / name).exists():
            check_flags(root, root / name, problems)
    if sources == 0:
        problems.append(f"{root}: holds no sources")
    return sources, problems


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    sources, problems = check_tree(root)
    for problem in problems:
        print(problem)
    print(f"{sources} sources, {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
