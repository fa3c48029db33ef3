// What the picture of the front shows: its axes, sets of points with their marks, and lines.
const frontColor = () => css("--dma"), pointColor = () => css("--tensor");
const withAlpha = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, "0");

// Objectives first; a sweep with one objective is shown over its most important parameter.
const chartDimensions = () => [...metrics, ...varying.filter(one => one.numeric)];
const firstAxes = () => {
  if (objectives.length > 1) return [objectives[0], objectives[1]];
  const numeric = varying.filter(one => one.numeric);
  const strongest = numeric.reduce((a, b) => !a || data.importance[b.index].share[0] > data.importance[a.index].share[0] ? b : a, null);
  const other = metrics.find(one => one.id !== objectives[0]);
  return [strongest ? strongest.id : other ? other.id : objectives[0], objectives[0]];
};

const chartPoint = (point, x, y, useBound) => {
  const of = one => useBound && one.kind === "metric" ? one.bound(point.i) ?? null : one.value(point.i);
  return { x: of(x), y: of(y), point };
};
const plotted = list => list.filter(at => at.x !== null && at.y !== null && at.x !== undefined && at.y !== undefined);

// An arrow that points to where the point really lies: somewhere worse than its bound.
const arrowMark = (x, y, color) => {
  const size = 11, mark = document.createElement("canvas"), c = mark.getContext("2d");
  const towards = one => one.kind !== "metric" ? 0 : one.more ? -1 : 1;
  const right = towards(x), up = towards(y), from = [5.5 - right * 4, 5.5 + up * 4], to = [5.5 + right * 4, 5.5 - up * 4];
  mark.width = mark.height = size;
  c.strokeStyle = color;
  c.lineWidth = 1.1;
  c.beginPath();
  c.moveTo(...from); c.lineTo(...to);
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  for (const turn of [2.5, -2.5]) { c.moveTo(...to); c.lineTo(to[0] + 4 * Math.cos(angle + turn), to[1] + 4 * Math.sin(angle + turn)); }
  c.stroke();
  return mark;
};

const chartSets = (x, y, shown) => {
  const of = (list, useBound) => plotted(list.map(point => chartPoint(point, x, y, useBound)));
  const chosen = list => list.filter(point => selection.holds(point)), many = done.length > 1500;
  const limited = done.filter(point => !point.within), able = done.filter(point => point.within && !point.front);
  const sets = [];
  const set = (id, list, look) => sets.push({ id, data: list, pointHoverRadius: 0, ...look });
  if (shown.front) set("front", of(chosen(front)), { pointBackgroundColor: frontColor(), pointBorderColor: css("--ground"), pointBorderWidth: 1.5, radius: 5.5, ...frontLine(x, y) });
  if (shown.done) set("done", of(chosen(able)), { backgroundColor: withAlpha(pointColor(), many ? 0.45 : 0.7), borderWidth: 0, radius: many ? 2.2 : 3.2 });
  if (shown.limited) set("limited", of(chosen(limited)), { pointStyle: "crossRot", borderColor: withAlpha(css("--waiting"), many ? 0.6 : 0.9), borderWidth: 1.3, radius: many ? 2.5 : 3.2 });
  if (shown.discarded) set("discarded", of(points.filter(point => point.status === "discarded" && selection.brushes.size === 0), true), { pointStyle: arrowMark(x, y, withAlpha(css("--soft"), many ? 0.3 : 0.6)) });
  if (selection.brushes.size > 0) set("others", of(done.filter(point => !selection.holds(point))), { backgroundColor: withAlpha(css("--soft"), 0.16), borderWidth: 0, radius: 2 });
  return sets;
};
// Steps that part what the front reaches from what nothing reaches; only where the two axes are the two objectives.
const frontLine = (x, y) => {
  const whole = objectives.length === 2 && x.id !== y.id && objectives.includes(x.id) && objectives.includes(y.id) && selection.brushes.size === 0;
  return whole ? { showLine: true, stepped: x.more ? "after" : "before", borderJoinStyle: "round", borderColor: frontColor(), borderWidth: 1.5, backgroundColor: "transparent" } : {};
};

const axisOptions = (one, sets, which) => {
  const range = spread(sets.flatMap(set => set.data.map(at => at[which])));
  const log = one.kind === "parameter" ? range.least > 0 && range.most >= 4 * range.least : spansDecades(range), room = log ? (range.most / range.least) ** 0.04 : (range.most - range.least) * 0.04 || Math.abs(range.most) * 0.05 || 1;
  const edges = range.most < range.least ? {} : log ? { min: range.least / room, max: range.most * room } : { min: range.least - room, max: range.most + room };
  const decades = log ? Math.log10(range.most / range.least) : 0, crowd = (which === "x" && narrow() ? 2 : 1) * decades, leads = crowd > 4.5 ? [1] : crowd > 1.6 ? [1, 3] : [1, 2, 3, 5, 7];
  const label = value => {
    if (log && one.kind === "metric") {
      const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
      if (!leads.some(plain => Math.abs(lead - plain) < 1e-6)) return "";
    }
    return plainFigure(one.format(value));
  };
  // Ends of the axis that are no round figures get no label.
  return {
    type: log ? "logarithmic" : "linear", ...edges, grid: { color: tick => tick.tick && tick.tick.label === "" ? withAlpha(css("--line"), 0.45) : css("--line") },
    ticks: { callback: (value, index, ticks) => one.kind === "metric" && !log && (index === 0 || index === ticks.length - 1) ? "" : label(value), maxRotation: 0, autoSkip: one.kind === "parameter" || !log, autoSkipPadding: 14 },
    ...(one.kind === "parameter" ? { afterBuildTicks: axis => { axis.ticks = [...new Set(one.numbers)].sort((a, b) => a - b).map(value => ({ value })); } } : {}),
    title: axisTitle(one.title + (one.titleUnit ? ", " + one.titleUnit : "") + (log ? ", logarithmic" : "") + (better(one) ? " (" + better(one) + ")" : "")),
  };
};

const limitText = (c, text, x, y) => {
  c.setLineDash([]);
  drawText(c, text, x, y);
  c.setLineDash([6, 4]);
  c.strokeStyle = css("--mark");
  c.lineWidth = 1;
};
// Limits as dashed lines.
const limitLines = (x, y) => ({
  id: "limits",
  afterDatasetsDraw(chart) {
    const c = chart.ctx, area = chart.chartArea;
    c.save();
    c.strokeStyle = c.fillStyle = css("--mark");
    c.setLineDash([6, 4]);
    c.font = "12px system-ui, sans-serif";
    for (const limit of data.limits) {
      const words = "limit " + figureText(limit.metric, limit.bound);
      if (limit.metric === x.id) {
        const at = chart.scales.x.getPixelForValue(limit.bound);
        if (at < area.left || at > area.right) continue;
        const left = at > (area.left + area.right) / 2;
        c.beginPath(); c.moveTo(at, area.top); c.lineTo(at, area.bottom); c.stroke();
        c.textAlign = left ? "right" : "left";
        limitText(c, words, at + (left ? -5 : 5), area.bottom - 8);
      } else if (limit.metric === y.id) {
        const at = chart.scales.y.getPixelForValue(limit.bound);
        if (at < area.top || at > area.bottom) continue;
        c.beginPath(); c.moveTo(area.left, at); c.lineTo(area.right, at); c.stroke();
        c.textAlign = "right";
        limitText(c, words, area.right - 5, at - 5);
      }
    }
    c.restore();
  },
});
