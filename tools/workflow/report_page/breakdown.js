// The latency taken apart: parts of the critical path by engine, cause, layer or operator. They add up to the device's time, tick by tick.
const breakdown = section => {
  const parts = data.breakdown, onPath = parts.of === "critical path";
  const layerOf = op => op < 0 ? "outside of operators" : data.operators[op].layer || data.operators[op].name;
  const groups = {
    engine: { of: i => parts.engine[i], color: engineColor },
    cause: { of: i => parts.cause[i], color: causeColor, title: name => causeWords[name] },
    layer: { of: i => layerOf(parts.op[i]) },
    operator: { of: i => parts.op[i] < 0 ? "outside of operators" : data.operators[parts.op[i]].name },
  };
  const sums = of => {
    const all = new Map();
    parts.ticks.forEach((ticks, i) => all.set(of(i), (all.get(of(i)) || 0) + ticks));
    return [...all].sort((a, b) => b[1] - a[1]);
  };
  for (const name of ["layer", "operator"]) {
    const rank = new Map(sums(groups[name].of).map(([key], index) => [key, index]));
    groups[name].color = key => key.startsWith("all other") || key === "outside of operators" ? css("--none") : layerColor(rank.get(key));
  }
  section.append(element("p", onPath
    ? "The critical path is the chain of instructions, transfers and waits that the end of the run depends on. Its stretches follow one another without a gap, so their times add up to the latency."
    : "Each operator with what it added: how much later the run ended because of it. The parts add up to the latency.", "soft lead"));
  if (isModel && run.latency) {
    section.append(element("h3", "One call"));
    section.append(partsList([["device, simulated", run.latency.device_ns, css("--tensor")], ["runtime, instance file", run.latency.runtime_ns, css("--sync")],
      ["copies of inputs and outputs, instance file", run.latency.copy_ns, css("--dma")], ["operators on the host", run.latency.host_ns, css("--host")]]
      .filter(part => part[1] > 0).map(([name, value, color]) => ({ name, value, color })), time, "call"));
  }
  if (data.profile.programs.length > 1) {
    section.append(element("h3", "Recorded programs, one after the other"),
      element("p", isModel ? "" : "Each program was recorded once for each of its modes and batch sizes, however often words and pages call it: what follows is about these calls.", "soft"),
      partsList(data.profile.programs.map((p, i) => ({ name: (i + 1) + " " + p.name, value: tickNs(p.ticks), color: css("--tensor") })).slice(0, 30), time, "programs"));
  }
  section.append(element("h3", onPath ? "Critical path on the device" : "Device"));
  const state = { rows: "layer", by: onPath ? "cause" : "engine" };
  const tools = element("div", undefined, "tools"), box = chartBox(), split = element("div", undefined, "split");
  const redraw = () => { chart.draw(); lists(); };
  const names = onPath ? ["engine", "cause", "layer", "operator"] : ["engine", "layer", "operator"];
  const rowLabel = element("label", "bars"), byLabel = element("label", "parts");
  rowLabel.append(choice("bars", ["one", ...names], state.rows, value => { state.rows = value; redraw(); }));
  byLabel.append(choice("parts of a bar", names.filter(name => name !== "operator"), state.by, value => { state.by = value; redraw(); }));
  tools.append(rowLabel, byLabel);
  section.append(tools, box, split);
  const most = 18;
  // Bars by name, each a map from part to ticks; what does not fit is one bar of its own.
  const table = () => {
    const of = state.rows === "one" ? () => "device" : groups[state.rows].of, bars = new Map();
    const kept = sums(of).slice(0, most).map(([key]) => key), rest = new Set(kept);
    parts.ticks.forEach((ticks, i) => {
      const key = rest.has(of(i)) ? of(i) : "all others", by = groups[state.by].of(i);
      if (!bars.has(key)) bars.set(key, new Map());
      bars.get(key).set(by, (bars.get(key).get(by) || 0) + ticks);
    });
    return [...kept, ...(bars.has("all others") ? ["all others"] : [])].map(key => [key, bars.get(key)]);
  };
  const short = name => { const most = narrow() ? 16 : 34; return name.length > most ? "\u2026" + name.slice(1 - most) : name; };
  const chart = addChart(box, "stacked bars of the parts of the latency", () => {
    const bars = table(), series = sums(groups[state.by].of).map(([key]) => key).slice(0, 40);
    box.style.height = Math.max(170, 90 + 24 * bars.length) + "px";
    return {
      type: "bar",
      data: {
        labels: bars.map(([key]) => key),
        datasets: series.map(key => ({ label: key, data: bars.map(([, parts_]) => tickNs(parts_.get(key) || 0) / 1e3), backgroundColor: groups[state.by].color(key), barPercentage: 0.9, categoryPercentage: 0.9 })),
      },
      options: {
        indexAxis: "y",
        scales: {
          x: { stacked: true, title: axisTitle("time on the " + parts.of + ", µs"), grid: { color: css("--line") } },
          y: { stacked: true, grid: { display: false }, ticks: { autoSkip: false, callback(value) { return short(this.getLabelForValue(value)); } } },
        },
        plugins: {
          legend: { display: series.length <= 15, position: "bottom", labels: { boxWidth: 10, boxHeight: 10 } },
          tooltip: { callbacks: { label: item => item.raw > 0 ? item.dataset.label + ": " + time(item.raw * 1e3) : "" }, filter: item => item.raw > 0 },
        },
      },
    };
  });
  const lists = () => {
    split.replaceChildren();
    for (const name of names.slice(0, 2)) {
      const box_ = element("div");
      box_.append(element("h3", "By " + name));
      box_.append(partsList(sums(groups[name].of).slice(0, 40).map(([key, ticks]) => ({ name: key, value: ticks, color: groups[name].color(key), title: groups[name].title && groups[name].title(key) })), ticks => time(tickNs(ticks)), "device"));
      split.append(box_);
    }
    const ticks = parts.ticks.reduce((a, b) => a + b, 0);
    note.textContent = "Sum: " + whole(ticks) + " ticks = " + time(tickNs(ticks)) + ", the device's time of the run.";
  };
  const note = element("p", "", "soft small");
  note.id = "breakdown-sum";
  section.append(note);
  lists();
  theme.listeners.push(lists);
};
