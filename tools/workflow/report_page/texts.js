// Words that were read, against what the reference reads and what they say.
// The text with every character marked that is not in the longest common subsequence with `wanted`.
const differing = (text, wanted) => {
  const a = [...text], b = [...wanted], length = a.map(() => new Uint16Array(b.length + 1)).concat([new Uint16Array(b.length + 1)]);
  for (let i = a.length - 1; i >= 0; --i) for (let j = b.length - 1; j >= 0; --j) length[i][j] = a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
  const box = element("span");
  let i = 0, j = 0;
  const put = (character, same) => box.append(same ? character : element("mark", character));
  while (i < a.length) {
    if (j < b.length && a[i] === b[j]) { put(a[i], true); ++i; ++j; }
    else if (j < b.length && length[i][j + 1] >= length[i + 1][j]) ++j;
    else { put(a[i], false); ++i; }
  }
  if (text !== wanted) box.title = "wanted: " + wanted;
  if (text !== wanted && !box.querySelector("mark")) box.append(element("mark", "\u2026"));
  if (text === "") box.append(element("mark", "(nothing)"));
  return box;
};
const confidence = read => read.confidence === null ? "-" : read.confidence.toFixed(3);

const modeTable = section => {
  const compared = run.modes.filter(line => line.against_yardstick);
  if (!compared.length) return;
  const box = element("div", undefined, "scroll");
  box.append(plainTable([["mode", true], ["same text"], ["right text"], ["SNR, own form, dB"], ["SNR, " + run.yardstick + ", dB"], ["max error"]],
    compared.map(line => [line.mode, line.same_text + " of " + run.words.length, line.right_text === undefined ? "-" : String(line.right_text), decibel(line.against_own_fp32), decibel(line.against_yardstick),
      line.against_yardstick.max_error === null ? "-" : digits(line.against_yardstick.max_error, 3)])));
  section.append(element("h3", "Ways of decoding against " + run.yardstick), box);
};
const decibel = accuracy => accuracy.snr_db === null ? "exact" : accuracy.snr_db.toFixed(1);

const wordTexts = section => {
  modeTable(section);
  const modes = run.modes.map(line => line.mode).filter(mode => run.words.some(word => word.read && word.read[mode]));
  const says = run.words.some(word => word.says !== undefined), reference = run.words.some(word => word.reference);
  if (!modes.length && !reference) return;
  section.append(element("h3", "Words"), element("p", "Marked: what differs from the reference, or without one from what the word says.", "soft"), makeTable({
    id: "word-table", label: "words", rows: run.words, tall: true,
    columns: [
      { name: "word", words: true, text: word => word.word },
      ...(says ? [{ name: "says", words: true, text: word => word.says ?? "-" }] : []),
      ...(reference ? [{ name: "fp32 reference", words: true, text: word => word.reference ? word.reference.text : "-" }] : []),
      ...modes.flatMap(mode => [
        { name: mode, words: true, text: word => word.read[mode].text, node: word => differing(word.read[mode].text, (word.reference && word.reference.text) ?? word.says ?? word.read[mode].text) },
        { name: "confidence", text: word => confidence(word.read[mode]), key: word => word.read[mode].confidence },
      ]),
    ],
  }).node);
};
const pageTexts = section => {
  if (!run.boxes.length) return section.append(element("p", "No text was found on the page."));
  const reference = run.boxes.some(box => box.reference_text !== undefined);
  section.append(element("h3", "Words of the page"), makeTable({
    id: "word-table", label: "words of the page", rows: run.boxes, tall: true,
    columns: [
      { name: "box", text: box => whole(run.boxes.indexOf(box) + 1), key: box => run.boxes.indexOf(box) },
      { name: "read", words: true, text: box => box.text, node: box => differing(box.text, box.reference_text ?? box.text) },
      { name: "confidence", text: confidence, key: box => box.confidence },
      ...(reference ? [{ name: "fp32 on the same crop", words: true, text: box => box.reference_text ?? "-" }] : []),
    ],
  }).node);
};
