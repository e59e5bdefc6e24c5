// The device's database; a transaction resolves only when its changes are on the disk.

const NAME = "scanner";
const VERSION = 1;
let opening;

/** Runs work(store, …) in one transaction over the named stores and returns its result once everything is stored. */
export async function inTransaction(names, mode, work) {
  const database = await open();
  const transaction = database.transaction(names, mode, { durability: "strict" });
  const kept = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });
  kept.catch(() => {});
  const result = await work(...names.map((name) => transaction.objectStore(name)));
  await kept;
  return result;
}

/** Returns a promise of a request's result, to be awaited inside a transaction only. */
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => build(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

function build(database) {
  const scans = database.createObjectStore("scans", { keyPath: "seq", autoIncrement: true });
  scans.createIndex("scan_id", "scan_id", { unique: true });
  scans.createIndex("left", "left"); // only scans with something left to send have this property
  database.createObjectStore("photos", { keyPath: ["scan_id", "sha256"] });
  database.createObjectStore("parcels", { keyPath: "code" });
}
