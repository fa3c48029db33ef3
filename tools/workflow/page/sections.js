// The sections of a page in their order, [id, name, build(section), wanted], and the line of links to them.
const buildSections = sections => {
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
};

// A figure with its name above and a word about it below.
const card = (name, figure, more) => {
  const box = element("div", undefined, "card");
  box.append(element("span", name, "name"), element("b", figure), element("span", more, "small soft"));
  return box;
};
