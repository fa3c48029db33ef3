#pragma once
#include <string>
#include <string_view>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "isa/table/instructions.h"

// Programs as text. parse_program(print(p)) equals p; an instruction reads
//   wait s3>=2, s1>=4 | matmul dst=psum[0:128]@0:fp32(1x512) moving=sbuf[0:128]@4096:bf16(96x4,1x96) accumulate=1 |
//   signal s7+1
// An access is memory[start:stop]@offset:dtype(step x count, outermost first); offsets are bytes, "+r5" adds a
// register, and in device memory a third number, dram[0:64:4096], is the step from one partition to the next. A
// tensor's name stands for dram at its offset. Before the first segment,
//   preload dma_copy dst=sbuf[0:128]@256:bf16(1x512) src=dram[0:128:1024]@0:bf16(1x512) queue=0 accumulate=0
// copies a constant once, when the model is loaded; no instruction may write there.
namespace inf::isa {

struct PrintOptions {
  bool constants =
      true;  ///< print the bytes of constants; without them the text does not parse back to the same program
};

/// One line without indentation or line end.
std::string print(const Instruction& instruction);
std::string print(const Access& access);
std::string print(const ScalarOperand& operand);
/// Errors: illegal_instruction when a stream cannot be decoded.
std::string print(const Program& program, const PrintOptions& options = {});

/// Errors: usage with file, line and column, the wrong token, what is allowed there, and the nearest known name.
Instruction parse_instruction(std::string_view line, const std::string& file_name = "text");
/// With a chip, every instruction is validated for it and the program is stamped with its name and hash.
/// Errors: as parse_instruction; illegal_instruction with file and line for what the chip refuses.
Program parse_program(std::string_view text, const std::string& file_name, const arch::ChipSpec* chip = nullptr);

}  // namespace inf::isa
