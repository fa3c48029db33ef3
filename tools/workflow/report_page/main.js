// The sections in their order; one without data is left out.
const timed = Boolean(data.profile && data.profile.ticks > 0);
const sections = [
  ["summary", "Summary", summary, true],
  ["latency", "Where the time goes", breakdown, timed],
  ["operators", "Operators", operators, timed && data.operators.length > 0],
  ["roofline", "Roofline", roofline, timed && data.operators.length > 0 && roofOf() !== null],
  ["timeline", "Time line", timeline, timed && data.timeline.rows.length > 0],
  ["memory", "Memory", memory, timed && data.usage.length > 0],
  ["what-if", "What if", whatIf, timed && data.profile.what_if.length > 0],
  ["reference", "Against the reference", comparison, true],
  ["configuration", "Configuration", configuration, true],
  ["host", "Host", host, true],
];
themeButton();
title();
buildSections(sections);
