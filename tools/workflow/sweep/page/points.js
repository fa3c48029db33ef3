// All points as a table: words, status and ranges filter it, every column sorts it, a row opens.
let pointTable = null;
const pointFilter = { words: "", status: "all", only: null };
const haystacks = [];
const haystack = point => haystacks[point.i] ??= ["point " + point.number, point.key, statusWord(point), ...configurationOf(point).map(([key, text]) => key + "=" + text), textOf(rows.reason[point.i])].join(" ").toLowerCase();
const statusFilters = { all: () => true, "on the front": point => point.front, "within limits": point => point.within, "beyond a limit": point => point.status === "done" && !point.within };
const keeps = () => {
  const words = pointFilter.words.toLowerCase().split(/\s+/).filter(word => word), wanted = statusFilters[pointFilter.status] || (point => point.status === pointFilter.status);
  return point => wanted(point) && (!pointFilter.only || pointFilter.only.has(point.i)) && selection.holds(point) && words.every(word => haystack(point).includes(word));
};

const numberKey = (value, more) => value === null || value === undefined ? Infinity : more ? -value : value;
const pointColumns = () => [
  { name: "point", text: point => String(point.number), key: point => point.number },
  { name: "status", words: true, text: statusWord, key: point => (point.front ? -1 : rows.status[point.i]) },
  ...metrics.map(one => ({ name: one.title, title: metricOf[one.id].meaning, text: point => one.text(point.i), key: point => numberKey(one.value(point.i), false) })),
  ...varying.map(one => ({ name: one.title.replace(/[._]/g, "$&\u200b"), unit: one.titleUnit, title: one.id, words: !one.numeric, text: point => one.text(point.i), key: point => one.level(point.i) })),
  ...(points.some(point => textOf(rows.level[point.i])) ? [{ name: "near its bound", text: nearness, key: point => { const share = nearness(point).match(/(\d+)\u202f%/); return share ? -Number(share[1]) : Infinity; } }] : []),
  { name: "key", words: true, text: point => point.key.slice(0, 10), key: point => point.key },
];

const filterTools = () => {
  const tools = element("div", undefined, "tools"), words = element("input"), status = element("select"), told = element("span", "", "soft"), only = element("button", "", "tool");
  words.type = "search";
  words.id = "point-filter";
  words.placeholder = "words, or tensor.rows=128";
  words.setAttribute("aria-label", "filter points by words");
  status.id = "point-status";
  status.setAttribute("aria-label", "filter points by status");
  const names = ["all", "on the front", ...(data.limits.length > 0 ? ["within limits", "beyond a limit"] : []), ...data.statuses.filter(name => points.some(point => point.status === name))];
  for (const name of names) status.append(element("option", name));
  told.id = "point-count";
  only.type = "button";
  only.hidden = true;
  const show = () => {
    const count = pointTable.filter(keeps());
    told.textContent = whole(count) + " of " + plural(points.length, "point") + (selection.brushes.size > 0 ? ", in the ranges above" : "");
    only.hidden = !pointFilter.only;
    only.textContent = "these " + (pointFilter.only ? whole(pointFilter.only.size) : "") + " only \u00d7";
  };
  let waiting = 0;
  words.addEventListener("input", () => { clearTimeout(waiting); pointFilter.words = words.value; waiting = setTimeout(show, points.length > 3000 ? 150 : 0); });
  status.addEventListener("change", () => { pointFilter.status = status.value; show(); });
  only.addEventListener("click", () => { pointFilter.only = null; show(); });
  selection.listeners.push(show);
  tools.append(words, status, only, told);
  return { tools, show };
};
let showPoints = null;
const pointsSection = section => {
  const { tools, show } = filterTools();
  pointTable = makeTable({ id: "point-table", label: "all points", columns: pointColumns(), rows: points, detail: detailsOf, most: 50, paged: true, tall: false, rowId: point => String(point.i), sorted: 1 });
  section.append(tools, pointTable.node);
  show();
  // Only these rows, in place of what was chosen before.
  showPoints = list => {
    pointFilter.only = new Set(list);
    document.getElementById("point-status").value = pointFilter.status = "all";
    document.getElementById("point-filter").value = pointFilter.words = "";
    selection.clear();
    section.scrollIntoView();
  };
};
