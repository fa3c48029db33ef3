// What each parameter of the chip does to the latency, near its value.
const whatIf = section => {
  const rows = [...data.profile.what_if].sort((a, b) => Math.abs(b.elasticity) - Math.abs(a.elasticity)), latency = tickNs(data.profile.ticks);
  section.append(element("p", "How the device's time follows each parameter, all else as it is: an elasticity of \u22121 means half the time with twice of it, 0 that it does not matter. Bars to the left: more of it makes the run faster.", "soft lead"));
  const drawn = rows.filter(row => Math.abs(row.elasticity) >= 0.0005).slice(0, 24), box = chartBox(70 + 24 * Math.max(3, drawn.length));
  // A step of ten percent: as it was computed where the step is one, else in proportion.
  const tenth = row => row.value !== 0 && Math.abs(row.upper / row.value - 1.1) < 1e-3 ? row.upper_ns - latency : latency * row.elasticity * 0.1;
  if (drawn.length) section.append(box);
  if (drawn.length) addChart(box, "elasticity of the latency by parameter", () => ({
    type: "bar",
    data: { labels: drawn.map(row => row.parameter), datasets: [{ data: drawn.map(row => row.elasticity), backgroundColor: drawn.map(row => engineColor(row.elasticity < 0 ? "tensor" : "dma")), barPercentage: 0.8 }] },
    options: {
      indexAxis: "y",
      scales: { x: { title: axisTitle("elasticity of the latency"), grid: { color: css("--line") }, suggestedMin: -0.05, suggestedMax: 0.05 }, y: { grid: { display: false }, ticks: { autoSkip: false } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: item => { const row = drawn[item.dataIndex]; return ["elasticity " + row.elasticity.toFixed(3), "+10 %: " + signed(tenth(row)), "now " + significant(row.value, 6) + " " + row.unit]; } } } },
    },
  }));
  const meaning = new Map(data.configuration.parameters.map(row => [row.path, row]));
  const table = makeTable({
    id: "what-if-table", label: "what if", rows, most: 60,
    columns: [
      { name: "parameter", words: true, text: row => row.parameter },
      { name: "value", text: row => significant(row.value, 6) + (row.unit === "-" ? "" : " " + row.unit), key: row => row.value },
      { name: "elasticity", text: row => row.elasticity.toFixed(3), key: row => row.elasticity },
      { name: "+10 % gives", text: row => signed(tenth(row)), key: tenth, title: "change of the device's time" },
      { name: "of the run", text: row => (tenth(row) > 0 ? "+" : tenth(row) < 0 ? "\u2212" : "") + percent(Math.abs(tenth(row)) / latency), key: tenth },
      { name: "one step down", text: row => significant(row.lower, 6) + ": " + time(row.lower_ns), key: row => row.lower_ns },
      { name: "one step up", text: row => significant(row.upper, 6) + ": " + time(row.upper_ns), key: row => row.upper_ns },
      { name: "how", words: true, text: row => row.method },
      { name: "meaning", wide: true, text: row => meaning.has(row.parameter) ? meaning.get(row.parameter).meaning : "" },
    ],
  });
  section.append(table.node);
};
const signed = ns => (ns < 0 ? "\u2212" : ns > 0 ? "+" : "") + time(Math.abs(ns));
