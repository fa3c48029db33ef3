// What engines, causes and reasons mean.
const tickNs = ticks => data.profile ? ticks * 1e3 / data.profile.tick_mhz : 0;

const engineName = engine => ({ dma: "DMA", host: "the host", waiting: "waiting", none: "none" })[engine] || "the " + engine + " engine";
const causeWords = data.words ? { ...data.words.causes, added: "what the operator added to the run" } : {};
const stallWords = data.words ? data.words.reasons : {};
