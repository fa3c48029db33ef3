// The sections in their order; one without data is left out.
themeButton();
title();
buildSections([
  ["summary", "Summary", summary, true],
  ["front", "Front", frontSection, done.length > 0],
  ["parallel", "Parallel coordinates", parallelSection, done.length > 0],
  ["importance", "Importance", importanceSection, done.length > 1 && varying.length > 0],
  ["points", "Points", pointsSection, points.length > 0],
  ["failures", "Why points have no figures", failuresSection, data.reasons.length > 0],
  ["discarded", "Discarded", discardedSection, points.some(point => point.status === "discarded")],
  ["sweep", "The sweep", aboutSection, true],
  ["host", "Host", hostSection, true],
]);
