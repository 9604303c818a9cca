// @ts-check
// Registers the service worker, which makes the site installable. Browsers allow it only under HTTPS or on localhost.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
