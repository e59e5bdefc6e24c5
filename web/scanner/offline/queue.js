// Every scan is stored on the device, in order and with an id of its own, until the service has given a final answer.

import { done, inTransaction } from "./store.js";

const KEPT_ANSWERED = 100;
const otherPages = new BroadcastChannel("scanner-queue");
const listeners = [];
otherPages.onmessage = () => listeners.forEach((listener) => listener());

/** Calls the listener after every change, whether made by this page or by another one. */
export function onChange(listener) {
  listeners.push(listener);
}

/** Stores a scan with its photos ([{filename, sha256, blob}]) and returns it; a returned scan survives a reload. */
export async function add({ code, kind, lines, note, photos = [] }) {
  const scan = {
    scan_id: crypto.randomUUID(),
    code,
    kind,
    scanned_at: new Date().toISOString(),
    lines,
    note: note || undefined,
    photos: photos.map(announced),
    status: "queued",
    left: 1,
  };
  await inTransaction(["scans", "photos"], "readwrite", async (scans, blobs) => {
    scan.seq = await done(scans.add(scan));
    for (const { sha256, blob } of photos) blobs.put({ scan_id: scan.scan_id, sha256, blob });
  });
  tell();
  return scan;
}

/** Returns the scans that have something left to send, oldest first. */
export function waiting() {
  return inTransaction(["scans"], "readonly", (scans) => done(scans.index("left").getAll(1)));
}

/** Returns all stored scans, newest first. */
export async function all() {
  return (await inTransaction(["scans"], "readonly", (scans) => done(scans.getAll()))).reverse();
}

/** Changes a scan and returns it; it stays in the queue while it is waiting or has photos left. */
export async function settle(scanId, changes) {
  const scan = await inTransaction(["scans", "photos"], "readwrite", async (scans, blobs) => {
    const now = { ...(await done(scans.index("scan_id").get(scanId))), ...changes };
    const photosLeft = (await done(blobs.getAllKeys(photosOfScan(scanId)))).length;
    if (now.status === "queued" || (now.status === "applied" && photosLeft > 0)) now.left = 1;
    else delete now.left;
    scans.put(now);
    return { ...now, photosLeft };
  });
  tell();
  return scan;
}

/** Returns the photos of a scan that are not sent yet. */
export function photosLeft(scanId) {
  return inTransaction(["photos"], "readonly", (blobs) => done(blobs.getAll(photosOfScan(scanId))));
}

/** Deletes a photo that the service has or does not accept. */
export async function dropPhoto(scanId, sha256) {
  await inTransaction(["photos"], "readwrite", (blobs) => done(blobs.delete([scanId, sha256])));
}

/** Deletes a refused scan that the user has dismissed. */
export async function dismiss(seq, scanId) {
  await inTransaction(["scans", "photos"], "readwrite", (scans, blobs) => {
    scans.delete(seq);
    blobs.delete(photosOfScan(scanId));
  });
  tell();
}

/** Deletes old answered scans, so that the device does not fill up; queued and refused ones stay. */
export async function prune() {
  const old = (await all()).filter((scan) => !scan.left && scan.status !== "refused").slice(KEPT_ANSWERED);
  await inTransaction(["scans"], "readwrite", (scans) => old.forEach((scan) => scans.delete(scan.seq)));
}

function announced({ filename, sha256, blob }) {
  return { filename, content_type: blob.type, size: blob.size, sha256 };
}

function photosOfScan(scanId) {
  return IDBKeyRange.bound([scanId], [scanId, []]);
}

function tell() {
  listeners.forEach((listener) => listener());
  otherPages.postMessage("changed");
}
