// @ts-check
// Registers the service worker, which makes the site an app that can be installed. Browsers allow it under HTTPS or on localhost.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
