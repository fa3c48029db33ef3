// The time line as arrays that can be searched, and the view on it: from one tick to another.
const timelineRows = () => {
  const decode = row => {
    const start = new Float64Array(row.start.length), end = new Float64Array(row.start.length);
    let at = 0;
    row.start.forEach((step, i) => { at += step; start[i] = at; end[i] = at + row.ticks[i]; });
    return { ...row, start, end };
  };
  const rows = data.timeline.rows.map(decode), several = new Set(rows.map(row => row.chip + "." + row.core)).size > 1;
  for (const row of rows) {
    row.label = (several && row.kind !== "host" ? row.chip + "." + row.core + " " : "") + row.name;
    row.longest = row.end.reduce((most, end, i) => Math.max(most, end - row.start[i]), 0);
  }
  if (data.timeline.path) {
    const path = decode(data.timeline.path);
    rows.unshift({ ...path, kind: "path", label: "critical path", name: "critical path", longest: path.end.reduce((most, end, i) => Math.max(most, end - path.start[i]), 0) });
  }
  return rows;
};

// The first stretch that may reach `tick`: stretches start in order, and none is longer than the row's longest.
const firstFrom = (row, tick) => {
  let low = 0, high = row.start.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row.start[middle] < tick - row.longest) low = middle + 1; else high = middle;
  }
  return low;
};
// The stretch at a tick; of those that overlap, the one that starts last.
const stretchAt = (row, tick, slack) => {
  let found = -1;
  for (let i = firstFrom(row, tick - slack); i < row.start.length && row.start[i] <= tick + slack; ++i) if (row.end[i] >= tick - slack) found = i;
  return found;
};

// What is seen. The least width is some ticks, the most everything.
const makeView = (ticks, changed) => {
  const least = Math.min(200, ticks);
  const view = {
    from: 0, to: ticks,
    set(from, to) {
      const width = Math.min(ticks, Math.max(least, to - from)), start = Math.max(0, Math.min(ticks - width, from));
      if (start === view.from && start + width === view.to) return false;
      view.from = start;
      view.to = start + width;
      changed();
      return true;
    },
    // Smaller factors show less; the tick `at` keeps its place.
    zoom(factor, at = (view.from + view.to) / 2) { return view.set(at - (at - view.from) * factor, at + (view.to - at) * factor); },
    pan(part) { const width = view.to - view.from; return view.set(view.from + part * width, view.to + part * width); },
    all() { return view.set(0, ticks); },
  };
  return view;
};
// Round steps for the axis, in ns.
const niceStep = (range, most) => {
  const rough = range / most, power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find(lead => lead * power >= rough);
};
