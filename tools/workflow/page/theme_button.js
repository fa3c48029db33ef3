const themeButton = () => {
  const button = document.getElementById("theme");
  const show = () => { button.textContent = theme.isDark() ? "light" : "dark"; button.setAttribute("aria-label", "show the page in " + button.textContent + " colours"); };
  button.addEventListener("click", () => theme.choose(theme.isDark() ? "light" : "dark"));
  theme.listeners.push(show);
  show();
  // Paper is white.
  let before = null;
  window.addEventListener("beforeprint", () => { before = theme.chosen; theme.choose("light"); });
  window.addEventListener("afterprint", () => theme.choose(before));
};
