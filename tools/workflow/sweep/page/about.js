// What the sweep file asked for, and the host that computed.
const aboutSection = section => {
  const parts = [["strategy", strategyWords()], ["mode", data.sweep.mode], ["hash", data.sweep.hash || "-"],
    ["workloads", data.sweep.workloads.map(one => one.workload + (data.sweep.workloads.length > 1 ? " (weight " + significant(one.weight) + ")" : "")).join(", ")]];
  for (const one of parameters) parts.push([one.id, one.levels.join(", ") + (one.unit ? " " + one.unit : "") + (one.varies ? "" : " (one value only)")]);
  for (const one of data.linked) parts.push([one.key, "= " + one.formula]);
  for (const one of data.fixed) parts.push([one.key, one.value + " at every point"]);
  for (const formula of data.constraints) parts.push(["constraint", formula]);
  for (const limit of data.limits) parts.push(["limit", limitWords(limit)]);
  for (const one of metrics) parts.push([(one.objective ? "objective " : "metric ") + one.title, metricOf[one.id].meaning + " (" + better(one) + ")"]);
  section.classList.add("about");
  section.append(factsList(parts));
};
const hostSection = section => {
  const host = JSON.parse(document.getElementById("host-data").textContent);
  const rate = host.seconds > 0 ? host.computed / host.seconds : 0;
  section.append(element("p", host.computed === 0 ? "Nothing was left to compute: every outcome came from the database." :
    plural(host.computed, "outcome") + " computed in " + significant(host.seconds) + " s by " + plural(host.jobs, "process", "processes") + ": " + significant(rate, 3) + " per second, " + significant(rate / Math.max(1, host.jobs), 3) + " for each."));
};
