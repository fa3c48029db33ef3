// Every number that went in, and where it comes from.
const parameterTable = (id, label, rows) => {
  const box = element("div"), tools = element("div", undefined, "tools"), search = element("input"), count = element("span", plural(rows.length, "value"), "soft figure");
  search.type = "search";
  search.placeholder = "filter";
  search.setAttribute("aria-label", "filter " + label);
  const table = makeTable({
    id, label, rows, tall: true, most: 1000,
    columns: [
      { name: "parameter", words: true, text: row => row.path },
      { name: "value", text: row => row.value, node: row => element("span", row.value, "wrapped"), key: row => Number.isFinite(Number(row.value)) ? Number(row.value) : -Infinity },
      { name: "unit", words: true, text: row => row.unit },
      { name: "mark", words: true, text: row => row.mark },
      { name: "range", text: row => row.range ? row.range[0] + " to " + row.range[1] : "", key: row => row.range ? row.range[0] : -Infinity },
      { name: "meaning", wide: true, text: row => row.meaning },
      { name: "source", wide: true, text: row => row.source },
    ],
  });
  search.addEventListener("input", () => {
    const word = search.value.toLowerCase();
    count.textContent = table.filter(row => Object.values(row).join(" ").toLowerCase().includes(word)) + " of " + rows.length;
  });
  tools.append(search, count);
  box.append(tools, table.node);
  return box;
};
const ledgerTable = () => {
  const kinds = ["compiled", "fused", "folded", "host", "refused"], box = element("div", undefined, "scroll");
  const all = { type: "all", nodes: 0 };
  for (const row of run.ledger) for (const key of ["nodes", ...kinds]) all[key] = (all[key] || 0) + row[key];
  box.append(plainTable([["ONNX operator", true], ["nodes"], ...kinds.map(kind => [kind])], [...run.ledger, all].map(row => [row.type, whole(row.nodes), ...kinds.map(kind => row[kind] ? whole(row[kind]) : "-")])));
  return box;
};
const priceText = price => price ? price.usd_per_hour + " USD per hour (" + price.date + "; " + price.source + ")" : "not published";
const configuration = section => {
  const { chip, instance, options, files, parameters } = data.configuration;
  section.append(element("p", "Marks: documented (published by the vendor), derived (computed from published figures), fitted (to published measurements), assumed.", "soft lead"));
  section.append(element("h3", "Options"), factsList([["chip", chip.title + " (" + chip.name + ", " + chip.hash + ")"], ["mode", run.mode], ...Object.entries(options)]));
  section.append(element("h3", "Chip, " + chip.name), parameterTable("chip-table", "chip parameters", parameters));
  if (instance) {
    section.append(element("h3", "Instance, " + instance.name), factsList([["region", instance.region], ["chips", whole(instance.chips)], ["vCPU", whole(instance.vcpu)], ["memory", instance.memory_gib + " GiB"],
      ["on demand", priceText(instance.on_demand)], ["3-year reserved", priceText(instance.reserved)]]), parameterTable("instance-table", "instance values", instance.parameters));
  }
  if (run.ledger && run.ledger.length) section.append(element("h3", "What became of the model's ONNX operators"), ledgerTable());
  if (run.segments && run.segments.length > 1) {
    const box = element("div", undefined, "scroll");
    box.append(plainTable([["place", true], ["operators"], ["time"], ["in"], ["out"], ["first node", true]], run.segments.map(s => [s.place, whole(s.operators), time(s.ns), bytes(s.in_bytes), bytes(s.out_bytes), s.nodes[0] || "-"])));
    section.append(element("h3", "Chip and host"), box);
  }
  const box = element("div", undefined, "scroll");
  box.append(plainTable([["what", true], ["name", true], ["hash of the content", true]], files.map(file => [file.what, file.name, element("span", file.hash, "hash")])));
  section.append(element("h3", "Files"), box);
  if (data.profile && data.profile.metrics.length) {
    const details = element("details");
    details.append(element("summary", plural(data.profile.metrics.length, "metric") + " of the profile"));
    details.append(makeTable({ id: "metric-table", label: "metrics", rows: data.profile.metrics, tall: true, columns: [
      { name: "metric", words: true, text: m => m.name }, { name: "value", text: m => m.value === null ? "-" : digits(m.value, 6), key: m => m.value }, { name: "unit", words: true, text: m => m.unit }, { name: "definition", wide: true, text: m => m.definition },
    ] }).node);
    section.append(details);
  }
};
// What differs between two runs of the same workload.
const host = section => {
  const facts = JSON.parse(document.getElementById("host-data").textContent) || {}, names = { seconds: "in all", compile_seconds: "compile", simulate_seconds: "simulate", reference_seconds: "fp32 reference" };
  const list = Object.entries(names).filter(([key]) => facts[key] !== undefined).map(([key, name]) => [name, facts[key].toFixed(2) + " s"]);
  if (facts.threads) list.push(["threads", whole(facts.threads)]);
  if (facts.peak_memory_bytes) list.push(["peak memory", bytes(facts.peak_memory_bytes)]);
  section.append(element("p", "How long inf-sim itself took. Only this section differs between two runs of the same workload.", "soft"), factsList(list));
};
