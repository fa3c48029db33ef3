"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};
const significant = (value, digits = 4) => Number(value.toPrecision(digits)).toString();
const rate = perSecond => perSecond >= 1e3 ? significant(perSecond / 1e3) + " k/s" : significant(perSecond) + " /s";
const usd = value => value === null ? "-" : significant(value) + " USD";
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Light or dark: what was chosen on the page, or else what the system says.
const theme = {
  dark: window.matchMedia("(prefers-color-scheme: dark)"), chosen: null, listeners: [],
  isDark() { return this.chosen === null ? this.dark.matches : this.chosen === "dark"; },
  apply() {
    document.documentElement.dataset.theme = this.isDark() ? "dark" : "light";
    for (const listener of this.listeners) listener();
  },
  choose(name) { this.chosen = name; this.apply(); },
};
theme.apply();
theme.dark.addEventListener("change", () => theme.apply());

// The values of a logarithmic axis that get a label.
const plainTicks = value => {
  const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 3, 5].includes(Math.round(lead)) && Math.abs(lead - Math.round(lead)) < 1e-6 ? significant(value, 3) : "";
};
