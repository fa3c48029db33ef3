// Draws rows of stretches on a canvas. What is narrower than a pixel is drawn once for a pixel.
const timelinePicture = (rows, view, state) => {
  const sizes = { path: 22, engine: 24, queue: 13, host: 20 }, gap = 4, axis = 24, overview = 34;
  let y = overview + axis;
  let before = "";
  for (const row of rows) {
    if (before && before !== row.kind) y += 7;
    before = row.kind;
    row.y = y;
    row.height = sizes[row.kind];
    y += row.height + gap;
  }
  const height = y + 6;
  const gutter = () => narrow() ? 74 : 112;
  let scale = 1, left = 0, width = 0;
  const x = tick => left + (tick - view.from) * scale;

  const fillOf = (row, i) => {
    if (row.kind === "path") return state.color === "cause" ? causeColor(row.causes[row.cause[i]]) : engineColor(row.engines[row.engine[i]]);
    if (state.color === "layer" && row.op[i] >= 0) return layerColor(state.layerOf[row.op[i]]);
    return engineColor(row.engine);
  };
  const row = (c, line) => {
    let done = -1;
    const op = state.chosen, colors = new Map();
    for (let i = firstFrom(line, view.from); i < line.start.length && line.start[i] <= view.to; ++i) {
      if (line.end[i] < view.from) continue;
      const start = Math.max(left, x(line.start[i])), end = Math.min(left + width, x(line.end[i]));
      if (end - start < 1 && Math.floor(end) <= done && line.op[i] !== op) continue;
      done = Math.floor(end);
      const key = line.kind === "path" ? line.engine[i] * 64 + line.cause[i] : state.color === "layer" ? line.op[i] : -1;
      if (!colors.has(key)) colors.set(key, fillOf(line, i));
      const wide = Math.max(end - start - (end - start > 4 ? 0.6 : 0), 0.8), faded = op !== null && line.op[i] !== op;
      c.fillStyle = colors.get(key);
      if (line.busy && end - start >= 1) {
        const part = Math.min(1, line.busy[i] / Math.max(1, line.end[i] - line.start[i]));
        c.globalAlpha = faded ? 0.1 : 0.3;
        c.fillRect(start, line.y, wide, line.height);
        c.globalAlpha = faded ? 0.25 : 1;
        c.fillRect(start, line.y + line.height * (1 - part), wide, line.height * part);
      } else {
        c.globalAlpha = faded ? 0.25 : 1;
        c.fillRect(start, line.y, wide, line.height);
      }
      c.globalAlpha = 1;
      if (line.op[i] === op && op !== null && wide > 5) { c.strokeStyle = css("--select-line"); c.lineWidth = 1.5; c.strokeRect(start, line.y + 0.5, wide, line.height - 1); }
      if (end - start > 46 && line.height > 16 && line.op[i] >= 0) label(c, operatorShort(line.op[i]), start, end, line);
    }
  };
  // Where the critical path runs on an engine, its row has a line above.
  const pathLines = c => {
    const path = rows[0];
    if (path.kind !== "path") return;
    const homes = path.engines.map(engine => rows.find(line => line.kind === "engine" && line.engine === engine)), done = new Map();
    c.fillStyle = css("--text");
    for (let i = firstFrom(path, view.from); i < path.start.length && path.start[i] <= view.to; ++i) {
      const home = homes[path.engine[i]];
      if (!home || path.end[i] < view.from) continue;
      const start = Math.max(left, x(path.start[i])), end = Math.min(left + width, x(path.end[i]));
      if (end - start < 1 && Math.floor(end) <= (done.get(home) ?? -1)) continue;
      done.set(home, Math.floor(end));
      c.fillRect(start, home.y - 2.5, Math.max(0.8, end - start), 2);
    }
  };
  const label = (c, text, start, end, line) => {
    c.save();
    c.beginPath();
    c.rect(start + 2, line.y, end - start - 5, line.height);
    c.clip();
    c.font = "11px system-ui, sans-serif";
    c.lineWidth = 2.5;
    c.strokeStyle = css("--ground");
    c.fillStyle = css("--strong");
    c.strokeText(text, start + 4, line.y + line.height / 2 + 4);
    c.fillText(text, start + 4, line.y + line.height / 2 + 4);
    c.restore();
  };
  const ruler = c => {
    const from = tickNs(view.from), to = tickNs(view.to), step = niceStep(to - from, Math.max(2, width / 110));
    c.strokeStyle = css("--line");
    c.fillStyle = css("--soft");
    c.textAlign = "center";
    c.lineWidth = 1;
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const place = Math.round(left + (at - from) / (to - from) * width) + 0.5;
      c.beginPath();
      c.moveTo(place, overview + axis - 4);
      c.lineTo(place, height);
      c.stroke();
      const count = Math.max(1, Math.min(7, Math.ceil(Math.log10(Math.max(at, step) / step)) + 1));
      if (place > left + 18 && place < left + width - 22) c.fillText(at === 0 ? "0" : rulerText(at, step, count), place, overview + axis - 8);
    }
    c.textAlign = "left";
  };
  const rulerText = (at, step, count) => {
    const [scale_, unit] = at >= 1e6 ? [1e6, " ms"] : at >= 1e3 ? [1e3, " µs"] : [1, " ns"];
    return Number((at / scale_).toPrecision(count + 1)) + unit;
  };
  // Everything in small, with what is seen marked.
  const overviewStrip = c => {
    const line = rows[0], ticks = data.timeline.ticks, columns = Math.max(1, Math.floor(width));
    for (let i = 0, done = -1; i < line.start.length; ++i) {
      const start = line.start[i] / ticks * columns, end = line.end[i] / ticks * columns;
      if (Math.floor(end) <= done) continue;
      done = Math.floor(end);
      c.fillStyle = fillOf(line, i);
      c.globalAlpha = 0.75;
      c.fillRect(left + start, 8, Math.max(1, end - start), 14);
    }
    c.globalAlpha = 1;
    const from = left + view.from / ticks * width, to = left + view.to / ticks * width;
    c.fillStyle = css("--ground");
    c.globalAlpha = 0.6;
    c.fillRect(left, 6, from - left, 18);
    c.fillRect(to, 6, left + width - to, 18);
    c.globalAlpha = 1;
    c.strokeStyle = css("--text");
    c.lineWidth = 1.5;
    c.strokeRect(from, 5.5, Math.max(2, to - from), 19);
  };
  const labels = c => {
    c.fillStyle = css("--ground");
    c.fillRect(0, 0, left, height);
    c.font = "11.5px system-ui, sans-serif";
    for (const line of rows) {
      c.fillStyle = line.kind === "queue" ? css("--soft") : css("--text");
      c.font = (line.kind === "queue" ? "10px" : "11.5px") + " system-ui, sans-serif";
      c.fillText(line.label, 8, line.y + line.height / 2 + 4, left - 12);
    }
    c.fillStyle = css("--soft");
    c.fillText("whole run", 8, 19, left - 12);
  };
  return {
    height, overview, rows,
    tick(place) { return view.from + (place - left) / scale; },
    overviewTick(place) { return (place - left) / width * data.timeline.ticks; },
    plot() { return { left, width }; },
    rowAt(place) { return rows.find(line => place >= line.y - 1 && place <= line.y + line.height + 1); },
    draw(canvas) {
      const ratio = window.devicePixelRatio || 1, wide = canvas.parentNode.clientWidth;
      if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(wide * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.height = height + "px";
      }
      left = gutter();
      width = Math.max(20, wide - left - 8);
      scale = width / (view.to - view.from);
      const c = canvas.getContext("2d");
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      c.clearRect(0, 0, wide, height);
      c.font = "11px system-ui, sans-serif";
      ruler(c);
      for (const line of rows) row(c, line);
      pathLines(c);
      labels(c);
      c.font = "11px system-ui, sans-serif";
      overviewStrip(c);
    },
  };
};
