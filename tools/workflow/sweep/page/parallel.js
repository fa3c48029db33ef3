// The picture of parallel coordinates in its section: size, colours, brushing.
const parallelCanvas = element("canvas");
let parallelWaits = false;
const drawParallel = () => {
  parallelWaits = false;
  const frame = parallelCanvas.parentElement, scale = window.devicePixelRatio || 1, width = frame.clientWidth;
  const height = narrow() ? 62 * parallelState.axes.length + 40 : 440;
  parallelCanvas.width = Math.round(width * scale);
  parallelCanvas.height = Math.round(height * scale);
  parallelCanvas.style.height = height + "px";
  layOut(width, height);
  const c = parallelCanvas.getContext("2d");
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.clearRect(0, 0, width, height);
  drawLines(c);
  drawAxes(c);
};
const drawParallelSoon = () => {
  if (parallelWaits) return;
  parallelWaits = true;
  requestAnimationFrame(drawParallel);
};

// The axis near a place of the canvas, and the value there, 0..1.
const axisAt = event => {
  const box = parallelCanvas.getBoundingClientRect(), { across, span, upright } = parallelState;
  const [x, y] = [event.clientX - box.left, event.clientY - box.top], [over, along] = upright ? [x, y] : [y, x];
  const distances = across.map(at => Math.abs(at - over)), k = distances.indexOf(Math.min(...distances));
  return { k: distances[k] <= 26 ? k : -1, place: Math.max(0, Math.min(1, (along - span[0]) / (span[1] - span[0]))) };
};
const brushInput = () => {
  let held = null;
  const range = place => [Math.min(held.from, place), Math.max(held.from, place)];
  parallelCanvas.addEventListener("pointerdown", event => {
    const { k, place } = axisAt(event);
    if (k < 0) return;
    held = { id: parallelState.axes[k].id, from: place, moved: false };
    parallelCanvas.setPointerCapture(event.pointerId);
  });
  parallelCanvas.addEventListener("pointermove", event => {
    const { k, place } = axisAt(event);
    parallelCanvas.style.cursor = k >= 0 || held ? (parallelState.upright ? "ns-resize" : "ew-resize") : "";
    if (!held || Math.abs(place - held.from) < 0.015) return;
    held.moved = true;
    selection.brushes.set(held.id, range(place));
    drawParallelSoon();
  });
  const end = event => {
    if (!held) return;
    const { id, moved } = held, chosen = range(axisAt(event).place);
    held = null;
    selection.brush(id, moved ? chosen : null);
  };
  parallelCanvas.addEventListener("pointerup", end);
  parallelCanvas.addEventListener("pointercancel", end);
};

const colorChoice = () => {
  const label = element("label", "coloured by"), choice = element("select");
  choice.id = "parallel-color";
  for (const one of metrics) {
    const option = element("option", one.title);
    option.value = one.id;
    choice.append(option);
  }
  choice.addEventListener("change", () => { parallelState.color = choice.value; drawParallelSoon(); legend(); });
  label.append(choice);
  const bar = element("span", undefined, "scale-words"), strip = element("i", undefined, "scale-strip"), worst = element("span"), best = element("span");
  bar.append(best, strip, worst);
  const legend = () => {
    const one = dimension[parallelState.color];
    best.textContent = plainFigure(one.format(one.more ? one.range.most : one.range.least));
    worst.textContent = plainFigure(one.format(one.more ? one.range.least : one.range.most));
    strip.style.background = "linear-gradient(to right, " + [0, 0.2, 0.4, 0.6, 0.8, 1].map(scaleColor).join(", ") + ")";
  };
  legend();
  theme.listeners.push(legend);
  const box = element("span", undefined, "tools");
  box.append(label, bar);
  return box;
};
const parallelSection = section => {
  parallelState.axes = [...varying, ...metrics];
  parallelState.color = objectives[0];
  const tools = element("div", undefined, "tools"), told = element("span", "", "soft"), clear = element("button", "clear ranges", "tool"), mark = element("span", undefined, "tools");
  told.id = "brushed";
  clear.id = "clear-brushes";
  clear.type = "button";
  clear.addEventListener("click", () => selection.clear());
  mark.append(layerMark("line"), "front");
  tools.append(colorChoice(), mark, clear, told);
  const frame = element("div", undefined, "parallel");
  parallelCanvas.id = "parallel-canvas";
  parallelCanvas.setAttribute("role", "img");
  parallelCanvas.setAttribute("aria-label", "parallel coordinates of parameters and metrics");
  frame.append(parallelCanvas);
  section.append(element("p", "A line is a point that is done. Drag along an axis to keep the points in that range, in every picture and in the table; click the axis to let go.", "soft lead"), tools, frame);
  const count = () => {
    const held = done.filter(point => selection.holds(point));
    clear.disabled = selection.brushes.size === 0;
    told.textContent = selection.brushes.size === 0 ? "" : whole(held.length) + " of " + plural(done.length, "point") + " in the ranges, " + held.filter(point => point.front).length + " of them on the front";
  };
  count();
  brushInput();
  drawParallel();
  selection.listeners.push(drawParallelSoon, count);
  selection.pinListeners.push(drawParallelSoon);
  theme.listeners.push(drawParallelSoon);
  new ResizeObserver(drawParallelSoon).observe(frame);
};
