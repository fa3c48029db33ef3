// Points, and what can be told of each: parameters and metrics as dimensions with values and texts.
const rows = data.rows, texts = data.texts;
const textOf = index => index < 0 ? "" : texts[index];
const metricOf = Object.fromEntries(data.metrics.map(metric => [metric.name, metric]));
const objectives = data.objectives.map(objective => objective.metric);
const points = rows.key.map((key, i) => ({ i, number: rows.number[i], key, status: data.statuses[rows.status[i]], within: rows.within[i] === 1, front: rows.front[i] === 1 }));
const done = points.filter(point => point.status === "done");
const front = data.front.map(i => points[i]);

const joules = value => {
  for (const [scale, unit] of [[1, "J"], [1e-3, "mJ"], [1e-6, "µJ"], [1e-9, "nJ"]]) if (Math.abs(value) >= scale * 0.99995) return digits(value / scale) + " " + unit;
  return value === 0 ? "0 J" : value.toExponential(3) + " J";
};
const perSecond = value => {
  for (const [scale, unit] of [[1e6, "M/s"], [1e3, "k/s"]]) if (value >= scale * 0.99995) return digits(value / scale) + " " + unit;
  return digits(value) + " /s";
};
const figures = { latency: time, throughput: perSecond, usd_per_million: value => digits(value) + " USD", energy: joules, accuracy: value => value.toFixed(6) };
const figureText = (metric, value) => value === null || value === undefined ? "-" : figures[metric](value);
const titles = { usd_per_million: "USD per million" };
const metricTitle = name => titles[name] || name;

// The last two parts of a key, or all of it where that is not enough to tell it from another.
const shortKeys = new Map(data.axes.map(axis => {
  const short = axis.key.split(".").slice(-2).join(".");
  const alike = data.axes.filter(other => other.key.endsWith(short)).length > 1;
  return [axis.key, alike ? axis.key : short];
}));
const unitOf = unit => unit === "-" ? "" : unit;
// A key may say its unit itself: dma.engines, bytes_per_ns.
const titleUnit = axis => axis.key.endsWith(axis.unit.replace("/", "_per_")) ? "" : unitOf(axis.unit);
// What a formula computed, in digits that one can read.
const readable = text => /^-?\d+\.\d{6,}$/.test(text) ? significant(Number(text), 6) : text;

const spread = values => {
  const numbers = values.filter(value => value !== null && value !== undefined);
  return { least: numbers.reduce((a, b) => Math.min(a, b), Infinity), most: numbers.reduce((a, b) => Math.max(a, b), -Infinity) };
};
const spansDecades = ({ least, most }) => least > 0 && most > 10 * least;

// A parameter whose levels are all numbers has these as values; of any other the values are the places in its list.
const parameter = (axis, index) => {
  const numeric = axis.numbers.every(number => number !== null), levels = rows.levels[index];
  const values = levels.map(level => numeric ? axis.numbers[level] : level), range = spread(values);
  return {
    id: axis.key, title: shortKeys.get(axis.key), unit: unitOf(axis.unit), titleUnit: titleUnit(axis), kind: "parameter", index, numeric, log: numeric && spansDecades(range), range,
    levels: axis.levels, numbers: axis.numbers, varies: levels.some(level => level !== levels[0]),
    value: i => values[i], level: i => levels[i], text: i => axis.levels[levels[i]], format: value => numeric ? significant(value) : axis.levels[Math.round(value)] ?? "",
  };
};
const metric = name => {
  const values = rows.metrics[name] || points.map(() => null), best = rows.best[name], range = spread(values);
  return {
    id: name, title: metricTitle(name), unit: "", titleUnit: "", kind: "metric", numeric: true, log: spansDecades(range), range, more: metricOf[name].more_is_better, objective: objectives.includes(name),
    value: i => values[i], bound: i => best ? best[i] : null, text: i => figureText(name, values[i]), format: value => figureText(name, value),
  };
};
const parameters = data.axes.map(parameter), varying = parameters.filter(one => one.varies);
const measuredMetrics = data.metrics.map(one => one.name).filter(name => rows.metrics[name]);
const metrics = [...objectives, ...measuredMetrics.filter(name => !objectives.includes(name))].map(metric);
const dimension = Object.fromEntries([...parameters, ...metrics].map(one => [one.id, one]));

// Where a value stands between the least and the most, 0..1.
const placeOf = (one, value) => {
  const { least, most } = one.range;
  if (most <= least) return 0.5;
  return one.log ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least);
};
const better = one => one.kind !== "metric" ? "" : one.more ? "more is better" : "less is better";
// "12.00 ms" as "12 ms".
const plainFigure = text => text.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");
