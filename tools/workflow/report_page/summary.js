// What ran on what, how long it takes and what of it, what it costs, whether it is right, and what to do about it.
const run = data.run;
const isModel = run.document === "inf-sim run", isWords = run.document === "inf-sim run, words", isPage = run.document === "inf-sim run, pipeline";
const types = run.dtype === run.storage_dtype ? run.dtype : run.dtype + " operands, " + run.storage_dtype + " values";

const title = () => {
  const what = isPage ? run.workload + ": " + run.finder + ", then " + run.reader + " (" + run.reader_mode + ")" : run.model;
  document.getElementById("title").textContent = what + " on " + run.chip.title;
  const parts = [types];
  if (run.pipeline) parts.push(plural(run.pipeline.stages.length, "stage"));
  else parts.push("one NeuronCore");
  if (run.throughput && run.cost && run.cost.length) parts.push(run.cost[0].instance);
  parts.push("workload " + run.workload, "chip file " + run.chip.hash);
  document.getElementById("subtitle").textContent = parts.join(" \u00b7 ");
  document.title = run.workload + " on " + run.chip.name + " \u2013 inf-sim";
};

const modelCards = cards => {
  const { latency, throughput, cost, roofline, busy_cores: busy } = run;
  if (latency) {
    cards.append(card("latency of a call", time(latency.call_ns), "device " + time(latency.device_ns) + ", runtime " + time(latency.runtime_ns) + ", copies " + time(latency.copy_ns) +
      (latency.host_ns > 0 ? ", host operators " + time(latency.host_ns) : "")));
    cards.append(card("on the device", time(latency.device_ns), whole(latency.ticks) + " ticks of " + latency.tick_mhz / 1e3 + " GHz, simulated"));
  }
  if (run.pipeline) cards.append(card("one result every", time(run.pipeline.interval_ns), "fill " + time(run.pipeline.fill_ns) + ", slowest stage " + time(run.pipeline.slowest_ns)));
  if (throughput) cards.append(card("throughput of the instance", digits(throughput.instance_per_s) + " /s", digits(throughput.chip_per_s) + " /s" + " a chip, bound by " + throughput.chip_bound));
  if (busy) cards.append(card("with " + plural(busy.cores, "core") + " busy", digits(busy.per_s) + " /s", "a call takes " + time(busy.call_ns) + ", bound by " + busy.bound));
  for (const line of (cost || []).slice(0, 2))
    cards.append(card(line.plan + ", per million", usd(line.usd_per_million), line.instance + " at " + line.usd_per_hour + " USD per hour (" + line.price_date + ")"));
  if (roofline && roofline.achieved_tflops !== null)
    cards.append(card("arithmetic", digits(roofline.achieved_tflops, 3) + " TFLOPS", percent(roofline.achieved_tflops / roofline.attainable_tflops) + " of what traffic allows, " + macs(roofline.macs)));
};

const wordCards = cards => {
  for (const line of run.modes)
    if (line.time) cards.append(card(line.mode, time(line.time.call_ns) + " a call", digits(line.time.word_per_s) + " words/s" + (line.time.cost.length ? ", " + usd(line.time.cost[0].usd_per_million_words) + " per million" : "") +
      (line.same_text === undefined ? "" : ", " + line.same_text + " of " + run.words.length + " as in fp32")));
};

const pageCards = cards => {
  if (run.time) {
    cards.append(card("a page takes", time(run.time.page_ns), digits(run.time.page_per_s) + " pages/s of the instance"));
    cards.append(card("finding the words", time(run.time.find.call_ns), "device " + time(run.time.find.device_ns)));
    cards.append(card("reading them", time(run.time.read.call_ns), plural(run.time.read.calls, "call") + ", device " + time(run.time.read.device_ns)));
    for (const line of run.time.cost.slice(0, 2)) cards.append(card(line.plan + ", per million pages", usd(line.usd_per_million_pages), line.instance + " at " + line.usd_per_hour + " USD per hour"));
  }
  cards.append(card("words found", whole(run.boxes.length), run.boxes.some(box => box.reference_text !== undefined) ? run.same_text + " read as in fp32 on the same crops" : ""));
};

const checkLines = () => {
  const list = element("div");
  for (const check of run.checks || []) {
    const line = element("p"), verdict = element("span", check.passed ? "passed" : "failed", check.passed ? "passed" : "failed");
    line.append(verdict, " " + check.check + ": " + (check.found === null ? "no number" : digits(check.found, 5)) + ", wanted " + digits(check.wanted, 5));
    list.append(line);
  }
  return list;
};

// Where most of the time goes, in one sentence, from the operators themselves.
const shortAnswer = () => {
  const text = element("p", undefined, "lead");
  const busiest = (data.profile ? data.profile.engines : []).filter(e => e.utilisation > 0).sort((a, b) => b.utilisation - a.utilisation);
  if (!busiest.length || !data.operators.length) return null;
  const top = data.operators.map((op, i) => i).sort((a, b) => data.operators[b].added_ns - data.operators[a].added_ns)[0], op = data.operators[top];
  text.append("Over the run " + busiest.slice(0, 3).map(e => engineName(e.engine) + " is busy " + percent(e.utilisation)).join(", ") + ". The costliest operator is ", operatorLink(top),
    ": " + time(op.added_ns) + ", " + percent(op.share) + " of the device's time, " + (op.bound === "waiting" ? "mostly waiting" : "bound by " + engineName(op.bound) + " for " + percent(op.bound_share) + " of its run") + ".");
  return text;
};
// What takes an operator's time, for those that are far from the array's peak.
const slowLayers = () => {
  const list = element("ul"), peak = data.profile && data.profile.roofline ? data.profile.roofline.peak_tflops : 0;
  const candidates = data.operators.map((op, index) => ({ op, index, lost: peak ? op.added_ns - 2e-3 * op.macs / peak : 0 })).filter(item => item.op.share >= 0.02).sort((a, b) => b.lost - a.lost);
  for (const { op, index } of candidates.slice(0, 3)) {
    const line = element("li");
    line.append(operatorLink(index), " (" + op.kind + ", " + time(op.added_ns) + "): " + whyShort(op));
    list.append(line);
  }
  return list.children.length ? list : null;
};

const findingsList = () => {
  const list = element("ol", undefined, "findings");
  for (const finding of data.profile.findings) {
    const item = element("li"), gain = element("span", time(finding.gain_ns), "gain");
    gain.append(element("small", "expected gain, " + percent(finding.gain)));
    item.append(element("b", finding.condition), element("p", finding.cause), element("p", "Try: " + finding.advice), gain);
    list.append(item);
  }
  return list;
};

const summary = section => {
  const cards = element("div", undefined, "cards");
  if (isModel) modelCards(cards);
  if (isWords) wordCards(cards);
  if (isPage) pageCards(cards);
  section.append(cards, checkLines());
  if (run.pipeline) {
    const box = element("div", undefined, "scroll");
    box.append(plainTable([["stage"], ["chip and core"], ["operators"], ["time of a call"], ["busy"], ["weights in SBUF"], ["from other stages"], ["first operator", true]], run.pipeline.stages.map((s, i) =>
      [whole(i + 1), s.chip + "." + s.core, whole(s.operators), time(s.ns), percent(s.utilisation), bytes(s.weights.resident_bytes), bytes(s.in_bytes), s.first])));
    section.append(box);
  }
  if (data.operators && data.operators.length) {
    const answer = shortAnswer(), slow = slowLayers();
    if (answer) section.append(answer);
    if (slow) section.append(element("p", "Furthest from what the array could do:", "lead"), slow);
  }
  if (!data.profile)
    section.append(element("p", run.pipeline ? "The stages of a pipeline are not recorded, so engines, operators and the critical path are left out: run the model without a pipeline to see them."
      : "Nothing was recorded on the simulated chip, so this page has no engines, operators and critical path.", "soft lead"));
  if (data.profile && data.profile.findings.length) section.append(element("h3", "Findings"), findingsList());
  const notes = [...(run.notes || []), ...(data.profile ? data.profile.warnings : [])];
  if (notes.length) {
    const list = element("ul", undefined, "soft small");
    for (const note of notes) list.append(element("li", note));
    section.append(element("h3", "Notes"), list);
  }
};
