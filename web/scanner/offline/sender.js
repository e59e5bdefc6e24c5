// One sender at a time, over all open pages, sends the queue in order; only a final answer removes a scan from it.

import * as api from "../api.js";
import * as queue from "./queue.js";

const BATCH = 50;
const TICKET_LIFE_MS = 10 * 60_000;
const UNWANTED = new Set([404, 422]);
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
let pauseMs = FIRST_PAUSE_MS;
let timer;
let running = false;
let again = false;
let tell = () => {};

/** Tells the listener of every answer: {scan}, {keyRefused}, {reached: true or false}. */
export function onAnswer(listener) {
  tell = listener;
}

/** Sends the queue now; what cannot be sent is retried automatically. */
export function kick() {
  pauseMs = FIRST_PAUSE_MS;
  return run();
}

async function run() {
  again = true;
  if (running) return;
  running = true;
  clearTimeout(timer);
  while (again) {
    again = false;
    await navigator.locks.request("scanner-sender", attempt);
  }
  running = false;
}

async function attempt() {
  if (!api.key() || (await queue.waiting()).length === 0) return;
  try {
    const isAllSent = await drain();
    if (isAllSent) pauseMs = FIRST_PAUSE_MS;
    else later();
  } catch (error) {
    if (error instanceof api.KeyRefused) tell({ keyRefused: error.message });
    else {
      if (!(error instanceof api.Unreachable)) console.error(error);
      tell({ reached: false });
      later();
    }
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(run, pauseMs * (0.75 + Math.random() / 2));
  pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
}

/** Returns whether nothing is left to send. */
async function drain() {
  const stuck = new Set();
  let batch;
  while ((batch = nextBatch(await queue.waiting(), stuck)).length > 0) await sendBatch(batch, stuck);
  const arePhotosSent = await sendPhotos();
  return stuck.size === 0 && arePhotosSent;
}

/** A parcel's second scan is not sent before its first one is answered, so it ends the batch. */
function nextBatch(waiting, stuck) {
  const batch = [];
  const codes = new Set();
  for (const scan of waiting) {
    if (scan.status !== "queued" || stuck.has(scan.code)) continue;
    if (codes.has(scan.code) || batch.length === BATCH) break;
    codes.add(scan.code);
    batch.push(scan);
  }
  return batch;
}

async function sendBatch(batch, stuck) {
  let results;
  try {
    results = await api.send(batch.map(body));
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    if (batch.length > 1) {
      // One malformed scan must not hold up the others.
      for (const scan of batch) await sendBatch([scan], stuck);
      return;
    }
    results = [{ scan_id: batch[0].scan_id, status: "refused", says: error.message, problem: error.problem }];
  }
  tell({ reached: true });
  const answers = new Map(results.map((result) => [result.scan_id, result]));
  for (const scan of batch) await take(scan, answers.get(scan.scan_id), stuck);
}

async function take(scan, answer, stuck) {
  if (!answer || answer.status === "retry") {
    stuck.add(scan.code);
    await queue.settle(scan.scan_id, { says: answer?.says });
    return;
  }
  const { status, says, problem, case_id, state, upload_tickets = [] } = answer;
  const tickets = { from: Date.now(), list: upload_tickets };
  tell({ scan: await queue.settle(scan.scan_id, { status, says, problem, case_id, state, tickets }) });
}

function body({ scan_id, code, kind, scanned_at, lines, note, photos }) {
  return { scan_id, code, kind, scanned_at, lines, note, photos: photos.length > 0 ? photos : undefined };
}

/** Returns whether no photo is left; one that cannot be sent does not hold up the others. */
async function sendPhotos() {
  let trouble;
  for (const scan of await queue.waiting()) {
    if (scan.status !== "applied") continue;
    for (const photo of await queue.photosLeft(scan.scan_id)) {
      try {
        await sendPhoto(scan, photo);
      } catch (error) {
        if (error instanceof api.KeyRefused) throw error;
        trouble = error;
      }
    }
  }
  return !trouble;
}

async function sendPhoto(scan, photo) {
  const tickets = await freshTickets(scan);
  const ticket = tickets.find((one) => Object.values(one.headers).includes(base64(photo.sha256)));
  const changes = {};
  try {
    if (ticket) {
      await api.upload(ticket, photo.blob);
      await api.confirmUpload(scan.case_id, ticket.evidence_id);
    }
  } catch (error) {
    // The ticket may have expired: the next attempt asks for a new one, unless the photo itself is refused.
    delete scan.tickets;
    await queue.settle(scan.scan_id, { tickets: undefined });
    if (!(error instanceof api.Refused) || !UNWANTED.has(error.problem.status)) throw error;
    changes.photoTrouble = error.message;
  }
  // No ticket in a fresh answer means that the service has the photo already.
  await queue.dropPhoto(scan.scan_id, photo.sha256);
  await queue.settle(scan.scan_id, changes);
}

async function freshTickets(scan) {
  if (scan.tickets && Date.now() - scan.tickets.from < TICKET_LIFE_MS) return scan.tickets.list;
  const [answer] = await api.send([body(scan)]);
  if (answer?.status !== "applied") throw new api.Unreachable("no tickets");
  scan.tickets = { from: Date.now(), list: answer.upload_tickets ?? [] };
  return scan.tickets.list;
}

function base64(hex) {
  return btoa(String.fromCharCode(...hex.match(/../g).map((pair) => parseInt(pair, 16))));
}
