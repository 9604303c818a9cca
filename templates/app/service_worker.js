// Keeps static files, whose names change with their content, and one page for when the network is away. Pictures, answers and
// pages are never kept: the server alone knows what a player may see.
const VERSION = "geoguess-{{ version }}";
const OFFLINE = "{% url 'offline' %}";

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll([{% for url in kept %}"{{ url|escapejs }}", {% endfor %}])));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("geoguess-") && name !== VERSION);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (url.pathname.startsWith("{{ static|escapejs }}")) {
    event.respondWith(kept(request));
  }
});

async function kept(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(VERSION)).put(request, answer.clone());
  return answer;
}
