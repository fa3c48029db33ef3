// Work against traffic: every operator under the two roofs.
const roofOf = () => data.profile ? data.profile.roofline : null;
const runNs = op => op.runs_ns;
const traffic = op => op.read_bytes + op.written_bytes;
const tflops = op => runNs(op) > 0 ? 2e-3 * op.macs / runNs(op) : 0;
const intensity = op => traffic(op) > 0 ? 2 * op.macs / traffic(op) : Infinity;

let rooflineChart = null;
const roofline = section => {
  const roof = roofOf(), ridge = roof.peak_tflops / roof.bytes_per_ns * 1e3, points = data.operators.map((op, index) => ({ op, index, x: intensity(op), y: tflops(op) }));
  const inside = points.filter(point => point.y > 0 && Number.isFinite(point.x));
  section.append(element("p", "Each point is an operator while it runs: multiply-accumulates (two flops each) over time against bytes to and from device memory. Its size is its share of the run, its colour what bounds it. Under the slope, device memory limits; under the flat roof, the array. Both axes are logarithmic. Operators without multiply-accumulates stand on the bottom edge; those without traffic at the right edge. Selecting a point opens it in the table.", "soft lead"));
  const edge = (values, factor) => values.length ? values : [factor];
  const xs = edge(inside.map(point => point.x), ridge), ys = edge(inside.map(point => point.y), roof.peak_tflops);
  const bounds = { left: Math.min(...xs, ridge) / 2, right: Math.max(...xs, ridge) * 3, bottom: Math.min(...ys, roof.peak_tflops) / 3, top: roof.peak_tflops * 1.8 };
  const idle = points.filter(point => point.y === 0);
  idle.forEach((point, i) => { point.x = bounds.left * (bounds.right / bounds.left) ** ((i + 0.5) / idle.length); point.y = bounds.bottom * 1.04; });
  for (const point of points) if (!Number.isFinite(point.x)) point.x = bounds.right * 0.97;
  const engines = [...new Set(data.operators.map(op => op.bound || "none"))];
  const radius = op => 3 + 22 * Math.sqrt(Math.max(0, op.share));
  const box = chartBox();
  section.append(box);
  rooflineChart = addChart(box, "roofline with every operator as a point", () => ({
    type: "scatter",
    data: {
      datasets: [
        ...engines.map(engine => {
          const of = points.filter(point => (point.op.bound || "none") === engine).sort((a, b) => b.op.share - a.op.share);
          return { label: engine === "waiting" ? "waiting" : "bound by " + engineName(engine), data: of, pointRadius: of.map(point => radius(point.op)), pointHoverRadius: of.map(point => radius(point.op) + 2),
            pointStyle: of.map(point => point.op.macs > 0 ? "circle" : "triangle"), backgroundColor: engineColor(engine) + "66", borderColor: engineColor(engine), borderWidth: 1.5 };
        }),
        { label: "peak " + digits(roof.peak_tflops, 4) + " TFLOPS, " + gigabytes(roof.bytes_per_ns), data: [{ x: bounds.left, y: bounds.left * roof.bytes_per_ns * 1e-3 }, { x: ridge, y: roof.peak_tflops }, { x: bounds.right, y: roof.peak_tflops }],
          showLine: true, pointRadius: 0, pointHitRadius: 0, borderColor: css("--text"), backgroundColor: css("--text"), borderWidth: 1.5, pointStyle: "line", roof: true },
      ],
    },
    options: {
      scales: {
        x: { type: "logarithmic", min: bounds.left, max: bounds.right, title: axisTitle("flop per byte of device memory"), grid: { color: css("--line") }, ticks: { callback: plainTicks, maxRotation: 0 } },
        y: { type: "logarithmic", min: bounds.bottom, max: bounds.top, title: axisTitle("TFLOPS while it runs"), grid: { color: css("--line") }, ticks: { callback: plainTicks } },
      },
      onClick: (event, hits) => { const hit = hits.map(item => rooflineChart.chart.data.datasets[item.datasetIndex].data[item.index]).find(point => point.op); if (hit) chooseOperator(hit.index, true); },
      onHover: (event, hits) => { event.native.target.style.cursor = hits.length ? "pointer" : ""; },
      plugins: {
        legend: { position: "bottom", labels: { boxWidth: 10, boxHeight: 10, usePointStyle: true } },
        tooltip: {
          filter: item => item.raw.op !== undefined,
          callbacks: {
            title: items => items.slice(0, 1).map(item => item.raw.op.name),
            label: item => {
              const op = item.raw.op;
              return [op.kind + ", runs " + time(runNs(op)) + ", " + percent(op.share) + " of the run", op.macs ? digits(tflops(op), 3) + " TFLOPS, " + (traffic(op) ? digits(intensity(op), 3) + " flop/B" : "no traffic") : "no multiply-accumulates",
                bytes(traffic(op)) + " in " + time(runNs(op)) + ": " + (runNs(op) > 0 ? gigabytes(traffic(op) / runNs(op)) : "-"), op.bound === "waiting" ? "waiting; " + engineName(op.busiest) + " " + percent(op.bound_share) : "bound by " + engineName(op.bound) + " " + percent(op.bound_share)];
            },
          },
        },
      },
    },
  }));
  section.append(element("p", "One core: " + digits(roof.peak_tflops, 4) + " TFLOPS and " + gigabytes(roof.bytes_per_ns) + "; the roofs meet at " + digits(ridge, 4) + " flop per byte.", "soft small"));
};
