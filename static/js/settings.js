// @ts-check
// Settings for sound and motion. A classic script in the head, so that no animation starts before it has run.
(() => {
  const root = document.documentElement;
  const recall = (/** @type {string} */ name) => {
    try {
      return localStorage.getItem(name) !== "off";
    } catch {
      return true; // storage is blocked: follow the system
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
          // storage is blocked: the setting is not stored
        }
        apply();
      });
    }
  });
})();
