// The table of operators, and of layers. Everything that names an operator leads here.
const operatorShort = index => {
  const parts = data.operators[index].name.split("/").filter(Boolean);
  return parts.length > 1 ? parts.slice(-2).join("/") : parts[0] || data.operators[index].name;
};
const operatorLink = index => {
  const link = element("a", data.operators[index].name);
  link.href = "#operators";
  link.addEventListener("click", event => { event.preventDefault(); chooseOperator(index, true); });
  return link;
};
let operatorTable = null, showOperators = () => {};
// Marks an operator everywhere; `open` also shows its row.
const chooseOperator = (index, open) => {
  if (timelineState) timelineState.choose(index);
  if (open) showOperators();
  const line = operatorTable.choose(index === null ? null : data.operators[index], open);
  if (!open || !line) return;
  line.scrollIntoView({ block: "center" });
  line.querySelector(".expand").focus({ preventScroll: true });
};

const busyBars = busy => {
  const box = element("span", undefined, "busy"), span = busy.span;
  const words = [];
  for (const engine of ["tensor", "vector", "scalar", "gpsimd", "dma"]) {
    const part = span > 0 ? Math.min(1, (busy.ns[engine] || 0) / span) : 0, bar = element("i");
    bar.style.setProperty("--color", engineColor(engine));
    bar.style.setProperty("--part", (100 * part).toFixed(1) + "%");
    if (part > 0) words.push(engine + " " + percent(part));
    box.append(bar);
  }
  box.title = words.join(", ") || "no engine is busy";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", box.title);
  return box;
};
const boundNode = (engine, share) => {
  const box = element("span"), dot = element("i", undefined, "dot");
  dot.style.setProperty("--color", engineColor(engine));
  box.append(dot, engine + (share === undefined ? "" : " " + percent(share)));
  return box;
};

const operators = section => {
  const order = new Map(data.operators.map((op, index) => [op, index])), mostAdded = Math.max(...data.operators.map(op => op.added_ns), 1e-9);
  const onPath = data.operators.some(op => op.path_ticks > 0), mostPath = Math.max(1, ...data.operators.map(op => op.path_ticks)), several = new Set(data.operators.map(op => op.program)).size > 1;
  const columns = [
    { name: "operator", words: true, text: op => op.name, key: op => op.name },
    { name: "added", text: op => time(op.added_ns), key: op => op.added_ns, bar: op => op.added_ns / mostAdded, color: op => engineColor(op.bound || "none"), title: "how much later the run ended because of it; adds up to the device's time" },
    { name: "share", text: op => percent(op.share), key: op => op.share, title: "of the device's time" },
    ...(onPath ? [{ name: "on the path", text: op => time(tickNs(op.path_ticks)), key: op => op.path_ticks, bar: op => op.path_ticks / mostPath, color: op => causeColor(Object.keys(op.path_by_cause)[0]), title: "time on the critical path" }] : []),
    { name: "bound", words: true, node: op => boundNode(op.bound || "none", op.bound_share), text: op => op.bound, key: op => op.bound + (1e6 + Math.round(op.bound_share * 1e5)), title: "the engine that is busy most of its run, or waiting where none reaches a half" },
    { name: "busy", words: true, node: op => busyBars({ ns: op.busy_ns, span: runNs(op) }), text: () => "", key: op => op.bound_share, unit: "t v s g d", title: "share of its run: tensor, vector, scalar, gpsimd, dma" },
    { name: "runs", text: op => time(runNs(op)), key: runNs, title: "first instruction starts, last result is visible; neighbours overlap" },
    { name: "rate", unit: "TFLOPS", text: op => op.macs ? digits(tflops(op), 3) : "-", key: tflops, bar: op => roofOf() ? tflops(op) / roofOf().peak_tflops : 0, title: "while it runs; the bar is the share of the array's peak" },
    { name: "array", text: op => op.macs ? percent(arrayUse(op)) : "-", key: arrayUse, title: "multiply-accumulates over what the array could do while the tensor engine is busy with it" },
    { name: "traffic", text: op => bytes(traffic(op)), key: traffic, title: "read from and written to device memory" },
    { name: "drawn", unit: "GB/s", text: op => runNs(op) > 0 ? digits(traffic(op) / runNs(op), 3) : "-", key: op => runNs(op) > 0 ? traffic(op) / runNs(op) : 0, bar: op => roofOf() && runNs(op) > 0 ? traffic(op) / runNs(op) / roofOf().bytes_per_ns : 0, color: () => engineColor("dma"), title: "traffic over its run; the bar is the share of what one core can draw" },
    { name: "kind", words: true, text: op => op.kind, key: op => op.kind },
    { name: "no.", text: op => whole(order.get(op) + 1), key: op => order.get(op), title: "place in the program" },
    ...(data.operators.some(op => op.calls > 1) ? [{ name: "calls", text: op => whole(op.calls), key: op => op.calls, title: "of its program; all figures of the row are sums over them" }] : []),
    ...(several ? [{ name: "program", text: op => whole(op.program + 1), key: op => op.program, title: data.profile.programs.map((p, i) => (i + 1) + " " + p.name).filter((name, i) => data.profile.programs[i].first).slice(0, 20).join(", ") }] : []),
  ];
  operatorTable = makeTable({ id: "operator-table", label: "operators", columns, rows: data.operators, detail: operatorDetail, most: 80, rowId: op => order.get(op) });
  const layerTable = makeTable({ id: "layer-table", label: "layers", columns: layerColumns(), rows: layerRows(), sorted: 2, rising: false });
  const tools = element("div", undefined, "tools"), search = element("input"), count = element("span", "", "soft figure");
  search.type = "search";
  search.placeholder = "filter by name, kind or bound";
  search.setAttribute("aria-label", "filter operators");
  search.id = "operator-filter";
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = operatorTable.filter(op => words.every(word => (op.name + " " + op.kind + " " + op.bound + " " + op.nodes.join(" ")).toLowerCase().includes(word)));
    count.textContent = shown + " of " + data.operators.length;
  });
  count.textContent = plural(data.operators.length, "operator");
  const views = choice("rows", ["operators", "layers"], "operators", value => {
    operatorTable.node.hidden = search.hidden = value !== "operators";
    layerTable.node.hidden = value !== "layers";
  });
  showOperators = () => views.firstChild.click();
  layerTable.node.hidden = true;
  tools.append(views, search, count);
  section.append(element("p", "A row opens to say why the operator takes its time. Any column sorts.", "soft lead"), tools, operatorTable.node, layerTable.node);
};

// Operators of one layer together.
const layerRows = () => {
  const rows = new Map();
  for (const op of data.operators) {
    const name = op.layer || op.name;
    if (!rows.has(name)) rows.set(name, { name, count: 0, added_ns: 0, share: 0, path_ticks: 0, macs: 0, traffic: 0, ns: {}, start: Infinity, end: 0 });
    const row = rows.get(name);
    row.count += 1;
    for (const key of ["added_ns", "share", "path_ticks", "macs"]) row[key] += op[key];
    row.traffic += traffic(op);
    for (const [engine, ns] of Object.entries(op.busy_ns)) row.ns[engine] = (row.ns[engine] || 0) + ns;
  }
  return [...rows.values()];
};
const layerColumns = () => {
  const rows = layerRows(), most = Math.max(...rows.map(row => row.added_ns), 1e-9);
  const busiest = row => Object.entries(row.ns).sort((a, b) => b[1] - a[1])[0] || ["none", 0];
  return [
    { name: "layer", words: true, text: row => row.name },
    { name: "operators", text: row => whole(row.count), key: row => row.count },
    { name: "added", text: row => time(row.added_ns), key: row => row.added_ns, bar: row => row.added_ns / most, title: "how much later the run ended because of it" },
    { name: "share", text: row => percent(row.share), key: row => row.share },
    ...(data.operators.some(op => op.path_ticks > 0) ? [{ name: "on the path", text: row => time(tickNs(row.path_ticks)), key: row => row.path_ticks }] : []),
    { name: "busiest", words: true, node: row => boundNode(busiest(row)[0]), text: row => busiest(row)[0], key: row => busiest(row)[0] },
    { name: "work", text: row => row.macs ? macs(row.macs) : "-", key: row => row.macs },
    { name: "traffic", text: row => bytes(row.traffic), key: row => row.traffic },
    { name: "intensity", unit: "flop/B", text: row => row.macs && row.traffic ? digits(2 * row.macs / row.traffic, 3) : "-", key: row => row.traffic ? row.macs / row.traffic : 0 },
  ];
};
