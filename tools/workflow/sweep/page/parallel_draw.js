// Parallel coordinates: an axis for each parameter that varies and each metric, a line for each point that is done.
const scaleStops = [[26, 12, 64], [56, 72, 140], [32, 118, 142], [48, 164, 112], [146, 206, 62], [250, 232, 60]];
// 0: best. What is best stands out from the ground, be that light or dark.
const scaleColor = place => {
  const along = theme.isDark() ? 1 - 0.75 * place : 0.86 * place, at = Math.max(0, Math.min(1, along)) * (scaleStops.length - 1);
  const low = Math.min(scaleStops.length - 2, Math.floor(at)), part = at - low;
  return "rgb(" + scaleStops[low].map((v, k) => Math.round(v + (scaleStops[low + 1][k] - v) * part)).join(" ") + ")";
};
const badness = (one, i) => {
  const place = axisPlace(one, i);
  return place === null ? 1 : one.more ? 1 - place : place;
};

const parallelState = { axes: [], color: null, upright: true, width: 0, height: 0, span: [0, 0], across: [] };
const axisText = (one, value) => one.kind === "parameter" ? one.text(value) : plainFigure(one.format(value));

// Where axes and values lie: axes stand side by side, or, where the page is narrow, below each other.
const layOut = (width, height) => {
  const state = parallelState, count = state.axes.length;
  state.width = width;
  state.height = height;
  state.upright = !narrow();
  const margin = state.upright ? 62 : 30, along = state.upright ? width : height - 28;
  state.across = state.axes.map((one, k) => count < 2 ? along / 2 : margin + (along - 2 * margin) * k / (count - 1));
  state.span = state.upright ? [height - 14, 66] : [8, width - 8];
};
const spot = (axis, place) => {
  const { span, across, upright } = parallelState, at = span[0] + (span[1] - span[0]) * place;
  return upright ? [across[axis], at] : [at, across[axis]];
};

const tracePoint = (c, i) => {
  let begun = false;
  parallelState.axes.forEach((one, k) => {
    const place = axisPlace(one, i);
    if (place === null) return;
    const [x, y] = spot(k, place);
    if (begun) c.lineTo(x, y); else c.moveTo(x, y);
    begun = true;
  });
};
const kTones = 24;
// Lines of one tone are drawn as one path: tens of thousands would take too long one by one.
const drawLines = c => {
  const held = done.filter(point => selection.holds(point)), others = selection.brushes.size > 0 ? done.filter(point => !selection.holds(point)) : [];
  const color = dimension[parallelState.color], tones = Array.from({ length: kTones }, () => []);
  for (const point of held) if (!point.front) tones[Math.min(kTones - 1, Math.floor(badness(color, point.i) * kTones))].push(point);
  const stroke = (list, style, width) => {
    c.strokeStyle = style;
    c.lineWidth = width;
    // A path crosses itself without adding up, so faint lines go in small parts.
    for (let from = 0; from < list.length; from += 8) {
      c.beginPath();
      for (const point of list.slice(from, from + 8)) tracePoint(c, point.i);
      c.stroke();
    }
  };
  c.lineJoin = "round";
  c.globalAlpha = Math.max(0.03, Math.min(0.25, 60 / (others.length + 1)));
  stroke(others, css("--soft"), 1);
  c.globalAlpha = Math.max(0.1, Math.min(0.8, 160 / (held.length + 1)));
  for (let tone = kTones - 1; tone >= 0; --tone) stroke(tones[tone], scaleColor((tone + 0.5) / kTones), 1);
  c.globalAlpha = 1;
  const best = held.filter(point => point.front);
  stroke(best, css("--ground"), 3.4);
  stroke(best, frontColor(), 1.8);
  if (selection.pinned && selection.pinned.status === "done") stroke([selection.pinned], css("--strong"), 2.6);
};

// A text with the ground around it, so that lines behind do not touch it.
const drawText = (c, text, x, y) => {
  c.strokeStyle = css("--ground");
  c.lineWidth = 4;
  c.strokeText(text, x, y);
  c.fillText(text, x, y);
};
const axisTicks = one => {
  if (one.kind === "parameter") {
    const step = Math.ceil(one.levels.length / 9);
    return one.levels.map((level, k) => [one.levels.length < 2 ? 0.5 : k / (one.levels.length - 1), level]).filter((tick, k) => k % step === 0);
  }
  const { least, most } = one.range;
  if (most <= least) return [[0.5, plainFigure(one.format(least))]];
  const count = parallelState.upright ? 4 : 2;
  return Array.from({ length: count + 1 }, (unused, k) => k / count)
    .map(place => [place, axisFigure(one, one.log ? least * (most / least) ** place : least + (most - least) * place)]);
};
// Three digits are enough along an axis; accuracies differ far behind the point.
const axisFigure = (one, value) => one.id === "accuracy" ? value.toFixed(4) : plainFigure(one.format(Number(value.toPrecision(3))));
const shortened = (c, text, width) => {
  if (c.measureText(text).width <= width) return text;
  let kept = text;
  while (kept.length > 1 && c.measureText(kept + "\u2026").width > width) kept = kept.slice(0, -1);
  return kept + "\u2026";
};
// A title in up to three lines that break behind '.' and '_'.
const titleLines = (c, text, width) => {
  const lines = [""];
  for (const piece of text.split(/(?<=[._ ])/)) {
    const last = lines.length - 1;
    if (lines[last] === "" || c.measureText(lines[last] + piece).width <= width) lines[last] += piece; else lines.push(piece);
  }
  return lines.slice(0, 3).map(line => shortened(c, line, width));
};

const drawAxes = c => {
  const { axes, upright, width } = parallelState;
  c.font = "11.5px system-ui, sans-serif";
  const gap = axes.length < 2 ? width : Math.abs(parallelState.across[1] - parallelState.across[0]);
  axes.forEach((one, k) => {
    c.strokeStyle = css("--soft");
    c.lineWidth = 1;
    c.beginPath(); c.moveTo(...spot(k, 0)); c.lineTo(...spot(k, 1)); c.stroke();
    drawBrush(c, k);
    c.fillStyle = css("--soft");
    drawTicks(c, one, k, gap);
    c.fillStyle = one.objective ? css("--strong") : css("--text");
    c.font = (one.objective ? "600 " : "") + "12px system-ui, sans-serif";
    const name = one.title + (one.titleUnit ? ", " + one.titleUnit : "") + (better(one) ? (one.more ? "\u00a0\u2191" : "\u00a0\u2193") : "");
    if (upright) {
      c.textAlign = "center";
      titleLines(c, name, Math.min(gap - 10, 2 * Math.min(parallelState.across[k], width - parallelState.across[k]) - 6)).forEach((line, row) => drawText(c, line, parallelState.across[k], 14 + row * 14));
    } else {
      c.textAlign = "left";
      drawText(c, shortened(c, name, width - 12), 4, parallelState.across[k] - 10);
    }
    c.font = "11.5px system-ui, sans-serif";
  });
};
const drawTicks = (c, one, k, gap) => {
  const { upright, width } = parallelState;
  let end = -Infinity;
  for (const [place, text] of axisTicks(one)) {
    const [x, y] = spot(k, place);
    if (upright) {
      const last = k === parallelState.axes.length - 1;
      c.textAlign = last ? "right" : "left";
      drawText(c, shortened(c, text, gap * 0.62), x + (last ? -6 : 6), y + 4);
    } else {
      const wide = c.measureText(text).width, left = Math.max(2, Math.min(width - 2 - wide, x - wide / 2));
      if (left < end + 8) continue;
      end = left + wide;
      c.textAlign = "left";
      drawText(c, text, left, y + 16);
    }
  }
};
const drawBrush = (c, k) => {
  const range = selection.brushes.get(parallelState.axes[k].id);
  if (!range) return;
  const [x0, y0] = spot(k, range[0]), [x1, y1] = spot(k, range[1]), half = 7;
  c.fillStyle = withAlpha(frontColor(), 0.25);
  c.strokeStyle = frontColor();
  c.lineWidth = 1.5;
  const box = parallelState.upright ? [x0 - half, y1, 2 * half, y0 - y1] : [x0, y0 - half, x1 - x0, 2 * half];
  c.fillRect(...box);
  c.strokeRect(...box);
};
