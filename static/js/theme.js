// @ts-check
// The theme: automatic, light or dark. A classic script in the head, so that the first paint has the right colours.
(() => {
  const ORDER = ["auto", "light", "dark"];
  /** @type {Record<string, string>} */
  const ICONS = { auto: "auto", light: "sun", dark: "moon" };
  const root = document.documentElement;

  const chosen = () => {
    try {
      return ORDER.find((theme) => theme === localStorage.getItem("theme")) ?? "auto";
    } catch {
      return "auto"; // storage is blocked: follow the system
    }
  };

  const apply = (/** @type {string} */ theme) => {
    root.dataset.theme = theme;
    const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.querySelector("meta[name=theme-color]")?.setAttribute("content", dark ? "#12171a" : "#f5f3ed");
    /** @type {NodeListOf<HTMLElement>} */
    const buttons = document.querySelectorAll("[data-theme-toggle]");
    for (const button of buttons) {
      button.querySelector("use")?.setAttribute("href", `${root.dataset.icons}#${ICONS[theme]}`);
      const label = button.dataset[theme] ?? ""; // "Colours: dark", in the player's language
      button.setAttribute("aria-label", label);
      button.title = label;
    }
    document.dispatchEvent(new Event("themechange"));
  };

  apply(chosen());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(chosen()));
  addEventListener("storage", () => apply(chosen()));
  document.addEventListener("DOMContentLoaded", () => {
    apply(chosen());
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.addEventListener("click", () => {
        const theme = ORDER[(ORDER.indexOf(root.dataset.theme ?? "auto") + 1) % ORDER.length];
        try {
          localStorage.setItem("theme", theme);
        } catch {
          // storage is blocked: the theme is kept for this page only
        }
        apply(theme);
      });
    }
  });
})();
