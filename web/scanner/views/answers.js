// What the service answers, in the language of the page: by its codes, and in its own words where the page has none.

/** Returns the word, and its values, of what became of a scan. */
export function outcome({ kind, status, state, says, problem }) {
  const values = { says };
  if (!says) return ["", values];
  if (status === "refused") return [`refused/${code(problem)}`, values];
  if (status !== "applied") return [`told/${status}`, values];
  return [`told/${kind}/${state}`, values];
}

/** Returns the word, and its values, of what is to be done with a parcel. */
export function expectation({ expects, says }) {
  return [`expects/${expects}`, { says }];
}

function code(problem) {
  return problem?.type?.split("/").pop() ?? "";
}
