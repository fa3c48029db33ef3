#include "isa/arch/config_docs.h"

#include <fmt/core.h>

#include "isa/arch/energy.h"
#include "isa/arch/instance.h"
#include "isa/arch/parameters.h"

namespace inf::arch {

std::string config_markdown() {
  std::string md = R"(# Chip and instance files

Generated from `isa/arch/parameters.cpp` and `isa/arch/instance.cpp` by `inf-sim docs`; edit those, then run the command again.

Each hardware number is a map of its value and where it comes from:

```
vector:
  clock_mhz: {value: 1120, unit: MHz, mark: documented, source: "ARCH"}
  latency: {value: 370, mark: derived, source: "PERF fig17: ...", range: [60, 380]}
```

`mark` is documented, derived (the source shows the arithmetic), assumed (nothing public) or fitted (to published measurements). `unit` may
be left out; when it is there it must be the one below. `range` says how uncertain a value is. Unknown and repeated keys are errors, and
every mistake of a file is told at once. `inf-sim hw show CHIP` prints a chip with all its sources.

## Chip files, `configs/chips/*.yaml`

`name` and `title` are plain text. The hash that a program file carries is over the name and every value, not over the sources.

| Key | Unit | Range | Meaning |
|---|---|---|---|
)";
  ChipSpec chip;
  EnergySpec energy;
  std::vector<Parameter> list = parameters(chip);
  for (const Parameter& p : energy_parameters(energy)) list.push_back(p);
  for (const Parameter& p : list) {
    std::string range = fmt::format("{}..{}", p.low, p.high);
    if (std::holds_alternative<bool*>(p.target)) range = "true, false";
    if (std::holds_alternative<std::vector<DType>*>(p.target)) range = "list of dtypes";
    if (std::holds_alternative<std::string*>(p.target)) range = "HBM, DRAM";
    md += fmt::format("| `{}` | {} | {} | {} |\n", p.path, p.unit, range, p.meaning);
  }
  md +=
      "\nA chip without a gpsimd engine leaves out the whole `gpsimd` section. So does one of which nobody says what "
      "work "
      "takes with\n`energy`: no shipped chip has it, and reports then say nothing of energy. The hash is not over "
      "it.\n\n"
      "## Instance files, "
      "`configs/instances/*.yaml`\n\n"
      "`chip` is a path relative to the file. Prices carry the date and place they were read; edit them when they "
      "change. The keys of "
      "`runtime`\nare maps of value, mark and source like those of a chip.\n\n";
  return md + instance_markdown();
}

}  // namespace inf::arch
