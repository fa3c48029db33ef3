// Every chart is made again when the colours change.
const chartList = [];
const addChart = (box, label, make) => {
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  box.append(canvas);
  const entry = { canvas, chart: null, draw() {
    if (entry.chart) entry.chart.destroy();
    Chart.defaults.color = css("--text");
    Chart.defaults.borderColor = css("--line");
    Chart.defaults.font.family = "system-ui, sans-serif";
    Chart.defaults.font.size = 12;
    const config = make();
    config.options = { maintainAspectRatio: false, animation: false, ...config.options };
    entry.chart = new Chart(canvas, config);
  } };
  chartList.push(entry);
  entry.draw();
  return entry;
};
theme.listeners.push(() => chartList.forEach(entry => entry.draw()));

const chartBox = height => {
  const box = element("div", undefined, "chart");
  if (height) box.style.height = height + "px";
  return box;
};
const axisTitle = text => ({ display: true, text, color: css("--soft") });
const narrow = () => window.innerWidth < 760;

// A row of buttons of which one is pressed.
const choice = (label, values, chosen, changed) => {
  const box = element("span", undefined, "choice");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  const show = value => { for (const button of box.children) button.setAttribute("aria-pressed", String(button.value === value)); };
  for (const value of values) {
    const button = element("button", value);
    button.type = "button";
    button.value = value;
    button.addEventListener("click", () => { show(value); changed(value); });
    box.append(button);
  }
  show(chosen);
  return box;
};

// A list of parts with bars, figures and their sum: parts are { name, value, color }.
const partsList = (parts, text, sumName) => {
  const list = element("div", undefined, "parts");
  const sum = parts.reduce((all, part) => all + part.value, 0), most = Math.max(...parts.map(part => part.value), 1e-12);
  for (const part of parts) {
    const track = element("span", undefined, "track"), bar = element("i"), name = element("span", part.name);
    bar.style.width = (100 * part.value / most).toFixed(2) + "%";
    bar.style.setProperty("--color", part.color);
    track.append(bar);
    if (part.title) name.title = part.title;
    list.append(name, track, element("span", text(part.value), "figure"), element("span", percent(sum > 0 ? part.value / sum : 0), "figure soft"));
  }
  if (sumName)
    for (const [value, name] of [[sumName, "sum"], ["", "sum"], [text(sum), "sum figure"], [percent(1), "sum figure soft"]]) list.append(element("span", value, name));
  return list;
};
