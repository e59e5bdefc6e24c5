// The service's answers in the language of the page: by their codes, or in the service's own words without an entry.

/** Returns the text's key and values for the result of a scan. */
export function outcome({ kind, status, state, says, problem }) {
  const values = { says };
  if (!says) return ["", values];
  if (status === "refused") return [`refused/${code(problem)}`, values];
  if (status !== "applied") return [`told/${status}`, values];
  return [`told/${kind}/${state}`, values];
}

/** Returns the text's key and values for what to do with a parcel. */
export function expectation({ expects, says }) {
  return [`expects/${expects}`, { says }];
}

function code(problem) {
  return problem?.type?.split("/").pop() ?? "";
}
