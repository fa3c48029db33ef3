// Why an operator takes its time, in words and figures.
const parameter = path => {
  const found = data.configuration.parameters.find(row => row.path === path);
  return found ? Number(found.value) : NaN;
};
// Multiply-accumulates over what the array can do while the tensor engine is busy.
const arrayUse = op => {
  const roof = roofOf(), busy = op.busy_ns.tensor || 0;
  return roof && busy > 0 ? 2e-3 * op.executed_macs / busy / roof.peak_tflops : 0;
};
const memoryNs = op => roofOf() ? traffic(op) / roofOf().bytes_per_ns : 0;
const arrayNs = op => roofOf() ? 2e-3 * op.macs / roofOf().peak_tflops : 0;
// Bytes of a descriptor below which its own cost exceeds that of its bytes.
const evenBytes = () => parameter("dma.descriptor_ns") * parameter("dma.bytes_per_ns");
const perDescriptor = op => op.work.descriptors > 0 ? op.work.dma_bytes / op.work.descriptors : 0;

const boundSentence = op => {
  if (!op.busiest) return "No engine works for it.";
  const share = percent(op.bound_share) + " of the " + time(runNs(op)) + " from its first instruction to its last result" + (op.calls > 1 ? ", over " + whole(op.calls) + " calls" : "");
  return op.bound === "waiting"
    ? "This operator mostly waits: no engine works for half of its run. The busiest, " + engineName(op.busiest) + ", works for " + share + "."
    : "This operator is bound by " + engineName(op.bound) + " for " + share + ".";
};
const dmaSentences = op => {
  const lines = [], busy = op.busy_ns.dma || 0, roof = roofOf();
  if (traffic(op) === 0 && !op.work.transfers) return ["It moves nothing to or from device memory."];
  lines.push("It reads " + bytes(op.read_bytes) + " from device memory and writes " + bytes(op.written_bytes) +
    (op.work.transfers ? ", in " + plural(op.work.transfers, "transfer") + " of together " + plural(op.work.descriptors, "descriptor") + (perDescriptor(op) ? ", " + bytes(perDescriptor(op)) + " each on average" : "") : "") + ".");
  if (busy > 0 && roof) {
    const moved = Math.max(traffic(op), 0), least = memoryNs(op);
    lines.push("DMA is busy for " + time(busy) + " with it: " + gigabytes(moved / busy) + " of the " + gigabytes(roof.bytes_per_ns) + " that one core can draw. At the full rate these bytes take " + time(least) + ".");
  }
  const even = evenBytes(), size = perDescriptor(op);
  if (size && size < even)
    lines.push("Its descriptors are small: below " + bytes(Math.round(even)) + " a descriptor costs its " + digits(parameter("dma.descriptor_ns"), 3) + " ns (dma.descriptor_ns) whatever it moves, so their number costs time, not their bytes: " +
      plural(op.work.descriptors, "descriptor") + " over " + parameter("dma.engines") + " DMA engines take at least " + time(op.work.descriptors * parameter("dma.descriptor_ns") / parameter("dma.engines")) + ".");
  return lines;
};
const arraySentences = op => {
  if (!op.macs) return [];
  const roof = roofOf(), busy = op.busy_ns.tensor || 0, lines = [];
  lines.push("It asks for " + macs(op.macs) + (op.executed_macs !== op.macs ? "; the array executes " + macs(op.executed_macs) + ", padding and packing included" : "") + "." +
    (roof ? " At the array's peak that takes " + time(arrayNs(op)) + "; it reaches " + digits(tflops(op), 3) + " of " + digits(roof.peak_tflops, 4) + " TFLOPS while it runs." : ""));
  if (busy > 0) {
    const use = arrayUse(op), rows = op.work.rows_used, columns = op.work.columns_used;
    lines.push("The tensor engine is busy for " + time(busy) + " and uses " + percent(use) + " of the array's " + parameter("tensor.rows") + " x " + parameter("tensor.columns") + " places in that time" +
      (rows > 0 ? ": its matmuls fill " + percent(rows) + " of the rows (contraction) and " + percent(columns) + " of the columns (outputs)" : "") + ".");
  }
  if (op.work.weight_switch_ticks > 0) lines.push("Changing the array to other weights takes " + time(tickNs(op.work.weight_switch_ticks)) + " of it.");
  return lines;
};
const limitSentence = op => {
  if (!roofOf() || !op.macs || !traffic(op)) return "";
  const memoryBound = memoryNs(op) > arrayNs(op), least = Math.max(memoryNs(op), arrayNs(op));
  return "Its " + digits(intensity(op), 3) + " flop per byte lie " + (memoryBound ? "below" : "above") + " the ridge of the roofline, so " + (memoryBound ? "device memory" : "the array") + " sets the limit of " + time(least) + "; it takes " +
    digits(runNs(op) / least, 3) + " times as long.";
};
const pathSentence = op => {
  if (!op.path_ticks) return data.breakdown.of === "critical path" ? "It never lies on the critical path: making it faster gains nothing." : "";
  const causes = Object.entries(op.path_by_cause).sort((a, b) => b[1] - a[1]);
  return "The end of the run depends on it for " + time(tickNs(op.path_ticks)) + ", " + percent(op.path_ticks / data.profile.ticks) + " of the latency. Mostly: " +
    causes.slice(0, 3).map(([cause, ticks]) => (causeWords[cause] || cause) + " (" + cause + ", " + time(tickNs(ticks)) + ")").join("; ") + ".";
};
// The tile decision in words.
const decisionSentences = op => {
  const lines = [], taps = /(\d+) taps on partitions/.exec(op.decision), bands = /bands of (\d+) (output )?rows/.exec(op.decision), steps = /(\d+) steps per tile/.exec(op.decision), chunks = /weights in chunks of (\d+)/.exec(op.decision);
  if (taps)
    lines.push("Its input has few channels, which alone would fill few of the array's rows. So the compiler lays " + taps[1] + " taps of its window side by side on partitions: each is a copy of the input that DMA brings in, so the input is read " + taps[1] +
      " times over. Fewer copies would mean less traffic and more passes of the array.");
  if (bands) lines.push("It works through the picture in bands of " + bands[1] + " rows, so that a band's input and result fit into SBUF while the next is loaded" + (steps ? "; each PSUM tile takes " + plural(Number(steps[1]), "matmul pass", "matmul passes") : "") + ".");
  if (/stays in SBUF/.test(op.decision)) lines.push("Its result stays in SBUF, so it costs no traffic of device memory.");
  if (chunks) lines.push("Weights come in chunks of " + chunks[1] + " output channels, since all of them do not fit into SBUF beside the bands.");
  return lines;
};
// What most of its time goes to where no engine is the answer: of the critical path, or else what the busiest engine waits for.
const waitedFor = op => {
  const path = Object.entries(op.path_by_cause).sort((a, b) => b[1] - a[1])[0];
  if (path) return ", on the critical path mostly for this: " + (causeWords[path[0]] || path[0]);
  const seen = op.engines[op.busiest], wait = seen && Object.entries(seen.stall_ticks).filter(([reason]) => reason !== "datapath").sort((a, b) => b[1] - a[1])[0];
  return wait ? ", " + engineName(op.busiest) + " mostly because " + (stallWords[wait[0]] || wait[0]) : "";
};
// One sentence for the summary.
const whyShort = op => {
  const parts = [op.bound === "waiting" ? "mostly waiting" + waitedFor(op) : "bound by " + engineName(op.bound) + " for " + percent(op.bound_share) + " of its run"];
  if (perDescriptor(op) && perDescriptor(op) < evenBytes() && op.busiest === "dma") parts.push("in descriptors of only " + bytes(perDescriptor(op)));
  if (op.macs && roofOf()) parts.push(digits(tflops(op), 3) + " of " + digits(roofOf().peak_tflops, 4) + " TFLOPS");
  const taps = /(\d+) taps on partitions/.exec(op.decision);
  if (taps && op.busiest === "dma") parts.push("its input is brought in " + taps[1] + " times, once for each tap that lies on partitions");
  if (op.macs && arrayUse(op) < 0.5) parts.push("the array used to " + percent(arrayUse(op)) + " while it works");
  if (roofOf() && memoryNs(op) > arrayNs(op) && op.macs) parts.push("its traffic alone takes " + time(memoryNs(op)));
  return parts.join(", ") + ".";
};

const engineRows = op => {
  const rows = [], engines = new Set([...Object.keys(op.busy_ns), ...Object.keys(op.engines)]);
  for (const engine of ["tensor", "vector", "scalar", "gpsimd", "sync", "dma"]) {
    if (!engines.has(engine)) continue;
    const seen = op.engines[engine], waits = seen ? Object.entries(seen.stall_ticks).filter(([reason]) => reason !== "datapath").sort((a, b) => b[1] - a[1]) : [];
    rows.push({ engine, busy: op.busy_ns[engine] || 0, waits: waits.slice(0, 3).map(([reason, ticks]) => reason + " " + time(tickNs(ticks))).join(", ") || "-", title: waits.map(([reason]) => stallWords[reason] || reason).join("; ") });
  }
  return rows;
};
const plainTable = (names, rows) => {
  const table = element("table"), head = element("tr"), body = element("tbody");
  for (const [name, words] of names) head.append(element("th", name, words ? "words" : ""));
  for (const row of rows) {
    const line = element("tr");
    row.forEach((value, i) => {
      const td = element("td", undefined, names[i][1] ? "words" : "");
      if (value instanceof Node) td.append(value); else td.textContent = value;
      line.append(td);
    });
    body.append(line);
  }
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  return table;
};

const operatorDetail = op => {
  const box = element("div", undefined, "detail-box"), text = element("div"), figures = element("div");
  text.append(element("h3", "Why it takes its time"));
  const sentences = [boundSentence(op), ...dmaSentences(op), ...arraySentences(op), limitSentence(op), ...decisionSentences(op), pathSentence(op)];
  for (const sentence of sentences) if (sentence) text.append(element("p", sentence));
  const facts = [["how it is computed", op.decision || "-"], ["added to the run", time(op.added_ns) + ", " + percent(op.share)], ["runs", op.calls > 1 ? whole(op.calls) + " times, first at " + time(op.start_ns) : "from " + time(op.start_ns) + " to " + time(op.end_ns)]];
  if (op.predicted_ns > 0) facts.push(["the compiler expected", time(op.predicted_ns)]);
  facts.push(["layer", op.layer || "-"], ["ONNX nodes", op.nodes.join(", ") || "-"]);
  text.append(factsList(facts));
  const show = element("button", "show on the time line", "tool");
  show.type = "button";
  show.addEventListener("click", () => {
    const index = data.operators.indexOf(op);
    timelineState.choose(index);
    timelineState.show(index);
    document.getElementById("timeline").scrollIntoView();
  });
  if (timelineState) text.append(show);
  figures.append(element("h3", "Engines while they work for it"));
  const scroll = element("div", undefined, "scroll");
  scroll.append(plainTable([["engine", true], ["busy"], ["of its run"], ["waits for", true]], engineRows(op).map(row => {
    const waits = element("span", row.waits);
    waits.title = row.title;
    return [boundNode(row.engine), time(row.busy), percent(runNs(op) > 0 ? row.busy / runNs(op) : 0), waits];
  })));
  figures.append(scroll);
  const causes = Object.entries(op.path_by_cause).sort((a, b) => b[1] - a[1]);
  if (causes.length)
    figures.append(element("h3", "Its part of the critical path"), partsList(causes.map(([name, ticks]) => ({ name, value: ticks, color: causeColor(name), title: causeWords[name] })), ticks => time(tickNs(ticks)), "sum"));
  box.append(text, figures);
  return box;
};
