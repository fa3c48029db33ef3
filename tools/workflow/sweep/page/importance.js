// How much of the spread of each objective follows one parameter alone.
const importanceRow = (one, shares, chances) => {
  const line = element("div", undefined, "importance-row");
  line.append(element("span", one, "importance-name"));
  objectives.forEach((name, o) => {
    const cell = element("div", undefined, "importance-cell"), track = element("span", undefined, "track"), bar = element("i"), chance = element("b");
    cell.dataset.objective = metricTitle(name);
    bar.style.width = (100 * shares[o]).toFixed(2) + "%";
    track.append(bar);
    if (chances && chances[o] > 0) {
      chance.style.left = (100 * chances[o]).toFixed(2) + "%";
      chance.title = "what chance alone would give: " + percent(chances[o]);
      track.append(chance);
    }
    cell.append(track, element("span", percent(shares[o]), "figure"));
    line.append(cell);
  });
  return line;
};
const importanceSection = section => {
  const whole_ = data.importance.every(one => one.chance.every(chance => chance === 0));
  const words = "The share of an objective's variance that the means of a parameter's levels explain: the sum over levels of n (mean of the level \u2212 mean)\u00b2, divided by the sum over points of (value \u2212 mean)\u00b2, over the " +
    plural(done.length, "point") + " that " + (done.length === 1 ? "is" : "are") + " done.";
  const logs = data.objectives.filter(objective => objective.scale === "logarithmic").map(objective => metricTitle(objective.metric));
  section.append(element("p", words + (logs.length > 0 ? " Values of " + logs.join(", ") + " are taken as logarithms, since they span more than a decade." : "") +
    (whole_ ? " The points are a whole grid, so what is missing to 100\u202f% is what parameters do together." :
      " The points are no whole grid: shares are first-order effects, biased where levels were not combined with the same others. The stroke marks what a parameter without any effect would reach by chance."), "soft lead"));
  const list = element("div", undefined, "importance"), head = element("div", undefined, "importance-row importance-head");
  list.style.setProperty("--objectives", objectives.length);
  head.append(element("span", "", "importance-name"), ...objectives.map(name => element("span", metricTitle(name))));
  list.append(head);
  for (const one of [...varying].sort((a, b) => data.importance[b.index].share[0] - data.importance[a.index].share[0]))
    list.append(importanceRow(one.id, data.importance[one.index].share, data.importance[one.index].chance));
  if (whole_ && varying.length > 1)
    list.append(importanceRow("together", objectives.map((name, o) => Math.max(0, 1 - data.importance.reduce((sum, one) => sum + one.share[o], 0))), null));
  section.append(list);
};
