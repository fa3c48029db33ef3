// Memory in use and rates drawn, over time, under their limits.
const memory = section => {
  section.append(element("p", "What is in use and what is drawn over the run. Filled: the mean over a point's time; line: the most of it; dashed in red: the limit, of rates that of the whole chip; dashed in grey: what one core's DMA engines can draw.", "soft lead"));
  const grid = element("div", undefined, "split");
  section.append(grid);
  const several = new Set(data.usage.map(usage => usage.chip + "." + usage.core)).size > 1;
  for (const usage of data.usage) {
    const box = element("div"), chart = chartBox(230), rateOf = usage.unit === "bytes/ns";
    const [scale, unit] = rateOf ? [1, "GB/s"] : usage.unit !== "bytes" ? [1, usage.unit] : usage.limit >= 1e6 ? [1e6, "MB"] : [1e3, "kB"];
    const text = value => digits(value / scale, 3) + " " + (unit === "-" ? "" : unit), name = (several ? "core " + usage.chip + "." + usage.core + ", " : "") + usage.of;
    const limits = [...(usage.limit ? [["limit", usage.limit, "--mark"]] : []), ...(rateOf && roofOf() && roofOf().bytes_per_ns < usage.limit ? [["one core's DMA", roofOf().bytes_per_ns, "--soft"]] : [])], most = Math.max(0, ...usage.most);
    box.append(element("h3", name), chart);
    const average = usage.mean.reduce((a, b) => a + b, 0) / Math.max(1, usage.mean.length);
    box.append(element("p", "at most " + text(most) + (usage.limit ? " of " + text(usage.limit) + " (" + percent(most / usage.limit) + ")" : "") + ", on average " + text(average) + ".", "soft small figure"));
    grid.append(box);
    addChart(chart, name + " over time", () => {
      const color = engineColor(rateOf ? "dma" : "tensor"), points = values => values.map((value, i) => ({ x: tickNs(i * usage.width_ticks) / 1e6, y: value / scale }));
      const end = tickNs(data.profile.ticks) / 1e6, line = { pointRadius: 0, borderWidth: 1, stepped: true };
      return {
        type: "line",
        data: { datasets: [
          { ...line, label: "mean", data: points(usage.mean), backgroundColor: color + "55", borderColor: "transparent", fill: "origin" },
          { ...line, label: "most", data: points(usage.most), borderColor: color, fill: false },
          ...limits.map(([label, value, tone]) => ({ ...line, label, data: [{ x: 0, y: value / scale }, { x: end, y: value / scale }], borderColor: css(tone), borderDash: [6, 4], fill: false })),
        ] },
        options: {
          interaction: { mode: "nearest", axis: "x", intersect: false },
          scales: {
            x: { type: "linear", min: 0, max: end, title: axisTitle("time, ms"), grid: { color: css("--line") } },
            y: { min: 0, title: axisTitle(unit === "-" ? usage.of : unit), grid: { color: css("--line") } },
          },
          plugins: { legend: { display: false }, tooltip: { callbacks: { title: items => "at " + time(items[0].parsed.x * 1e6), label: item => item.dataset.label + " " + digits(item.parsed.y, 3) + " " + unit } } },
        },
      };
    });
  }
};
