// Sound and motion, each off by choice. A classic script in the head, so that a page that is to be still never moves.
(() => {
  const root = document.documentElement;
  const recall = (name) => {
    try {
      return localStorage.getItem(name) !== "off";
    } catch {
      return true; // storage is blocked: as the system says
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
          // nothing to keep it in
        }
        apply();
      });
    }
  });
})();
