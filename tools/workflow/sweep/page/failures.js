// Why points have no figures: reasons that points share, the key that closes the gap, and what bounds discarded.
const showButton = list => {
  const button = element("button", "show " + (list.length === 1 ? "it" : "them"), "tool");
  button.type = "button";
  button.addEventListener("click", () => showPoints(list));
  return button;
};
const reasonTable = (id, head, lines) => {
  const box = element("div", undefined, "scroll"), table = element("table"), names = element("tr");
  table.id = id;
  names.append(...head.map(([name, className]) => element("th", name, className)));
  table.append(names);
  for (const cells of lines) {
    const line = element("tr");
    for (const [content, className] of cells) {
      const cell = element("td", undefined, className);
      cell.append(content);
      line.append(cell);
    }
    table.append(line);
  }
  box.append(table);
  return box;
};
const failuresSection = section => {
  section.append(reasonTable("reason-table", [["points"], ["status", "words"], ["why", "words"], ["closed by", "words"], [""]], data.reasons.map(group => [
    [whole(group.rows.length), ""], [group.status, "words"], [group.text, "wide"], [group.knob ? element("code", group.knob) : "", "words"], [showButton(group.rows), ""],
  ])));
};

const discardedSection = section => {
  const levels = new Map();
  for (const point of points) {
    if (point.status !== "discarded") continue;
    const level = textOf(rows.level[point.i]) || "a workload's bound";
    if (!levels.has(level)) levels.set(level, []);
    levels.get(level).push(point);
  }
  section.append(element("p", "A lower bound shows that these points cannot reach the front, so they were not simulated. Each has its proof in its row.", "soft lead"),
    reasonTable("discarded-table", [["points"], ["bound", "words"], ["for example", "words"], [""]], [...levels].map(([level, list]) => {
      const example = list[0], words = element("div");
      words.append(element("div", "point " + example.number + ": " + textOf(rows.reason[example.i])), element("div", textOf(rows.proof[example.i]), "soft small"));
      return [[whole(list.length), ""], [level, "words"], [words, "wide"], [showButton(list.map(point => point.i)), ""]];
    })));
};
