// @ts-check
// Sound and motion, each off by choice. A classic script in the head, so that a page that is to be still never moves.
(() => {
  const root = document.documentElement;
  const recall = (/** @type {string} */ name) => {
    try {
      return localStorage.getItem(name) !== "off";
    } catch {
      return true; // storage is blocked: as the system says
    }
  };

  /** @returns {[HTMLElement, string][]} each button with the name of its setting */
  const buttons = () =>
    [...document.querySelectorAll("[data-setting]")].flatMap((button) =>
      button instanceof HTMLElement ? [[button, button.dataset.setting ?? ""]] : [],
    );

  const apply = () => {
    root.dataset.motion = recall("motion") ? "system" : "off";
    for (const [button, name] of buttons()) {
      const on = recall(name);
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("b")?.replaceChildren((on ? button.dataset.on : button.dataset.off) ?? "");
    }
  };

  apply();
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    for (const [button, name] of buttons()) {
      button.addEventListener("click", () => {
        try {
          localStorage.setItem(name, recall(name) ? "off" : "on");
        } catch {
          // nothing to keep it in
        }
        apply();
      });
    }
  });
})();
