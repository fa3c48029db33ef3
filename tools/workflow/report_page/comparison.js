// How close the chip's results are to the fp32 reference.
const picture = (uri, caption, className) => {
  const figure = element("figure"), image = element("img", undefined, className);
  image.src = uri;
  image.alt = caption;
  figure.append(image, element("figcaption", caption));
  return figure;
};
const accuracyTable = () => makeTable({
  id: "accuracy-table", label: "accuracy against the fp32 reference", rows: run.accuracy,
  columns: [
    { name: "output", words: true, text: row => row.output },
    { name: "max error", text: row => row.max_error === null ? "not finite" : digits(row.max_error, 3), key: row => row.max_error },
    { name: "mean error", text: row => row.mean_error === null ? "not finite" : digits(row.mean_error, 3), key: row => row.mean_error },
    { name: "SNR", unit: "dB", text: row => row.exact ? "exact" : row.snr_db === null ? "-" : row.snr_db.toFixed(1), key: row => row.exact ? Infinity : row.snr_db },
    { name: "correlation", text: row => row.correlation === null ? "-" : row.correlation.toFixed(7), key: row => row.correlation },
  ],
}).node;
const boxesLine = boxes => element("p", boxes.expected + " boxes in the reference, " + boxes.found + " found, " + boxes.matched + " matched at an overlap of " + boxes.threshold +
  (boxes.matched ? "; mean overlap " + digits(boxes.mean_iou, 4) + ", least " + digits(boxes.min_iou, 4) + ", largest distance of a corner " + digits(boxes.largest_corner_distance, 3) + " pixels" : "") + ".");
const mapFigures = section => {
  for (const map of data.comparison.maps) {
    // The accuracy table has names for the maps of an output.
    const [, output, channel] = /^(.*)\[(\d+)\]$/.exec(map.name) || [null, map.name, 0];
    const named = (run.accuracy || []).filter(row => row.output.startsWith(output + ", "))[channel];
    section.append(element("h3", (named ? named.output : map.name) + ", " + map.width + " x " + map.height + (map.shrunk > 1 ? ", each pixel " + map.shrunk + " x " + map.shrunk + " values" : "")));
    const grid = element("div", undefined, "maps");
    grid.append(picture(map.chip, "chip", "map"));
    if (map.reference) grid.append(picture(map.reference, "fp32 reference", "map"), picture(map.difference, "difference, 0 to " + digits(map.largest_difference, 3) + " (largest of each pixel's values)", "map"));
    const scale = element("div");
    scale.append(element("div", undefined, "scale"), element("p", digits(map.low, 3) + " to " + digits(map.high, 3), "soft small figure"));
    section.append(grid, scale);
  }
};
const classTables = section => {
  for (const item of data.comparison.classes) {
    section.append(element("h3", item.output + ", row " + (item.row + 1) + ": the largest of " + whole(item.classes)));
    const box = element("div", undefined, "scroll"), reference = item.top.some(row => row.reference !== undefined);
    box.append(plainTable([["class"], ["chip"], ...(reference ? [["fp32 there"], ["fp32's own"], ["its value"]] : [])],
      item.top.map(row => [whole(row.class), digits(row.chip, 5), ...(reference ? [digits(row.reference, 5), whole(row.reference_class), digits(row.reference_value, 5)] : [])])));
    section.append(box);
  }
};
const errorBars = section => {
  for (const item of data.comparison.errors) {
    const box = chartBox(210), counts = [item.exact, ...item.decades];
    if (!item.decades.length) continue;
    let first = item.decades.findIndex(count => count > 0);
    first = Math.max(0, first);
    const labels = ["exact", ...item.decades.map((count, i) => "10^" + (item.first_decade + i))].filter((name, i) => i === 0 || i > first), values = counts.filter((count, i) => i === 0 || i > first);
    const holder = element("div");
    holder.append(element("h3", "Errors of the " + whole(item.elements) + " elements of " + item.output), box);
    section.append(holder);
    addChart(box, "distribution of errors of " + item.output, () => ({
      type: "bar",
      data: { labels, datasets: [{ data: values, backgroundColor: engineColor("tensor") }] },
      options: {
        scales: { x: { title: axisTitle("absolute error: at least this, less than ten times it"), grid: { display: false } }, y: { type: "logarithmic", min: 0.5, title: axisTitle("elements"), grid: { color: css("--line") }, ticks: { callback: value => Math.log10(value) % 1 === 0 ? whole(value) : "" } } },
        plugins: { legend: { display: false }, tooltip: { callbacks: { label: context => whole(values[context.dataIndex]) + " elements, " + percent(values[context.dataIndex] / item.elements) } } },
      },
    }));
  }
};
const layerErrors = section => {
  if (!run.layer_errors) return;
  const db = value => value === null ? "-" : value.toFixed(1);
  section.append(element("h3", "Errors by operator"), makeTable({
    id: "layer-error-table", label: "errors by operator", rows: run.layer_errors.layers,
    columns: [
      { name: "operator", words: true, text: row => row.layer },
      { name: "type", words: true, text: row => row.type },
      { name: "own SNR", unit: "dB", text: row => row.exact ? "exact" : db(row.local_snr_db), key: row => row.exact ? Infinity : row.local_snr_db },
      { name: "accumulated SNR", unit: "dB", text: row => db(row.accumulated_snr_db), key: row => row.accumulated_snr_db === null ? Infinity : row.accumulated_snr_db },
      { name: "share of the outputs' error", text: row => row.share === null ? "-" : percent(row.share), key: row => row.share === null ? -1 : row.share, bar: row => row.share || 0 },
    ],
  }).node);
};
const comparison = section => {
  const found = data.comparison;
  if (run.accuracy) section.append(accuracyTable());
  if (run.boxes_against_reference) section.append(boxesLine(run.boxes_against_reference));
  if (!run.accuracy && isModel) section.append(element("p", "The fp32 reference was not run, so nothing is compared.", "soft"));
  if (isWords) wordTexts(section);
  if (isPage) pageTexts(section);
  if (found.maps) mapFigures(section);
  if (found.classes) classTables(section);
  const bars = element("div", undefined, "split");
  if (found.errors) errorBars(bars);
  section.append(bars);
  layerErrors(section);
  if (found.picture) section.append(element("h3", "The picture with what was found"), picture(found.picture.uri, found.picture.width + " x " + found.picture.height + " pixels" + (isPage ? ", boxes and the words read in them" : ", text boxes")));
};
