#include "tools/workflow/workload_fields.h"

#include <array>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

constexpr std::array kFields = {
    WorkloadField{"model.onnx", "text", "-", 0, 0, "-",
                  "ONNX file, relative to the workload file; either this or builtin"},
    WorkloadField{"model.builtin", "text", "-", 0, 0, "-", "a model that inf-sim writes itself: craft"},
    WorkloadField{"model.height", "whole number", "pixels", 1, 16384, "from the image",
                  "builtin only: input height; rounded up to a multiple of 32, and the report says so"},
    WorkloadField{"model.width", "whole number", "pixels", 1, 16384, "from the image",
                  "builtin only: input width, as height"},
    WorkloadField{"model.weights", "text", "-", 0, 0, "demo",
                  "builtin only: demo (constructed by hand, not trained), random:SEED, or a safetensors or ONNX file"},
    WorkloadField{"model.symbols", "map", "-", 1, 1048576, "-",
                  "onnx only: size of each symbolic dimension, such as {batch: 1}"},
    WorkloadField{"model.shapes", "map", "-", 1, 1048576, "-",
                  "onnx only: whole shape of an input, such as {image: [1, 3, 768, 768]}"},
    WorkloadField{"inputs.name", "text", "-", 0, 0, "the only input",
                  "which model input; needed where there are several"},
    WorkloadField{"inputs.image", "text", "-", 0, 0, "-", "picture file; pre turns it into a tensor"},
    WorkloadField{"inputs.npy", "text", "-", 0, 0, "-", "NumPy file with the tensor itself"},
    WorkloadField{"inputs.random", "whole number", "-", 0, 9007199254740992, "1",
                  "seed of normally distributed values"},
    WorkloadField{"pre.craft.mag_ratio", "number", "-", 0.01, 16, "1.5", "the longer side grows by at most this"},
    WorkloadField{"pre.craft.canvas_size", "whole number", "pixels", 32, 16384, "1280",
                  "the longer side becomes at most this; unused where model.height and model.width are given"},
    WorkloadField{"post.craft.low_text", "number", "-", 0, 1, "0.4", "region score above which a pixel is text"},
    WorkloadField{"post.craft.link_threshold", "number", "-", 0, 1, "0.4",
                  "affinity score above which a pixel links characters"},
    WorkloadField{"post.craft.text_threshold", "number", "-", 0, 1, "0.7", "least highest region score of a box"},
    WorkloadField{"compile.auto_cast_type", "text", "-", 0, 0, "bf16",
                  "what operands of matrix products and stored activations are rounded to: bf16, fp16, tf32 or fp32"},
    WorkloadField{"target.chip", "text", "-", 0, 0, "inf2", "name of a file in configs/chips, or a path"},
    WorkloadField{"target.instances", "text", "-", 0, 0, "as chip", "name of a file in configs/instances, or a path"},
    WorkloadField{"target.instance", "text", "-", 0, 0, "the first of the file",
                  "instance whose price and host the report uses"},
    WorkloadField{"checks.min_correlation", "number", "-", -1, 1, "-",
                  "least correlation of each output with the fp32 reference"},
    WorkloadField{"checks.min_snr_db", "number", "dB", -100, 1000, "-",
                  "least signal-to-noise ratio of each output against the fp32 reference"},
    WorkloadField{"checks.max_error", "number", "-", 0, 1e30, "-", "largest absolute error of any output element"},
    WorkloadField{"checks.min_box_iou", "number", "-", 0, 1, "-",
                  "every box must overlap its reference box at least this much"},
};

}  // namespace

std::span<const WorkloadField> workload_fields() { return kFields; }

const WorkloadField& workload_field(std::string_view path) {
  for (const WorkloadField& field : kFields)
    if (field.path == path) return field;
  throw Error(ErrorKind::internal, "", "the workload file has no key " + std::string(path));
}

}  // namespace inf::workflow
