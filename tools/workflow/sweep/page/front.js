// Every point by two dimensions; hover says what it is, a click keeps it beside the picture.
let frontChart = null;
const frontState = { x: null, y: null, shown: { front: true, done: true, limited: true, discarded: true } };
const layerWords = { front: "front", done: "done", limited: "beyond a limit", discarded: "discarded: at its lower bound, really further along the arrow" };

const axisChoice = which => {
  const label = element("label", which), choice = element("select");
  choice.id = "front-" + which;
  for (const one of chartDimensions()) {
    const option = element("option", one.title);
    option.value = one.id;
    choice.append(option);
  }
  choice.value = frontState[which];
  choice.addEventListener("change", () => { frontState[which] = choice.value; frontChart.draw(); });
  label.append(choice);
  return label;
};
const layerMark = id => {
  const mark = element("i", undefined, "layer-mark " + id);
  if (id === "limited") mark.textContent = "\u00d7";
  if (id === "discarded") mark.textContent = "\u2197";
  return mark;
};
const layerBoxes = counts => {
  const box = element("fieldset", undefined, "layers");
  for (const [id, count] of Object.entries(counts)) {
    if (count === 0) continue;
    const label = element("label"), check = element("input");
    check.type = "checkbox";
    check.checked = true;
    check.addEventListener("change", () => { frontState.shown[id] = check.checked; frontChart.draw(); });
    label.append(check, layerMark(id), layerWords[id] + " (" + whole(count) + ")");
    box.append(label);
  }
  return box;
};
const withoutPlace = () => {
  const parts = data.statuses.filter(status => !["done", "discarded"].includes(status)).map(status => [status, points.filter(point => point.status === status).length]).filter(([, count]) => count > 0);
  const nowhere = points.filter(point => point.status === "discarded" && !plotted([chartPoint(point, dimension[frontState.x], dimension[frontState.y], true)]).length).length;
  if (nowhere > 0) parts.push(["discarded without figures of both axes", nowhere]);
  return parts.length === 0 ? "" : "Not in the picture: " + parts.map(([words, count]) => whole(count) + " " + words).join(", ") + ".";
};

// The point that is drawn nearest to a place of the canvas; points of the front win where several lie there.
const nearestPoint = (x, y, reach = 16) => {
  let best = null, least = reach;
  frontChart.chart.data.datasets.forEach((set, index) => {
    if (set.id === "others") return;
    const marks = frontChart.chart.getDatasetMeta(index).data;
    marks.forEach((mark, k) => {
      const distance = Math.hypot(mark.x - x, mark.y - y) - (set.id === "front" ? 4 : 0);
      if (distance < least) least = distance, best = { point: set.data[k].point, x: mark.x, y: mark.y };
    });
  });
  return best;
};
const placeOfPoint = point => {
  for (const [index, set] of frontChart.chart.data.datasets.entries()) {
    const k = set.data.findIndex(at => at.point === point);
    if (k >= 0) return frontChart.chart.getDatasetMeta(index).data[k];
  }
  return null;
};

const ring = (frame, className) => {
  const mark = element("div", undefined, "ring " + className);
  mark.hidden = true;
  frame.append(mark);
  return at => {
    mark.hidden = !at;
    if (at) { mark.style.left = at.x + "px"; mark.style.top = at.y + "px"; }
  };
};

const frontInput = (frame, canvas, tip, hoverRing) => {
  const look = event => {
    const box = canvas.getBoundingClientRect(), found = nearestPoint(event.clientX - box.left, event.clientY - box.top);
    hoverRing(found);
    canvas.style.cursor = found ? "pointer" : "";
    if (found) tip.show(found.point, found.x, found.y); else tip.hide();
    return found;
  };
  canvas.addEventListener("pointermove", look);
  canvas.addEventListener("pointerleave", () => { hoverRing(null); tip.hide(); });
  canvas.addEventListener("click", event => { const found = look(event); if (found) selection.pin(found.point); });
  canvas.tabIndex = 0;
  canvas.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || front.length === 0) return;
    event.preventDefault();
    const at = front.indexOf(selection.pinned);
    selection.pin(front[at < 0 ? 0 : Math.max(0, Math.min(front.length - 1, at + step))]);
  });
};

// The front in short, each row a way to its point.
const frontList = () => {
  const box = element("div"), scroll = element("div", undefined, "scroll"), table = element("table"), head = element("tr");
  box.append(element("h3", plural(front.length, "point") + " on the front"),
    element("p", "Click a point here or in the picture: its configuration, its bound and the command that computes it again stand here then. With the picture in focus the arrow keys walk along the front.", "soft small"));
  head.append(element("th", "point"), ...objectives.map(name => element("th", metricTitle(name))));
  table.append(head);
  for (const point of front.slice(0, 200)) {
    const line = element("tr"), button = element("button", String(point.number)), cell = element("td");
    button.type = "button";
    cell.append(button);
    line.append(cell, ...objectives.map(name => element("td", dimension[name].text(point.i))));
    line.addEventListener("click", () => selection.pin(point));
    table.append(line);
  }
  scroll.append(table);
  if (front.length > 0) box.append(scroll);
  return box;
};
const backButton = () => {
  const button = element("button", "back to the list", "tool");
  button.type = "button";
  button.addEventListener("click", () => selection.pin(null));
  return button;
};
const pinnedPanel = () => {
  const panel = element("aside", undefined, "pinned");
  panel.id = "pinned";
  panel.setAttribute("aria-live", "polite");
  const show = () => {
    if (selection.pinned) panel.replaceChildren(backButton(), detailsOf(selection.pinned)); else panel.replaceChildren(frontList());
  };
  selection.pinListeners.push(show);
  show();
  return panel;
};

const frontSection = section => {
  [frontState.x, frontState.y] = firstAxes();
  const split = element("div", undefined, "with-panel"), left = element("div"), frame = chartBox(), tools = element("div", undefined, "tools");
  frame.classList.add("tall");
  if (chartDimensions().length > 2) tools.append(axisChoice("x"), axisChoice("y"));
  const discarded = points.filter(point => point.status === "discarded").length, limited = done.filter(point => !point.within).length;
  const missed = element("p", undefined, "small soft");
  left.append(tools, frame, layerBoxes({ front: front.length, done: done.length - front.length - limited, limited, discarded }), missed);
  split.append(left, pinnedPanel());
  section.append(split);
  const tip = pointerTip(frame), hoverRing = ring(frame, "hover"), pinRing = ring(frame, "pin");
  frontChart = addChart(frame, "every point by two dimensions, with the front", () => {
    const x = dimension[frontState.x], y = dimension[frontState.y], sets = chartSets(x, y, frontState.shown);
    missed.textContent = withoutPlace();
    return {
      type: "scatter", data: { datasets: sets }, plugins: [limitLines(x, y), { id: "pin", afterRender: () => frontChart && frontChart.chart && pinRing(selection.pinned && placeOfPoint(selection.pinned)) }],
      options: { events: [], parsing: true, normalized: true, layout: { padding: 4 }, scales: { x: axisOptions(x, sets, "x"), y: axisOptions(y, sets, "y") }, plugins: { legend: { display: false }, tooltip: { enabled: false } } },
    };
  });
  frontInput(frame, frontChart.canvas, tip, hoverRing);
  selection.listeners.push(() => frontChart.draw());
  selection.pinListeners.push(() => pinRing(selection.pinned && placeOfPoint(selection.pinned)));
};
