#!/usr/bin/env python3
"""Each row is a tree of one or two files that breaks one rule, or none."""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
import check_structure  # noqa: E402

ROWS = [
    ("allowed include", {"isa/arch/a.h": '#include "isa/base/error.h"\n'}, None),
    ("right to left", {"isa/base/a.h": '#include "isa/arch/chip_spec.h"\n'}, "isa/base may not include isa/arch/chip_spec.h"),
    ("compiler meets sim", {"compiler/ir/a.cpp": '#include "sim/kernel/simulate.h"\n'}, "compiler may not include"),
    ("sim meets compiler", {"sim/engines/a.cpp": '#include "compiler/ir/graph.h"\n'}, "sim may not include"),
    ("sim includes tools", {"sim/engines/a.cpp": '#include "tools/workflow/run.h"\n'}, "sim may not include"),
    ("include beside", {"sim/engines/a.cpp": '#include "vector.h"\n'}, "is no path from the root"),
    ("kernel may have SystemC", {"sim/kernel/a.cpp": "#include <systemc>\n"}, None),
    ("engine has SystemC", {"sim/engines/a.cpp": "#include <systemc>\n"}, "belongs to sim/kernel"),
    ("engine has TLM", {"sim/machine/a.cpp": "# include <tlm>\n"}, "belongs to sim/kernel"),
    ("600 lines", {"isa/base/a.cpp": "\n" * 600}, None),
    ("601 lines", {"isa/base/a.cpp": "\n" * 601}, "601 lines"),
    ("a long table", {"isa/table/isa.def": "\n" * 900}, None),
    ("long goldens", {"tests/compiler/passes/golden_test.cpp": "\n" * 900}, None),
    ("fast math", {"isa/base/a.cpp": "", "isa/CMakeLists.txt": "add_compile_options(-ffast-math)\n"}, "-ffast-math"),
    ("native", {"isa/base/a.cpp": "", "CMakeLists.txt": "add_compile_options(-march=native)\n"}, "-march=native"),
    ("nothing there", {}, "holds no sources"),
]


def main():
    failed = 0
    for name, files, wanted in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            problems = check_structure.check_tree(root)[1]
        good = not problems if wanted is None else len(problems) == 1 and wanted in problems[0]
        if not good:
            failed += 1
            print(f"{name}: wanted {wanted!r}, found {problems}")
    print(f"{len(ROWS) - failed} of {len(ROWS)} rows")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
