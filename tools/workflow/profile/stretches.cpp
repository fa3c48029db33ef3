#include "tools/workflow/profile/stretches.h"

#include <algorithm>
#include <map>
#include <queue>
#include <tuple>

namespace inf::workflow {
namespace {

/// Stretches [first, last] of the path, in a list that pieces are taken out of.
struct Piece {
  std::size_t first = 0, last = 0;
  std::int64_t ticks = 0;
  int op = -1;
  std::size_t before = 0, after = 0;  ///< neighbours, kNone at the ends
  bool gone = false;
  int version = 0;
};
constexpr std::size_t kNone = ~std::size_t{0};

class Joiner {
 public:
  explicit Joiner(const std::vector<PathStretch>& path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (!pieces_.empty() && pieces_.back().op == path[i].op) {
        pieces_.back().last = i;
        pieces_.back().ticks += path[i].to - path[i].from;
        continue;
      }
      pieces_.push_back({i, i, path[i].to - path[i].from, path[i].op, pieces_.size() - 1, pieces_.size() + 1});
    }
    if (!pieces_.empty()) pieces_.front().before = kNone, pieces_.back().after = kNone;
    left_ = pieces_.size();
    for (std::size_t i = 0; i < pieces_.size(); ++i) queue(i);
  }

  std::vector<Piece> down_to(std::size_t most) {
    while (left_ > std::max<std::size_t>(1, most) && !shortest_.empty()) {
      const auto [ticks, index, version] = shortest_.top();
      shortest_.pop();
      const Piece& piece = pieces_[index];
      if (!piece.gone && piece.version == version) join_neighbour(index);
    }
    std::vector<Piece> result;
    for (const Piece& piece : pieces_)
      if (!piece.gone) result.push_back(piece);
    return result;
  }

 private:
  void queue(std::size_t index) { shortest_.emplace(pieces_[index].ticks, index, pieces_[index].version); }

  void join_neighbour(std::size_t index) {
    const Piece& piece = pieces_[index];
    const auto length = [&](std::size_t at) { return at == kNone ? INT64_MAX : pieces_[at].ticks; };
    std::size_t kept = length(piece.before) <= length(piece.after) ? piece.before : piece.after;
    if (kept == kNone) return;
    merge(kept, index);
    // What lay between two pieces of one operator is gone: they meet.
    for (const std::size_t next : {pieces_[kept].before, pieces_[kept].after})
      if (next != kNone && pieces_[next].op == pieces_[kept].op) merge(kept, next);
    queue(kept);
  }

  void merge(std::size_t kept, std::size_t taken) {
    Piece &a = pieces_[kept], &b = pieces_[taken];
    if (b.ticks > a.ticks) a.op = b.op;
    a.first = std::min(a.first, b.first);
    a.last = std::max(a.last, b.last);
    a.ticks += b.ticks;
    ++a.version;
    b.gone = true;
    if (b.before != kNone && b.before != kept) pieces_[b.before].after = kept, a.before = b.before;
    if (b.after != kNone && b.after != kept) pieces_[b.after].before = kept, a.after = b.after;
    if (b.before == kNone) a.before = kNone;
    if (b.after == kNone) a.after = kNone;
    --left_;
  }

  std::vector<Piece> pieces_;
  std::size_t left_ = 0;
  using Entry = std::tuple<std::int64_t, std::size_t, int>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> shortest_;
};

std::vector<Part> parts_of(const std::map<std::string, std::int64_t>& sums) {
  std::vector<Part> parts;
  for (const auto& [name, ticks] : sums) parts.push_back({name, ticks});
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.ticks > b.ticks; });
  return parts;
}

std::string name_of(const Profile& profile, const std::map<int, std::int64_t>& ops, int most, std::int64_t whole) {
  const auto known = [&](int op) { return op >= 0 && op < static_cast<int>(profile.operators.size()); };
  if (!known(most)) return "-";
  const ProfileOperator& first = profile.operators[static_cast<std::size_t>(most)];
  if (2 * ops.at(most) >= whole || first.layer.empty()) return first.use.name;
  std::map<std::string, std::int64_t> layers;
  for (const auto& [op, ticks] : ops)
    if (known(op)) layers[profile.operators[static_cast<std::size_t>(op)].layer] += ticks;
  return std::max_element(layers.begin(), layers.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

Stretch stretch_of(const Profile& profile, const Piece& piece) {
  const std::vector<PathStretch>& path = profile.path;
  Stretch stretch{path[piece.first].from, path[piece.last].to, -1, 0, {}, {}, {}};
  std::map<int, std::int64_t> ops;
  std::map<std::string, std::int64_t> engines, causes;
  for (std::size_t i = piece.first; i <= piece.last; ++i) {
    const PathStretch& s = path[i];
    const std::int64_t ticks = s.to - s.from;
    ops[s.op] += ticks;
    engines[s.engine] += ticks;
    causes[s.cause.starts_with(s.engine) ? s.cause : s.engine + " " + s.cause] += ticks;
  }
  const auto most =
      std::max_element(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  stretch.op = most->first;
  stretch.others = static_cast<int>(ops.size() - 1 - (stretch.op != -1 && ops.contains(-1) ? 1 : 0));
  stretch.name = name_of(profile, ops, most->first, stretch.to - stretch.from);
  stretch.engines = parts_of(engines);
  stretch.causes = parts_of(causes);
  return stretch;
}

}  // namespace

std::vector<Stretch> stretches(const Profile& profile, std::size_t most) {
  std::vector<Stretch> list;
  if (profile.path.empty()) return list;
  for (const Piece& piece : Joiner(profile.path).down_to(most)) list.push_back(stretch_of(profile, piece));
  return list;
}

std::vector<Lane> lanes(const Profile& profile, std::size_t columns) {
  std::vector<Lane> list;
  for (const Part& engine : split(profile, By::engine)) list.push_back({engine.name, std::vector<double>(columns, 0)});
  const double width = static_cast<double>(profile.ticks) / static_cast<double>(columns);
  for (const PathStretch& s : profile.path) {
    const auto lane = std::find_if(list.begin(), list.end(), [&](const Lane& l) { return l.engine == s.engine; });
    if (lane == list.end()) continue;
    auto column = static_cast<std::size_t>(static_cast<double>(s.from) / width);
    for (double at = static_cast<double>(s.from); at < static_cast<double>(s.to) && column < columns; ++column) {
      const double until = std::min(static_cast<double>(s.to), width * static_cast<double>(column + 1));
      if (until > at) lane->share[column] += (until - at) / width, at = until;
    }
  }
  return list;
}

}  // namespace inf::workflow
