#include "compiler/passes/partition.h"

#include <algorithm>
#include <map>
#include <set>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"

namespace inf::compiler {
namespace {

/// Segment of every node and break when the first segment, which may stay empty, is of `first`; segments alternate.
struct Levels {
  std::vector<int> nodes, breaks;
  int count() const {
    std::set<int> all(nodes.begin(), nodes.end());
    all.insert(breaks.begin(), breaks.end());
    return static_cast<int>(all.size());
  }
};

class Leveller {
 public:
  Leveller(const Graph& graph, const std::vector<Place>& places, const std::vector<Break>& breaks, Place first)
      : graph_(graph), places_(places), breaks_(breaks), first_(first), value_(graph.values.size(), 0) {
    found_.nodes.resize(graph.nodes.size());
    found_.breaks.resize(breaks.size());
  }

  /// Nodes are in order, breaks stand beside them: repeated until no break moves a value to a later segment.
  Levels run() {
    do {
      for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        const Node& node = graph_.nodes[i];
        found_.nodes[i] = level(node.inputs, places_[i]);
        each_output(node, [&](ValueId id) { value_[static_cast<std::size_t>(id)] = found_.nodes[i]; });
      }
    } while (pass_breaks());
    return found_;
  }

 private:
  int level(const std::vector<ValueId>& reads, Place place) const {
    int least = 0;
    for (const ValueId id : reads)
      if (id != kNoValue) least = std::max(least, value_[static_cast<std::size_t>(id)]);
    return (least % 2 == 0) == (place == first_) ? least : least + 1;
  }

  bool pass_breaks() {
    bool moved = false;
    for (std::size_t i = 0; i < breaks_.size(); ++i) {
      found_.breaks[i] = level(breaks_[i].reads, Place::host);
      for (const ValueId id : breaks_[i].writes) {
        int& own = value_[static_cast<std::size_t>(id)];
        moved = moved || own != found_.breaks[i];
        own = found_.breaks[i];
      }
    }
    return moved;
  }

  const Graph& graph_;
  const std::vector<Place>& places_;
  const std::vector<Break>& breaks_;
  Place first_;
  std::vector<int> value_;
  Levels found_;
};

/// Copies part of a graph into a graph of its own.
class Extract {
 public:
  explicit Extract(const Graph& whole) : whole_(whole), ids_(whole.values.size(), kNoValue) {
    part_.name = whole.name;
    part_.opset = whole.opset;
  }

  void take(const Node& node) {
    Node copy = node;
    for (ValueId& id : copy.inputs) id = of(id);
    copy.output = of(copy.output);
    for (ValueId& id : copy.more) id = of(id);
    part_.nodes.push_back(std::move(copy));
  }
  void take_input(ValueId id) { part_.inputs.push_back(of(id)); }
  void take_output(ValueId id) { part_.outputs.push_back(of(id)); }

  Graph finish() {
    std::set<std::string> names;
    for (const Node& node : part_.nodes) names.insert(node.name);
    for (const LedgerEntry& entry : whole_.ledger)
      if (names.contains(entry.node) || (entry.fate == Fate::fused && names.contains(entry.into)))
        part_.ledger.push_back(entry);
    return std::move(part_);
  }

 private:
  ValueId of(ValueId id) {
    if (id == kNoValue) return id;
    ValueId& own = ids_[static_cast<std::size_t>(id)];
    if (own == kNoValue) own = part_.add(whole_.value(id));
    return own;
  }

  const Graph& whole_;
  Graph part_;
  std::vector<ValueId> ids_;
};

/// Level of the node that writes each value, -1 for values that no node writes.
std::vector<int> level_of_values(const Graph& graph, const std::vector<int>& level) {
  std::vector<int> written(graph.values.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    each_output(graph.nodes[i], [&](ValueId id) { written[static_cast<std::size_t>(id)] = level[i]; });
  }
  return written;
}

Graph part(const Graph& graph, const std::vector<int>& level, const std::vector<int>& written, int wanted) {
  Extract extract(graph);
  std::set<ValueId> read, inside, read_later(graph.outputs.begin(), graph.outputs.end());
  std::vector<ValueId> made;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const ValueId id : graph.nodes[i].inputs) {
      if (id == kNoValue || graph.value(id).constant) continue;
      if (level[i] == wanted && written[static_cast<std::size_t>(id)] != wanted) read.insert(id);
      if (level[i] != wanted && written[static_cast<std::size_t>(id)] == wanted) read_later.insert(id);
    }
  for (const ValueId id : graph.inputs)
    if (read.erase(id) > 0) extract.take_input(id);
  for (const ValueId id : read) extract.take_input(id);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (level[i] != wanted) continue;
    extract.take(graph.nodes[i]);
    each_output(graph.nodes[i], [&](ValueId id) { made.push_back(id); });
  }
  for (const ValueId id : made)
    if (read_later.contains(id)) extract.take_output(id);
  return extract.finish();
}

/// Operators that only carry, select or rename data.
bool carries(const Node& node) {
  return as<Reshape>(node) || as<Transpose>(node) || as<Slice>(node) || as<Concat>(node) || as<Expand>(node) ||
         as<Cast>(node);
}

}  // namespace

const char* name(Place place) {
  switch (place) {
    case Place::chip: return "chip";
    case Place::host: return "host";
  }
  return "";
}

std::vector<Segment> partition(const Graph& graph, const std::vector<Place>& places, const std::vector<Break>& breaks) {
  Place first = Place::chip;
  Levels level = Leveller(graph, places, breaks, first).run();
  if (Levels other = Leveller(graph, places, breaks, Place::host).run(); other.count() < level.count())
    level = std::move(other), first = Place::host;
  const std::vector<int> written = level_of_values(graph, level.nodes);
  std::set<int> all(level.nodes.begin(), level.nodes.end());
  all.insert(level.breaks.begin(), level.breaks.end());
  std::vector<Segment> segments;
  for (const int l : all) {
    const Place place = (l % 2 == 0) == (first == Place::chip) ? Place::chip : Place::host;
    const auto inside = std::count(level.breaks.begin(), level.breaks.end(), l);
    segments.push_back({place, part(graph, level.nodes, written, l), static_cast<std::size_t>(inside)});
  }
  return segments;
}

std::vector<Graph> split(const Graph& graph, const std::vector<int>& level) {
  const std::vector<int> written = level_of_values(graph, level);
  std::vector<Graph> graphs;
  for (const int l : std::set<int>(level.begin(), level.end())) graphs.push_back(part(graph, level, written, l));
  return graphs;
}

int follow_to_host(const Graph& graph, std::vector<Place>& places) {
  const Uses use = uses(graph);
  std::vector<bool> on_host(places.size()), follower(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    on_host[i] = places[i] == Place::host;
    follower[i] = !on_host[i] && carries(graph.nodes[i]) && !use.consumers_of(graph.nodes[i].output).empty() &&
                  !use.is_output[static_cast<std::size_t>(graph.nodes[i].output)];
  }
  const auto host_side = [&](int node) {
    return on_host[static_cast<std::size_t>(node)] || follower[static_cast<std::size_t>(node)];
  };
  const auto stays = [&](const Node& node) {
    const auto readers = use.consumers_of(node.output);
    return std::any_of(readers.begin(), readers.end(), [&](int r) { return !host_side(r); }) ||
           std::any_of(node.inputs.begin(), node.inputs.end(),
                       [&](ValueId id) { return use.producer_of(id) >= 0 && !host_side(use.producer_of(id)); });
  };
  // Chains follow as a whole: start with every candidate and drop those that touch the chip until none does.
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < places.size(); ++i)
      if (follower[i] && stays(graph.nodes[i])) follower[i] = false, again = true;
  }
  for (std::size_t i = 0; i < places.size(); ++i)
    if (follower[i]) places[i] = Place::host;
  return static_cast<int>(std::count(follower.begin(), follower.end(), true));
}

}  // namespace inf::compiler
