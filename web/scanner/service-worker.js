// Keeps the page's own files, so that it opens without a network; never touches what the service answers under /v1.

// VERSION is made of the files' content: a test fails and names the right one when a file has changed.
const VERSION = "e9dac581c7a65985";
const CACHE = `scanner-${VERSION}`;
const FILES = [
  "./",
  "activity.js",
  "answers.js",
  "api.js",
  "app.js",
  "camera.js",
  "codes.js",
  "elements.js",
  "feedback.js",
  "icons/icon-192.png",
  "icons/icon-512.png",
  "icons/icon.svg",
  "inspection.js",
  "line.js",
  "manifest.webmanifest",
  "parcel.js",
  "parcels.js",
  "photos.js",
  "queue.js",
  "scanner.css",
  "sender.js",
  "store.js",
  "vendor/barcode-detector/ponyfill.js",
  "vendor/barcode-detector/zxing-exported.js",
  "vendor/barcode-detector/zxing_reader.wasm",
  "wedge.js",
  "words.js",
];
const KEPT = new Set(FILES.map((file) => new URL(file, registration.scope).href));

addEventListener("install", (event) => event.waitUntil(keepFiles()));
addEventListener("activate", (event) => event.waitUntil(dropOldVersions().then(() => clients.claim())));
addEventListener("message", (event) => event.data === "take over" && skipWaiting());
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  url.search = url.hash = "";
  if (url.pathname.endsWith("/index.html")) url.pathname = url.pathname.slice(0, -"index.html".length);
  if (event.request.method === "GET" && KEPT.has(url.href)) event.respondWith(kept(url.href, event.request));
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
}

async function dropOldVersions() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("scanner-") && name !== CACHE).map((name) => caches.delete(name)));
}

async function kept(url, request) {
  return (await (await caches.open(CACHE)).match(url)) ?? fetch(request);
}
