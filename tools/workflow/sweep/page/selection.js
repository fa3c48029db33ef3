// Which points the reader looks at: ranges on axes that were brushed, and one point that was pinned.
const selection = {
  brushes: new Map(), pinned: null, listeners: [], pinListeners: [],
  brush(id, range) {
    if (range) this.brushes.set(id, range); else this.brushes.delete(id);
    this.tell();
  },
  clear() { this.brushes.clear(); this.tell(); },
  tell() { for (const listener of this.listeners) listener(); },
  pin(point) {
    this.pinned = point;
    for (const listener of this.pinListeners) listener();
  },
  // Ranges are places, 0..1, on the axes as they are drawn.
  holds(point) {
    for (const [id, [from, to]] of this.brushes) {
      const place = axisPlace(dimension[id], point.i);
      if (place === null || place < from || place > to) return false;
    }
    return true;
  },
};
// Parameters stand at equal distances, so that no level hides another; metrics by their value.
const axisPlace = (one, i) => {
  if (one.kind === "parameter") return one.levels.length < 2 ? 0.5 : one.level(i) / (one.levels.length - 1);
  const value = one.value(i);
  return value === null ? null : placeOf(one, value);
};
