#include "compiler/import/onnx.h"

#include "compiler/import/batch.h"
#include "compiler/import/importer.h"
#include "compiler/import/model.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

importer::ReadOptions reading(const ImportOptions& options) {
  return {options.keep_unsupported, options.symbols, options.shapes, options.batch};
}

Graph run(const importer::Model& model, const ImportOptions& options) {
  Graph graph = importer::Importer(model, options).run();
  verify(graph, "import");
  return graph;
}

/// Does the model import at the batch that it was exported for?
bool takes_own_batch(const importer::Model& model, ImportOptions options) {
  const std::int64_t own = importer::own_batch(model);
  if (own == 0 || own == options.batch) return false;
  options.batch.reset();
  try {
    run(model, options);
  } catch (const Error&) {
    return false;
  }
  return true;
}

Graph imported(const importer::Model& model, const ImportOptions& options) {
  if (!options.batch) return run(model, options);
  const ImportOptions bound = importer::bind_batch(model, options);
  try {
    Graph graph = run(model, bound);
    importer::check_batch(model, graph, *options.batch);
    return graph;
  } catch (const Error& error) {
    if (!takes_own_batch(model, bound)) throw;
    importer::explain_fixed_batch(model, *options.batch, error);
  }
}

}  // namespace

Graph import_onnx(const std::filesystem::path& file, const ImportOptions& options) {
  return imported(importer::read_model(file, reading(options)), options);
}

Graph import_onnx(std::string_view bytes, const std::string& name, const ImportOptions& options) {
  return imported(importer::read_model(bytes, name, reading(options)), options);
}

}  // namespace inf::compiler
