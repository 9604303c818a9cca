// Settings for sound and motion. A classic script in the head, so that no animation starts before it has run.
(() => {
  const root = document.documentElement;
  const recall = (name) => {
    try {
      return localStorage.getItem(name) !== "off";
    } catch {
      return true; // storage is blocked: follow the system
    }
  };

  const apply = () => {
    root.dataset.motion = recall("motion") ? "system" : "off";
    for (const button of document.querySelectorAll("[data-setting]")) {
      const on = recall(button.dataset.setting);
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("b").textContent = on ? button.dataset.on : button.dataset.off;
    }
  };

  apply();
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    for (const button of document.querySelectorAll("[data-setting]")) {
      button.addEventListener("click", () => {
        try {
          localStorage.setItem(button.dataset.setting, recall(button.dataset.setting) ? "off" : "on");
        } catch {
          // storage is blocked: the setting is not stored
        }
        apply();
      });
    }
  });
})();
