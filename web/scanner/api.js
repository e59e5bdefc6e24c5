// Calls to the service; each ends in what the page can act on: an answer, a refusal, a wrong key, or "try later".

const KEY = "scanner.key";
const FINAL = new Set([400, 404, 409, 413, 422]);
const PATIENCE_MS = 20_000;

/** The key is unknown (401) or belongs to another role (403). */
export class KeyRefused extends Error {}

/** There was no usable answer: no network, a busy service, or a page of another server. */
export class Unreachable extends Error {}

/** The service refused, with a problem (RFC 9457). */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }

  /** The last part of the problem's type, such as `unknown-parcel`. */
  get kind() {
    return String(this.problem.type).split("/").pop();
  }
}

export function key() {
  return localStorage.getItem(KEY) ?? "";
}

export function keepKey(typed) {
  localStorage.setItem(KEY, typed);
}

export function parcel(label, patienceMs) {
  return ask("GET", `/v1/warehouse/parcels/${encodeURIComponent(label)}`, undefined, patienceMs);
}

export async function send(scans) {
  return (await ask("POST", "/v1/warehouse/scans", { scans })).results ?? [];
}

export function confirmUpload(caseId, evidenceId) {
  return ask("POST", `/v1/refunds/${caseId}/evidence/${evidenceId}/uploaded`);
}

/** Uploads a photo to the store with its ticket; succeeds as well if the photo is already there. */
export async function upload(ticket, blob) {
  const answer = await reach(ticket.url, { method: ticket.method, headers: ticket.headers, body: blob }, 120_000);
  if (!answer.ok && answer.status !== 412) throw new Unreachable(`the store answers ${answer.status}`);
}

async function ask(method, path, body, patienceMs = PATIENCE_MS) {
  const headers = { Authorization: `Bearer ${key()}` };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await reach(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" }, patienceMs);
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  if (answer.status === 401 || answer.status === 403) throw new KeyRefused(told?.detail ?? "");
  if (FINAL.has(answer.status) && told?.type) throw new Refused(told);
  throw new Unreachable(`the service answers ${answer.status}`);
}

async function reach(url, options, patienceMs) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    throw new Unreachable(error.message);
  }
}
