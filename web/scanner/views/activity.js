// The list of the device's scans: refused ones first until they are dismissed, then the others, newest first.

import { outcome } from "./answers.js";
import { button, make } from "./elements.js";
import * as queue from "../offline/queue.js";
import { say, text, time } from "../i18n.js";

const SHOWN = 30;

export class Activity {
  #parts;
  #drawing = Promise.resolve();

  constructor(parts) {
    this.#parts = parts;
  }

  /** Shows the current queue. */
  draw() {
    this.#drawing = this.#drawing.then(() => this.#draw());
    return this.#drawing;
  }

  async #draw() {
    const scans = await queue.all();
    const refused = scans.filter((scan) => scan.status === "refused");
    const others = scans.filter((scan) => scan.status !== "refused");
    const { list, none, waiting, refusedBadge, sendNow } = this.#parts;
    const focused = document.activeElement?.dataset.dismisses;
    list.replaceChildren(...refused.map(item), ...others.slice(0, SHOWN).map(item));
    list.querySelector(`[data-dismisses="${focused}"]`)?.focus();
    none.hidden = scans.length > 0;
    const left = scans.filter((scan) => scan.left).length;
    count(waiting, "waiting", left);
    count(refusedBadge, "refusedCount", refused.length);
    sendNow.hidden = left === 0;
  }
}

function count(badge, word, n) {
  badge.hidden = n === 0;
  say(badge, word, { n });
}

function item(scan) {
  const isRefused = scan.status === "refused";
  const status = make("strong", { className: `status ${scan.status}`, word: `status${scan.status}` });
  const what = make(
    "p",
    { className: "what" },
    make("span", { className: "code" }, scan.code),
    make("span", {}, make("span", { word: `kind${scan.kind}` }), ` ${time(scan.scanned_at)}`),
  );
  const why = [
    scan.says && outcome(scan),
    scan.status === "applied" && scan.left && ["photosLeft"],
    scan.photoTrouble && ["photoTrouble", { why: scan.photoTrouble }],
  ].filter(Boolean);
  const dismisser = isRefused && button("dismiss", () => dismiss(scan));
  if (dismisser) {
    dismisser.dataset.dismisses = scan.seq;
    dismisser.setAttribute("aria-label", `${text("dismiss")}: ${scan.code}`);
  }
  return make(
    "li",
    { className: isRefused ? "scan bad" : "scan" },
    make("div", { className: "heading" }, what, status),
    why.length > 0 && make("p", {}, ...why.map(([word, values]) => make("span", { className: "why", word, values }))),
    dismisser,
  );
}

async function dismiss(scan) {
  await queue.dismiss(scan.seq, scan.scan_id);
  document.getElementById("activity").focus();
}
