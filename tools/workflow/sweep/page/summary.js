// What was asked for, how far it is, and the best of it.
const strategyWords = () => {
  const { kind, budget, seed } = data.sweep.strategy;
  return kind + (budget === undefined ? "" : ", budget " + whole(budget)) + (seed === undefined ? "" : ", seed " + seed);
};
const limitWords = limit => metricTitle(limit.metric) + (metricOf[limit.metric].more_is_better ? " at least " : " at most ") + figureText(limit.metric, limit.bound);
const title = () => {
  document.getElementById("title").textContent = data.sweep.title || data.sweep.name;
  document.getElementById("subtitle").textContent = ["sweep " + data.sweep.name, plural(varying.length, "parameter"), objectives.map(metricTitle).join(", "), ...data.limits.map(limitWords), strategyWords()].join(" \u00b7 ");
  document.title = (data.sweep.title || data.sweep.name) + " \u2013 inf-sim sweep";
};

const ofAll = count => points.length === 0 ? "" : percent(count / points.length) + " of " + plural(points.length, "point");
const configurationWords = point => varying.map(one => one.title + " " + one.text(point.i)).join(", ");
const statusBar = () => {
  const bar = element("div", undefined, "statuses"), legend = element("div", undefined, "legend");
  data.statuses.forEach((status, index) => {
    const count = points.filter(point => point.status === status).length;
    if (count === 0) return;
    const part = element("i"), entry = element("span"), dot = element("i", undefined, "dot");
    part.style.flexGrow = count;
    part.style.background = dot.style.background = "var(--status-" + index + ")";
    part.title = status + ": " + whole(count);
    entry.append(dot, status + " " + whole(count));
    bar.append(part);
    legend.append(entry);
  });
  const box = element("div");
  box.append(bar, legend);
  return box;
};
const summary = section => {
  const cards = element("div", undefined, "cards");
  cards.append(card("on the front", whole(front.length), ofAll(front.length)));
  for (const name of objectives) {
    const one = dimension[name], able = done.filter(point => point.within && one.value(point.i) !== null);
    if (able.length === 0) continue;
    const best = able.reduce((a, b) => (one.more ? one.value(b.i) > one.value(a.i) : one.value(b.i) < one.value(a.i)) ? b : a);
    const box = card((one.more ? "most " : "least ") + one.title, one.text(best.i), configurationWords(best));
    box.classList.add("best");
    box.tabIndex = 0;
    box.setAttribute("role", "button");
    const show = () => { selection.pin(best); document.getElementById("front").scrollIntoView(); };
    box.addEventListener("click", show);
    box.addEventListener("keydown", event => { if (event.key === "Enter") show(); });
    cards.append(box);
  }
  section.append(statusBar(), cards);
  if (front.length === 0) section.append(element("p", done.length > 0 ? "Every point that is done breaks a limit, so there is no front." : "No point is done, so there is no front."));
};
