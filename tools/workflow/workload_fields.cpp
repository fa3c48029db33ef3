#include "tools/workflow/workload_fields.h"

#include <array>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

constexpr std::array kFields = {
    WorkloadField{"pipeline.detect", "text", "-", 0, 0, "required",
                  "a pipeline in place of model, pre and post: the workload file that finds text boxes on the page"},
    WorkloadField{"pipeline.read", "text", "-", 0, 0, "required", "the workload file that reads words"},
    WorkloadField{"pipeline.mode", "text", "-", 0, 0, "the first of its modes", "which of the reader's modes is used"},
    WorkloadField{"pipeline.batches", "list", "words", 1, 1024, "[1, 4, 16]",
                  "batch sizes of the reader, one program each; the cheapest mix serves a page, its last call padded"},
    WorkloadField{"pipeline.crop_height", "whole number", "pixels", 2, 4096, "32",
                  "size of the crops that the reader takes"},
    WorkloadField{"pipeline.crop_width", "whole number", "pixels", 2, 4096, "128", "as crop_height"},
    WorkloadField{"pipeline.trim", "number", "pixels", 0, 1024, "0",
                  "taken off each side of a box before it is cut out: what the finder leaves around the text"},
    WorkloadField{"pipeline.words", "whole number", "words", 1, 10000, "-",
                  "how many words a page holds where no values are computed: --mode timing needs it"},
    WorkloadField{"model.onnx", "text", "-", 0, 0, "-",
                  "ONNX file, relative to the workload file; either this or builtin"},
    WorkloadField{"model.builtin", "text", "-", 0, 0, "-",
                  "a model that inf-sim writes itself: craft, parseq, a classifier or an encoder; `inf-sim build "
                  "--help` lists them"},
    WorkloadField{
        "model.height", "whole number", "pixels", 1, 16384, "from the image",
        "craft and classifiers: input height; craft's is rounded up to a multiple of 32, and the report says so; "
        "a classifier has 224"},
    WorkloadField{"model.width", "whole number", "pixels", 1, 16384, "from the image",
                  "craft and classifiers: input width, as height"},
    WorkloadField{"model.weights", "text", "-", 0, 0, "demo, or random:1",
                  "builtin only: random:SEED, a safetensors or ONNX file or, for craft and parseq, demo (constructed "
                  "by hand, not "
                  "trained)"},
    WorkloadField{"model.variant", "text", "-", 0, 0, "S", "parseq only: S or tiny"},
    WorkloadField{"model.characters", "whole number", "-", 1, 200, "25",
                  "parseq only: longest label; the decoder has one position more. Mode static has 50"},
    WorkloadField{"model.modes", "list", "-", 0, 0, "[ar]",
                  "parseq only: how the decoder is unrolled, one program each: nar, static, ar, ar-unrolled"},
    WorkloadField{"model.refine", "whole number", "-", 0, 8, "1",
                  "parseq only: refinement passes after nar and ar; static has none"},
    WorkloadField{"model.batch", "whole number", "-", 1, 1024, "1, or the file's",
                  "inputs per call: of an ONNX file the leading dimension of every input; parseq's static has 1"},
    WorkloadField{"model.sequence", "whole number", "tokens", 1, 512, "128", "encoders only: length of every sequence"},
    WorkloadField{"model.head", "text", "-", 0, 0, "hidden",
                  "encoders only: hidden (every token's vector comes back), cls (the first token's) or classification "
                  "(two logits)"},
    WorkloadField{"model.symbols", "map", "-", 1, 1048576, "-",
                  "onnx only: size of each symbolic dimension, such as {batch: 1}"},
    WorkloadField{"model.shapes", "map", "-", 1, 1048576, "-",
                  "onnx only: whole shape of an input, such as {image: [1, 3, 768, 768]}"},
    WorkloadField{"model.buckets", "list of maps", "-", 1, 1048576, "-",
                  "onnx only: sizes that programs are made for, such as [{batch: 1, seq: 64}, {batch: 8, seq: 128}]; a "
                  "run takes the smallest that holds its inputs and pads them with zeros on the right and the bottom; "
                  "symbols then says how large the inputs are"},
    WorkloadField{"inputs.name", "text", "-", 0, 0, "the only input",
                  "which model input; needed where there are several"},
    WorkloadField{"inputs.image", "text", "-", 0, 0, "-", "picture file; pre turns it into a tensor"},
    WorkloadField{"inputs.npy", "text", "-", 0, 0, "-", "NumPy file with the tensor itself"},
    WorkloadField{"inputs.random", "whole number", "-", 0, 9007199254740992, "1",
                  "seed of normally distributed values"},
    WorkloadField{"inputs.words", "whole number", "-", 1, 1024, "-",
                  "this many of the project's rendered word images, whose text is known; for readers"},
    WorkloadField{"pre.parseq", "map", "-", 0, 0, "-",
                  "empty map {}: a picture is one word, scaled to the model's input whatever its shape, values in "
                  "-1..1"},
    WorkloadField{"pre.craft.mag_ratio", "number", "-", 0.01, 16, "1.5", "the longer side grows by at most this"},
    WorkloadField{"pre.craft.canvas_size", "whole number", "pixels", 32, 16384, "1280",
                  "the longer side becomes at most this; unused where model.height and model.width are given"},
    WorkloadField{"post.craft.low_text", "number", "-", 0, 1, "0.4", "region score above which a pixel is text"},
    WorkloadField{"post.craft.link_threshold", "number", "-", 0, 1, "0.4",
                  "affinity score above which a pixel links characters"},
    WorkloadField{"post.craft.text_threshold", "number", "-", 0, 1, "0.7", "least highest region score of a box"},
    WorkloadField{"post.text.charset", "text", "-", 0, 0, "94 printable ASCII characters",
                  "what the head's classes after [E] stand for; outputs are logits [batch, positions, classes]"},
    WorkloadField{"compile.auto_cast", "text", "-", 0, 0, "all",
                  "what is rounded to auto_cast_type: none (all arithmetic is fp32), matmult (operands of matrix "
                  "products and convolutions as they enter the tensor engine) or all (stored values too)"},
    WorkloadField{
        "compile.auto_cast_type", "text", "-", 0, 0, "bf16",
        "bf16, fp16, tf32, fp8_e4m3 (all then stores bf16; past 240 an operand is infinite) or fp32 (as none); "
        "the chip must take it"},
    WorkloadField{
        "compile.host_operators", "text", "-", 0, 0, "forbid",
        "what to do with operators that the chip cannot run: forbid (refuse the model) or allow (the host runs "
        "them, and the report prices that)"},
    WorkloadField{
        "compile.cores", "whole number", "cores", 1, 4096, "1",
        "cores that run the model at the same time, a copy on each, or with --mode pipeline its layers spread "
        "over them; simulated together"},
    WorkloadField{"compile.weights", "text", "-", 0, 0, "automatic",
                  "where weights of products and convolutions are when a call begins: automatic (in SBUF, loaded once "
                  "with the model, as far as they fit and gain) or stream (each call loads them from device memory)"},
    WorkloadField{"target.chip", "text", "-", 0, 0, "inf2", "name of a file in configs/chips, or a path"},
    WorkloadField{"target.instances", "text", "-", 0, 0, "as chip", "name of a file in configs/instances, or a path"},
    WorkloadField{"target.instance", "text", "-", 0, 0, "the first of the file",
                  "instance whose price and host the report uses"},
    WorkloadField{"checks.min_correlation", "number", "-", -1, 1, "-",
                  "least correlation of each output with the fp32 reference"},
    WorkloadField{"checks.min_snr_db", "number", "dB", -100, 1000, "-",
                  "least signal-to-noise ratio of each output against the fp32 reference"},
    WorkloadField{"checks.min_layer_snr_db", "number", "dB", -100, 1000, "-",
                  "least accumulated signal-to-noise ratio of each operator; makes the report of --layer-errors"},
    WorkloadField{"checks.max_error", "number", "-", 0, 1e30, "-", "largest absolute error of any output element"},
    WorkloadField{"checks.min_box_iou", "number", "-", 0, 1, "-",
                  "every box must overlap its reference box at least this much"},
    WorkloadField{"checks.min_same_text", "number", "-", 0, 1, "-",
                  "readers: least share of words that read as in fp32 autoregressive decoding"},
    WorkloadField{"load.workers", "whole number", "workers", 1, 64, "workers_per_core of the instance file",
                  "a closed loop: threads for each copy of the model, each of which calls again when its call is done; "
                  "with rate_per_s, how many serve a copy"},
    WorkloadField{"load.cores", "whole number", "cores", 1, 4096, "all of the instance",
                  "how many cores hold a copy of the model"},
    WorkloadField{"load.rate_per_s", "number", "1/s", 1e-6, 1e9, "-",
                  "an open loop: samples arrive by a Poisson process and are put into batches"},
    WorkloadField{"load.max_batch", "whole number", "samples", 1, 1024, "1",
                  "the largest batch; powers of two below it are compiled too, and what is left empty is padding"},
    WorkloadField{"load.max_wait_ms", "number", "ms", 0, 1e6, "0",
                  "a batch that is not full leaves when its oldest sample has waited this long"},
    WorkloadField{"load.requests", "whole number", "-", 100, 10000000, "20000",
                  "calls or samples that are simulated; the first tenth is not counted"},
    WorkloadField{"load.seed", "whole number", "-", 0, 9007199254740992, "1", "of the arrivals"},
    WorkloadField{
        "compare.instances", "list", "-", 0, 0, "every size in configs/instances",
        "what `inf-sim compare` puts side by side: sizes such as inf2.xlarge, families such as inf2, or paths "
        "of instance files"},
    WorkloadField{"compare.batches", "list", "samples", 1, 1024, "[1, 2, 4, 6, 8, 16]", "batch sizes"},
    WorkloadField{"compare.modes", "list", "-", 0, 0, "[data-parallel]",
                  "how cores are used: data-parallel (a copy on each) or pipeline (layers spread over them)"},
    WorkloadField{"compare.workers", "whole number", "workers", 1, 64, "workers_per_core of the instance file",
                  "threads for each copy at full load"},
    WorkloadField{"compare.slo", "text", "-", 0, 0, "-",
                  "latency limit with its unit, such as 50ms: the best of each kind under it is named"},
};

}  // namespace

std::span<const WorkloadField> workload_fields() { return kFields; }

const WorkloadField& workload_field(std::string_view path) {
  for (const WorkloadField& field : kFields)
    if (field.path == path) return field;
  throw Error(ErrorKind::internal, "", "the workload file has no key " + std::string(path));
}

}  // namespace inf::workflow
