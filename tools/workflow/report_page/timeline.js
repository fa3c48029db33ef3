// The time line with what one does to it: wheel, drag, pinch, keys and buttons.
let timelineState = null;
const timeline = section => {
  const source = data.timeline, rows = timelineRows();
  section.append(element("p", "Engines and DMA queues over time, by operator. The filled part of a stretch is the share of it in which the engine works" +
    (source.path ? "; the critical path is the top row and the line above an engine's stretches" : "") + ". Wheel or pinch zooms, dragging moves; with the keyboard: arrows, plus, minus and Home. A click chooses an operator.", "soft lead"));
  const layers = [...new Set(data.operators.map(op => op.layer || op.name))], layerOf = data.operators.map(op => layers.indexOf(op.layer || op.name));
  const state = { color: "engine", chosen: null, layerOf, waiting: false };
  const box = element("div", undefined, "timeline"), canvas = element("canvas"), tip = element("div", undefined, "tip"), tools = element("div", undefined, "tools"), seen = element("span", "", "soft figure");
  canvas.tabIndex = 0;
  canvas.id = "timeline-canvas";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "time line of engines and queues; arrows move, plus and minus zoom, Home shows all");
  tip.hidden = true;
  seen.setAttribute("aria-live", "polite");
  box.append(canvas, tip);
  const redraw = () => {
    if (state.waiting) return;
    state.waiting = true;
    requestAnimationFrame(() => { state.waiting = false; picture.draw(canvas); seen.textContent = time(tickNs(view.from)) + " to " + time(tickNs(view.to)) + " (" + time(tickNs(view.to - view.from)) + ")"; });
  };
  const view = makeView(source.ticks, redraw), picture = timelinePicture(rows, view, state);
  const tool = (text, name, act) => {
    const button = element("button", text, "tool");
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    tools.append(button);
  };
  tool("+", "zoom in", () => view.zoom(0.5));
  tool("\u2212", "zoom out", () => view.zoom(2));
  tool("\u2190", "move left", () => view.pan(-0.3));
  tool("\u2192", "move right", () => view.pan(0.3));
  tool("all", "show the whole run", () => view.all());
  tool("to the chosen operator", "zoom to the chosen operator", () => { if (state.chosen !== null) showOperator(state.chosen); });
  const label = element("label", "colours");
  label.append(choice("colours", rows[0].kind === "path" ? ["engine", "layer", "cause"] : ["engine", "layer"], state.color, value => { state.color = value; redraw(); }));
  tools.append(label, seen);
  section.append(tools, box);
  if (source.resolution_ticks > 0)
    section.append(element("p", whole(source.recorded) + " stretches were recorded; neighbours within " + time(tickNs(source.resolution_ticks)) + " are drawn as one, with the name of the longest.", "soft small"));
  if (source.path && source.path.resolution_ticks > 0)
    section.append(element("p", "Stretches of the critical path within " + time(tickNs(source.path.resolution_ticks)) + " are drawn as the longest of them; the sums above are of all.", "soft small"));

  const showOperator = op => {
    let from = Infinity, to = 0;
    for (const row of rows) row.op.forEach((of, i) => { if (of === op) { from = Math.min(from, row.start[i]); to = Math.max(to, row.end[i]); } });
    if (from < to) view.set(from - (to - from) * 0.15, to + (to - from) * 0.15);
  };
  timelineState = { view, state, rows, choose(op) { state.chosen = op; redraw(); }, show: showOperator };
  timelineInput(canvas, view, picture, { hover, leave: () => { tip.hidden = true; }, click });
  function hover(px, py) {
    const row = picture.rowAt(py), tick = picture.tick(px), slack = 2 * (view.to - view.from) / Math.max(1, picture.plot().width);
    const i = row && px >= picture.plot().left ? stretchAt(row, tick, slack) : -1;
    tip.hidden = i < 0;
    if (i < 0) return;
    tip.replaceChildren(...stretchLines(row, i));
    const place = box.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(px + 14, place.width - tip.offsetWidth - 6)) + "px";
    tip.style.top = Math.max(4, Math.min(py + 16, place.height - tip.offsetHeight - 6)) + "px";
  }
  function click(px, py) {
    const row = picture.rowAt(py), slack = 2 * (view.to - view.from) / Math.max(1, picture.plot().width);
    const i = row && px >= picture.plot().left ? stretchAt(row, picture.tick(px), slack) : -1;
    chooseOperator(i >= 0 && row.op[i] >= 0 ? row.op[i] : null, false);
  }
  theme.listeners.push(redraw);
  window.addEventListener("resize", redraw);
  redraw();
};

// What a stretch is, in lines.
const stretchLines = (row, i) => {
  const lines = [element("b", row.op[i] >= 0 ? data.operators[row.op[i]].name : row.kind === "host" ? "operators on the host" : "no operator")];
  const length = row.end[i] - row.start[i], add = text => lines.push(element("div", text));
  add((row.kind === "path" ? "critical path: " + row.engines[row.engine[i]] + ", " + row.causes[row.cause[i]] : row.label) + (row.parts && row.parts[i] > 1 ? ", " + whole(row.parts[i]) + " stretches" : ""));
  if (row.kind === "path" && causeWords[row.causes[row.cause[i]]]) add(causeWords[row.causes[row.cause[i]]]);
  add(time(tickNs(row.start[i])) + " to " + time(tickNs(row.end[i])) + ": " + time(tickNs(length)));
  if (row.busy) {
    add("busy " + percent(length > 0 ? Math.min(1, row.busy[i] / length) : 1));
    const stalls = Object.entries(row.stalls).map(([reason, ticks]) => [reason, ticks[i]]).filter(([reason, ticks]) => ticks > 0 && reason !== "datapath").sort((a, b) => b[1] - a[1]);
    if (stalls.length) add("waits for " + stalls.slice(0, 3).map(([reason, ticks]) => reason + " " + time(tickNs(ticks))).join(", "));
  }
  if (row.bytes) add(bytes(row.bytes[i]) + (length > 0 ? ", " + gigabytes(row.bytes[i] / tickNs(length)) : ""));
  return lines;
};
