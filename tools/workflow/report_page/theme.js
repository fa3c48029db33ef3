// Colours that stay apart for every kind of colour vision: engines have one each, causes are shades of what they are about.
const engineColor = engine => css("--" + engine) || css("--none");
const causeColors = {
  datapath: "#0072b2", latency: "#5aaee0", issue: "#8fa9c4", "weight switch": "#4a3fa0", "table load": "#1f9e78", port: "#cc79a7", semaphore: "#8e3a6b",
  "dma trigger": "#eec493", "dma start": "#e3a35f", "dma queue": "#bf7a45", "dma engine": "#98512a", "dma data": "#d55e00", memory: "#d9a400", "dma complete": "#b3976b",
  added: "#0072b2", host: "#8c6d31", "between programs": "#bcc3ca", other: "#8d969f",
};
const towardsWhite = (hex, part) => "#" + [1, 3, 5].map(i => {
  const value = parseInt(hex.slice(i, i + 2), 16);
  return Math.round(value + (255 - value) * part).toString(16).padStart(2, "0");
}).join("");
const causeColor = cause => towardsWhite(causeColors[cause] || causeColors.other, theme.isDark() ? 0.25 : 0);
// For layers: hues at equal distances in two strengths, so that neighbours differ in lightness too.
const layerColor = index => {
  const tones = ["#3b6fb6", "#c98a00", "#00855f", "#a03d90", "#b5532b", "#5f7d1c", "#46899c", "#7d5fb8"];
  return towardsWhite(tones[index % tones.length], (theme.isDark() ? 0.22 : 0) + (Math.floor(index / tones.length) % 2) * 0.3);
};
