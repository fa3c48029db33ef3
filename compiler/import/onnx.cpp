#include "compiler/import/onnx.h"

#include "compiler/import/importer.h"
#include "compiler/import/model.h"

namespace inf::compiler {
namespace {

importer::ReadOptions reading(const ImportOptions& options) {
  return {options.keep_unsupported, options.symbols, options.shapes};
}

Graph imported(const importer::Model& model, const ImportOptions& options) {
  Graph graph = importer::Importer(model, options).run();
  verify(graph, "import");
  return graph;
}

}  // namespace

Graph import_onnx(const std::filesystem::path& file, const ImportOptions& options) {
  return imported(importer::read_model(file, reading(options)), options);
}

Graph import_onnx(std::string_view bytes, const std::string& name, const ImportOptions& options) {
  return imported(importer::read_model(bytes, name, reading(options)), options);
}

}  // namespace inf::compiler
