// Caches the page's own files, so that it opens without a network; never touches the service's answers under /v1.

// VERSION is computed from the files' content: if a file has changed, a test fails and names the right one.
const VERSION = "10e2192df92f066c";
const CACHE = `scanner-${VERSION}`;
const FILES = [
  "./",
  "api.js",
  "app.js",
  "codes/camera.js",
  "codes/check_digits.js",
  "codes/codes.js",
  "codes/gs1_elements.js",
  "codes/keyboard_scanner.js",
  "codes/label_shapes.js",
  "codes/label_text.js",
  "codes/labels.js",
  "i18n.js",
  "icons/icon-192.png",
  "icons/icon-512.png",
  "icons/icon.svg",
  "manifest.webmanifest",
  "offline/parcels.js",
  "offline/queue.js",
  "offline/sender.js",
  "offline/store.js",
  "scanner.css",
  "vendor/barcode-detector/ponyfill.js",
  "vendor/barcode-detector/zxing-exported.js",
  "vendor/barcode-detector/zxing_reader.wasm",
  "views/activity.js",
  "views/answers.js",
  "views/elements.js",
  "views/feedback.js",
  "views/inspection.js",
  "views/inspection_line.js",
  "views/parcel.js",
  "views/photos.js",
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
