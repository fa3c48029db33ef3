// An annotated file is the same model, and says what it was told where viewers look.
#include "compiler/import/annotate.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/import/onnx.h"
#include "isa/base/error.h"
#include "tests/compiler/import/build_onnx.h"
#include "tests/compiler/import/wire_model.h"

using namespace inf;
using namespace inf::compiler;
using tests::OnnxBuilder;
using tests::value_of;
using tests::WireModel;
using tests::WireNode;

namespace {

/// A folder that vanishes with the test.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("inf_annotate_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string read(const std::filesystem::path& file) {
  std::ostringstream all;
  all << std::ifstream(file, std::ios::binary).rdbuf();
  return all.str();
}
void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Every node of the ledger with the fate that it has there.
OnnxAnnotations of_ledger(const Graph& graph) {
  OnnxAnnotations all{{{"chip", "inf2"}}, {}};
  for (const LedgerEntry& e : graph.ledger)
    all.nodes[e.node] = {e.onnx_type, {{"node", e.node}, {"fate", std::to_string(static_cast<int>(e.fate))}}};
  return all;
}

OnnxBuilder sum() {
  OnnxBuilder b(13);
  b.input("x", {2}).weight("w", tests::floats({2}, {3, 4})).node("Add", {"x", "w"}, {"s"}, {}, "add");
  b.node("Relu", {"s"}, {"y"}).output("y");
  return b;
}

/// y = x summed three times in a loop, by one of the two branches of an If inside.
OnnxBuilder loop() {
  auto yes = std::make_shared<OnnxBuilder>(13), no = std::make_shared<OnnxBuilder>(13),
       body = std::make_shared<OnnxBuilder>(13);
  yes->node("Add", {"state", "x"}, {"sum"}, {}, "inner").output("sum");
  no->node("Sub", {"state", "x"}, {"difference"}, {}, "other").output("difference");
  body->input("i", {}, "int64").input("go", {}, "bool").input("state", {2});
  body->weight("always", tests::scalar("bool", 1)).node("Identity", {"go"}, {"go_on"}, {}, "inner");
  body->node("If", {"always"}, {"next"}, {{"then_branch", yes}, {"else_branch", no}}, "choice");
  body->output("go_on", {}, "bool").output("next", {2});
  OnnxBuilder b(13);
  b.input("x", {2}).weight("three", tests::scalar("int64", 3)).weight("go", tests::scalar("bool", 1));
  b.node("Loop", {"three", "go", "x"}, {"y"}, {{"body", body}}, "repeat").output("y", {2});
  return b;
}

void check_same_graph(const Graph& a, const Graph& b) { CHECK(print(a, true) == print(b, true)); }

/// Every node, those of bodies too, has a placement in its metadata and the same lines in its doc_string.
void check_nodes(const std::vector<WireNode>& nodes, const std::string& key) {
  for (const WireNode& node : nodes) {
    CAPTURE(node.name);
    CHECK(value_of(node.metadata, "inf-sim." + key) != "");
    CHECK(node.doc.find("[inf-sim]\n") != std::string::npos);
    check_nodes(node.inner, key);
  }
}

}  // namespace

TEST_CASE("metadata is field 9 of each node, doc_string has the same lines, and the graph is the same") {
  const std::string bytes = sum().bytes();
  const Graph graph = import_onnx(bytes, "m.onnx");
  const std::string annotated = annotate_onnx(bytes, "m.onnx", of_ledger(graph));
  check_same_graph(import_onnx(annotated, "m.onnx"), graph);
  const WireModel seen = tests::read_wire(annotated);
  CHECK(value_of(seen.metadata, "inf-sim.chip") == "inf2");
  REQUIRE(seen.nodes.size() == 2);
  // The second node has no name and is called after its output.
  CHECK(value_of(seen.nodes[0].metadata, "inf-sim.node") == "add");
  CHECK(value_of(seen.nodes[1].metadata, "inf-sim.node") == "y");
  CHECK(seen.nodes[1].name == "");
  CHECK(seen.nodes[0].doc == "[inf-sim]\nnode: add\nfate: 0\n");
}

TEST_CASE("annotating again replaces what was said, and twice the same is the same bytes") {
  const std::string bytes = sum().bytes();
  OnnxAnnotations notes = of_ledger(import_onnx(bytes, "m.onnx"));
  const std::string first = annotate_onnx(bytes, "m.onnx", notes);
  CHECK(annotate_onnx(bytes, "m.onnx", notes) == first);
  CHECK(annotate_onnx(first, "m.onnx", notes) == first);
  notes.nodes.at("add").entries = {{"time_ns", "7"}};
  notes.model = {{"chip", "inf1"}};
  const WireModel seen = tests::read_wire(annotate_onnx(first, "m.onnx", notes));
  CHECK(seen.metadata == tests::Properties{{"inf-sim.chip", "inf1"}});
  CHECK(seen.nodes[0].metadata == tests::Properties{{"inf-sim.time_ns", "7"}});
  CHECK(seen.nodes[0].doc == "[inf-sim]\ntime_ns: 7\n");
}

TEST_CASE("nodes of bodies have the names that the ledger gives them") {
  const std::string bytes = loop().bytes();
  const Graph graph = import_onnx(bytes, "m.onnx");
  OnnxAnnotations notes = of_ledger(graph);
  for (auto& [name, node] : notes.nodes) node.entries.push_back({"placement", "chip"});
  const WireModel seen = tests::read_wire(annotate_onnx(bytes, "m.onnx", notes));
  check_nodes(seen.nodes, "placement");
  REQUIRE(seen.nodes.size() == 1);
  const WireNode& repeat = seen.nodes[0];
  CHECK(value_of(repeat.metadata, "inf-sim.node") == "repeat");
  REQUIRE(repeat.inner.size() == 2);
  CHECK(value_of(repeat.inner[0].metadata, "inf-sim.node") == "repeat/inner");
  CHECK(value_of(repeat.inner[1].metadata, "inf-sim.node") == "repeat/choice");
  REQUIRE(repeat.inner[1].inner.size() == 2);
  // A branch's node that shares its name with one around it has a suffix in the ledger.
  CHECK(value_of(repeat.inner[1].inner[0].metadata, "inf-sim.node") == "repeat/inner.1");
  CHECK(value_of(repeat.inner[1].inner[1].metadata, "inf-sim.placement") == "nowhere: 'repeat/choice' never runs it");
}

TEST_CASE("weights in files stay there, or come into a file that lies elsewhere") {
  const Folder folder;
  std::filesystem::create_directories(folder.path / "other");
  write(folder.path / "weights.bin", std::string("\0\0\x80\x3f\0\0\0\x40", 8));  // 1 and 2
  OnnxBuilder b(13);
  b.input("x", {2}).external("w", "float", {2}, "weights.bin", 0, 8);
  b.node("Add", {"x", "w"}, {"y"}, {}, "n").output("y").save(folder.path / "m.onnx");
  const Graph graph = import_onnx(folder.path / "m.onnx");
  const OnnxAnnotations notes = of_ledger(graph);
  for (const std::filesystem::path& to : {folder.path / "beside.onnx", folder.path / "other" / "far.onnx"}) {
    CAPTURE(to.string());
    write(to, annotate_onnx_file(folder.path / "m.onnx", to, notes));
    check_same_graph(import_onnx(to), graph);
  }
  CHECK(read(folder.path / "beside.onnx").find("weights.bin") != std::string::npos);
  CHECK(read(folder.path / "other" / "far.onnx").find("weights.bin") == std::string::npos);
  const auto message = [&](const std::filesystem::path& model, const std::filesystem::path& to) {
    try {
      annotate_onnx_file(model, to, notes);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  const std::string model = (folder.path / "m.onnx").string();
  CHECK(message(model, folder.path / "other" / ".." / "m.onnx") ==
        (folder.path / "other" / ".." / "m.onnx").string() + ": is the model itself\n  name another file");
  // 4 GB of weights in a file that takes no disk
  std::filesystem::resize_file(folder.path / "weights.bin", std::uintmax_t{1} << 32);
  OnnxBuilder large(13);
  large.input("x", {1}).external("w", "float", {1 << 30}, "weights.bin", 0, std::int64_t{1} << 32);
  large.node("Add", {"x", "w"}, {"y"}, {}, "n").output("y").save(folder.path / "large.onnx");
  CHECK(message(folder.path / "large.onnx", folder.path / "other" / "l.onnx") ==
        (folder.path / "large.onnx").string() +
            ": its weights are more than the 2 GiB that one ONNX file holds\n  write the new model into the model's "
            "folder: its weights stay in their files then");
}
