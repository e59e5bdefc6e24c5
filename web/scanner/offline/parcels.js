// What a parcel should contain: from the service, or from the device if the service cannot be reached.

import * as api from "../api.js";
import { done, inTransaction } from "./store.js";

const PATIENCE_MS = 3_000;

/**
 * Returns {parcel, from}: from "service" or "device", or with no parcel from "nobody". Rejects with api.Refused.
 *
 * The service is asked with the label as it was read; the device knows the parcel by its code, if that is certain.
 */
export async function look(code, label = code) {
  try {
    if (!navigator.onLine || !api.key()) throw new api.Unreachable("offline");
    const parcel = await api.parcel(label, PATIENCE_MS);
    await remember(code ?? parcel.return_code, parcel);
    return { parcel, from: "service" };
  } catch (error) {
    if (error instanceof api.Refused) throw error;
    const parcel = code && (await remembered(code));
    return { parcel, from: parcel ? "device" : "nobody", keyRefused: error instanceof api.KeyRefused };
  }
}

function remember(code, parcel) {
  return inTransaction(["parcels"], "readwrite", (parcels) => {
    for (const name of new Set([code, parcel.return_code ?? code])) parcels.put({ code: name, parcel });
  });
}

async function remembered(code) {
  return (await inTransaction(["parcels"], "readonly", (parcels) => done(parcels.get(code))))?.parcel;
}
