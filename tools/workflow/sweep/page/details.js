// A point in full: what it is, how good, why not better, and the command that computes it again.
const statusWord = point => point.status !== "done" ? point.status : point.front ? "on the front" : point.within ? "done" : "done, beyond a limit";
const nearness = point => {
  const level = textOf(rows.level[point.i]);
  if (!level) return "";
  for (const one of metrics) {
    const value = one.value(point.i), best = one.objective ? one.bound(point.i) : null;
    if (value > 0 && best > 0) return level + " " + Math.round(100 * (one.more ? value / best : best / value)) + "\u202f%";
  }
  return level;
};
const configurationOf = point => [
  ...varying.map(one => [one.id, one.text(point.i) + (one.titleUnit ? " " + one.titleUnit : "")]),
  ...data.linked.map((linked, index) => [linked.key, readable(textOf(rows.linked[index][point.i]))]),
];
const metricsOf = point => metrics.filter(one => one.value(point.i) !== null).map(one => [one.title, one.text(point.i)]);
const boundsOf = point => metrics.filter(one => one.bound(point.i) !== null && one.bound(point.i) !== undefined)
  .map(one => [one.title + (one.more ? " at most" : " at least"), one.format(one.bound(point.i))]);

const workloadTable = point => {
  const table = element("table"), head = element("tr"), names = Object.keys(rows.workloads[0]);
  head.append(element("th", "workload", "words"), ...names.map(name => element("th", metricTitle(name))));
  table.append(head);
  data.sweep.workloads.forEach((workload, w) => {
    const line = element("tr");
    line.append(element("td", workload.workload, "words"), ...names.map(name => element("td", figureText(name, (rows.workloads[w][name] || [])[point.i]))));
    table.append(line);
  });
  const box = element("div", undefined, "scroll");
  box.append(table);
  return box;
};

// The database has its usual name; a page knows no places.
const shellWord = word => /^[\w@%+=:,./-]+$/.test(word) ? word : "'" + word.replace(/'/g, "'\\''") + "'";
const rerunCommand = point => "inf-sim sweep rerun " + point.key + " --db " + shellWord(data.sweep.name + ".sweep.db");
const commandLine = command => {
  const line = element("div", undefined, "command"), code = element("code", command), copy = element("button", "copy", "tool");
  copy.type = "button";
  copy.addEventListener("click", () => {
    const chosen = document.createRange();
    chosen.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(chosen);
    const told = document.execCommand("copy");
    copy.textContent = told ? "copied" : "press Ctrl+C";
  });
  line.append(code, copy);
  return line;
};

const detailsOf = point => {
  const box = element("div", undefined, "point");
  box.append(element("h3", "Point " + point.number + ": " + statusWord(point)));
  if (metricsOf(point).length > 0) box.append(factsList(metricsOf(point)));
  const reason = textOf(rows.reason[point.i]), proof = textOf(rows.proof[point.i]);
  if (reason) box.append(element("p", reason, "reason"));
  box.append(element("h4", "Configuration"), factsList(configurationOf(point)));
  if (rows.workloads.length > 1 && point.status === "done") box.append(element("h4", "Workloads"), workloadTable(point));
  if (proof || boundsOf(point).length > 0) {
    box.append(element("h4", "Lower bound: " + (textOf(rows.level[point.i]) || "none")), factsList(boundsOf(point)));
    if (proof) box.append(element("p", proof, "small soft"));
  }
  box.append(element("h4", "Again"), commandLine(rerunCommand(point)));
  return box;
};
// The same in few lines, for beside the pointer.
const shortDetails = point => {
  const box = element("div");
  box.append(element("b", "point " + point.number + ", " + statusWord(point)));
  const at = point.status === "discarded" ? boundsOf(point) : metricsOf(point);
  box.append(factsList(at), factsList(configurationOf(point)));
  return box;
};

// A box that follows the pointer inside of `frame`.
const pointerTip = frame => {
  const tip = element("div", undefined, "tip");
  tip.hidden = true;
  frame.append(tip);
  return {
    node: tip,
    show(point, x, y) {
      tip.replaceChildren(shortDetails(point));
      tip.hidden = false;
      const width = frame.clientWidth, left = x + 14 + tip.offsetWidth > width ? x - 14 - tip.offsetWidth : x + 14;
      tip.style.left = Math.max(0, Math.min(left, width - tip.offsetWidth)) + "px";
      tip.style.top = Math.max(0, Math.min(y - tip.offsetHeight / 2, frame.clientHeight - tip.offsetHeight)) + "px";
    },
    hide() { tip.hidden = true; },
  };
};
