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
for (const [id, name, build, wanted] of sections) {
  if (!wanted) continue;
  const section = element("section"), link = element("a", name);
  section.id = id;
  section.append(element("h2", name));
  section.setAttribute("aria-label", name);
  document.getElementById("main").append(section);
  link.href = "#" + id;
  document.getElementById("nav").append(link);
  build(section);
}
const links = [...document.querySelectorAll("#nav a")];
const seenSections = new Set();
const watcher = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) seenSections.add(entry.target.id); else seenSections.delete(entry.target.id);
  const first = links.find(link => seenSections.has(link.hash.slice(1)));
  for (const link of links) link.classList.toggle("here", link === first);
}, { rootMargin: "-60px 0px -55% 0px" });
for (const section of document.querySelectorAll("main section")) watcher.observe(section);
document.documentElement.dataset.ready = "yes";
