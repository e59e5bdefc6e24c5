// Joins the parts of the page; a scan is stored on the device before the page says so.

import { Activity } from "./views/activity.js";
import { expectation, outcome } from "./views/answers.js";
import * as api from "./api.js";
import { Camera } from "./codes/camera.js";
import { question, readCode } from "./codes/codes.js";
import * as feedback from "./views/feedback.js";
import { ParcelPanel } from "./views/parcel.js";
import { look } from "./offline/parcels.js";
import * as queue from "./offline/queue.js";
import * as sender from "./offline/sender.js";
import * as keyboardScanner from "./codes/keyboard_scanner.js";
import { say, switchLanguage, text, translate } from "./i18n.js";

const SAME_RECEIPT_MS = 10 * 60_000;
const SAME_LABEL_MS = 5_000;
const LOOK_AGAIN_MS = 30_000;
const SHORTEST_LABEL = 12; // a shorter text without a number is not worth asking the service
const TASK = "scanner.task";
const CAMERA = "scanner.camera";
const at = (id) => document.getElementById(id);

const panel = new ParcelPanel(at("parcel"), at("parcel-title"), at("parcel-body"));
const camera = new Camera(at("video"), takeSeen);
const activity = new Activity({
  list: at("scans"),
  none: at("no-activity"),
  waiting: at("waiting"),
  refusedBadge: at("refused"),
  sendNow: at("send-now"),
});
let isReached = true;
let inHand; // the scan_id whose answer is shown as the result
let taking = Promise.resolve();
let lastSeen = { at: -Infinity };

// --- A code was read -------------------------------------------------------------------------------------------

/** Handles one code after the other, however fast they arrive; `read` is what the worker has said that it means. */
function take(typed, read) {
  taking = taking.then(() => takeOne(typed, read)).catch((error) => alarm("noStorage", { why: error.message }));
}

/** A label has several barcodes: those that say nothing new about the parcel that was just seen are passed over. */
function takeSeen(text) {
  const read = readCode(text);
  const isSameLabel = performance.now() - lastSeen.at < SAME_LABEL_MS;
  if (isSameLabel && (!read || read.code === lastSeen.code)) return;
  if (read?.code) lastSeen = { code: read.code, at: performance.now() };
  take(text);
}

async function takeOne(typed, read = readCode(typed)) {
  if (read?.code && panel.code === read.code && panel.isUnsaved) return undefined;
  if (panel.isUnsaved) return trouble("refused", read?.code ?? "", "unsaved", { code: panel.code });
  // A return code is verified by its check character, without the network; a tracking number may be anything.
  if (read?.isReturnCode && task() === "received") return keepReceipt(read.code);
  if (!read && typed.trim().length < SHORTEST_LABEL) return notACode(typed);
  const found = await lookUp(read?.code, question(typed, read));
  if (found?.candidates) return ask(found.candidates, "whichSays");
  if (!read && !found?.parcel) return notACode(typed);
  if (read?.candidates && !found?.parcel) return ask(candidatesOf(read), found ? "whichOfflineSays" : "whichUnknownSays");
  const code = read?.code ?? found.parcel.return_code;
  return task() === "received" ? receive(code, found) : open(code, found ?? null);
}

/** Lets the worker choose among the numbers that a label can mean; nobody guesses. */
function ask(candidates, says) {
  feedback.bad();
  show("calm", "whichTitle", "", "");
  panel.showQuestion(candidates, says, (code) => take(code, { code, isReturnCode: false }), () => {
    panel.close();
    show("calm", "ready", "", "codeHint");
    at("code").focus();
  });
}

function candidatesOf({ candidates }) {
  return candidates.map((code) => ({ code }));
}

function notACode(typed) {
  trouble("refused", "", "notACode", { text: typed.replace(/[^\P{C}]/gu, " ").trim().slice(0, 40) });
}

async function receive(code, found) {
  if (found?.parcel) return keepReceipt(found.parcel.return_code ?? code);
  const [title, says] = found ? ["unsureTitle", "unsureSays"] : ["unknownTitle", "unknownSays"];
  trouble(title, code, says);
  return panel.showUnknown(code, says, () => keepReceipt(code));
}

async function keepReceipt(code) {
  if (await isReceivedAlready(code)) return show("calm", "applied", code, "twice", { code });
  panel.close();
  await keep({ code, kind: "received" }, "receiptKept");
  return showContents(code);
}

async function isReceivedAlready(code) {
  const fresh = Date.now() - SAME_RECEIPT_MS;
  return (await queue.all()).some(
    (scan) =>
      scan.code === code &&
      scan.kind === "received" &&
      (scan.status === "queued" || (scan.status !== "refused" && Date.parse(scan.scanned_at) > fresh)),
  );
}

/** Opens the inspection of a parcel. */
async function open(code, known) {
  const found = known === undefined ? await lookUp(code) : known;
  if (!found) {
    trouble("unknownTitle", code, "unknownSays");
    return panel.showUnknown(code, "unknownSays", () => keepReceipt(code));
  }
  const { parcel } = found;
  if (parcel?.expects === "nothing" && found.from === "service") {
    panel.close();
    return trouble("nothingExpected", parcel.return_code ?? code, ...expectation(parcel));
  }
  const name = parcel?.return_code ?? code;
  show("calm", "inspect", name, parcel ? "" : "blindSays");
  return panel.showInspection(name, found, (inspection) => keepInspection(name, parcel, inspection), pictureInView);
}

async function keepInspection(code, parcel, inspection) {
  if (parcel?.expects === "received" && !(await isReceivedAlready(code))) await queue.add({ code, kind: "received" });
  await keep({ code, kind: "inspected", ...inspection }, "inspectionKept");
  panel.close();
  at("scan").scrollIntoView({ block: "start" });
  at("code").focus({ preventScroll: true });
}

/** Returns what is known about a parcel, {candidates} of a label, or nothing if the service does not know the code. */
async function lookUp(code, label) {
  show("calm", "lookingUp", "", "", { code: code ?? "…" });
  try {
    const found = await look(code, label);
    if (found.from === "service") reached(true);
    if (found.keyRefused) askForKey("keyRefused");
    return found;
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    reached(true);
    return error.kind === "ambiguous-code" ? { candidates: error.problem.candidates } : undefined;
  }
}

async function showContents(code) {
  const found = await look(code).catch(() => undefined);
  if (!found?.parcel || panel.code) return;
  const isInspectable = found.from === "device" || found.parcel.expects === "inspected";
  panel.showContents(code, found, isInspectable && (() => open(code)));
}

// --- A scan is kept, and answered ------------------------------------------------------------------------------

async function keep(scan, title) {
  const kept = await queue.add(scan);
  inHand = kept.scan_id;
  feedback.good();
  show("good", title, scan.code, navigator.onLine && isReached ? "sending" : "keptOffline");
  sender.kick();
}

sender.onAnswer(({ scan, keyRefused, reached: isAnswered }) => {
  if (keyRefused !== undefined) askForKey("keyRefused");
  if (isAnswered !== undefined) reached(isAnswered);
  if (scan) answered(scan);
});

function answered(scan) {
  const isInHand = scan.scan_id === inHand;
  if (scan.status === "refused") trouble("refused", scan.code, ...outcome(scan));
  else if (scan.status === "unexpected" && isInHand) trouble("unexpected", scan.code, ...outcome(scan));
  else if (isInHand) show("good", "applied", scan.code, ...outcome(scan));
  if (isInHand && scan.kind === "received" && panel.code === scan.code && !panel.isUnsaved) {
    panel.close();
    showContents(scan.code);
  }
}

// --- What the page shows ---------------------------------------------------------------------------------------

function show(tone, title, code, says, values = {}) {
  at("result").dataset.tone = tone;
  say(at("result-title"), title, values);
  at("result-code").textContent = code;
  say(at("result-says"), says, values);
}

function trouble(title, code, says, values) {
  feedback.bad();
  show("bad", title, code, says, values);
}

function alarm(word, values) {
  feedback.bad();
  at("alarm").hidden = false;
  say(at("alarm"), word, values);
}

function reached(isAnswered) {
  isReached = isAnswered;
  const word = navigator.onLine ? (isReached ? "online" : "unreachable") : "offline";
  at("network").dataset.state = word;
  if (at("network").dataset.word !== word) say(at("network"), word);
}

function askForKey(why) {
  const isShown = !at("key-form").hidden;
  at("key-form").hidden = false;
  say(at("key-why"), why);
  if (!isShown && !panel.isUnsaved) at("key").focus();
}

function task() {
  return document.querySelector("[name=task]:checked").value;
}

function pictureInView() {
  return camera.isOn ? camera.picture() : undefined;
}

// --- Camera ----------------------------------------------------------------------------------------------------

async function startCamera() {
  try {
    await camera.start();
    localStorage.setItem(CAMERA, "on");
  } catch (error) {
    camera.stop();
    show("bad", "cameraNone", "", "", { why: error.message });
  }
  showCamera();
}

function showCamera() {
  at("view").hidden = !camera.isOn;
  at("lamp").hidden = !camera.hasLamp;
  document.body.classList.toggle("camera-on", camera.isOn);
  say(at("camera"), camera.isOn ? "cameraOff" : "cameraOn");
}

function wakeCamera() {
  const isWanted = localStorage.getItem(CAMERA) === "on";
  if (document.hidden) camera.stop();
  else if (isWanted && !camera.isOn) startCamera();
}

function pressCamera() {
  if (!camera.isOn) return startCamera();
  camera.stop();
  localStorage.removeItem(CAMERA);
  return showCamera();
}

// --- Start -----------------------------------------------------------------------------------------------------

function listen() {
  keyboardScanner.listen(window, take);
  at("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    if (at("code").value.trim()) take(at("code").value);
    at("code").value = "";
  });
  at("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    api.keepKey(at("key").value.trim());
    [at("key").value, at("key-form").hidden] = ["", true];
    at("code").focus();
    sender.kick();
  });
  at("camera").addEventListener("click", pressCamera);
  at("lamp").addEventListener("click", () => {
    const isLit = at("lamp").getAttribute("aria-pressed") !== "true";
    camera.lamp(isLit).then(() => at("lamp").setAttribute("aria-pressed", isLit));
  });
  at("language").addEventListener("click", () => {
    switchLanguage();
    activity.draw();
  });
  at("change-key").addEventListener("click", () => askForKey("keyFirst"));
  at("send-now").addEventListener("click", () => sender.kick());
  for (const choice of document.querySelectorAll("[name=task]"))
    choice.addEventListener("change", () => localStorage.setItem(TASK, choice.value));
  addEventListener("pointerdown", feedback.unlock);
  addEventListener("keydown", feedback.unlock);
  addEventListener("online", () => {
    reached(true);
    sender.kick();
  });
  addEventListener("offline", () => reached(isReached));
  document.addEventListener("visibilitychange", () => {
    wakeCamera();
    if (!document.hidden) sender.kick();
  });
  addEventListener("beforeunload", (event) => {
    if (panel.isUnsaved) event.preventDefault();
  });
  setInterval(() => sender.kick(), LOOK_AGAIN_MS);
  queue.onChange(() => activity.draw());
}

async function start() {
  translate();
  listen();
  reached(true);
  document.querySelector(`[name=task][value=${localStorage.getItem(TASK) ?? "received"}]`).checked = true;
  if (!isSecureContext) return alarm("insecure");
  if (!api.key()) askForKey("keyFirst");
  try {
    await queue.prune();
    await activity.draw();
  } catch (error) {
    return alarm("noStorage", { why: error.message });
  }
  navigator.storage?.persist?.();
  sender.kick();
  wakeCamera();
  return register();
}

/** The page works without a network from its first visit on; a new version waits until the worker loads it. */
async function register() {
  const registration = await navigator.serviceWorker?.register("service-worker.js");
  if (!registration) return;
  const offer = () => (at("update").hidden = !registration.waiting || !navigator.serviceWorker.controller);
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  at("update").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    registration.waiting.postMessage("take over");
  });
}

start();
