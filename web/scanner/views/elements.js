// Creates elements in one expression; texts come from i18n.js and are never parsed as HTML.

import { name, say } from "../i18n.js";

/** Creates an element: `word` and `values` are its text, `spoken` is its name for screen readers, `on…` are listeners. */
export function make(tag, { word, values, spoken, spokenValues, ...rest } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  if (word) say(element, word, values);
  if (spoken) name(element, spoken, spokenValues);
  element.append(...children.filter(Boolean));
  return element;
}

/** Creates a button; `kind` is its style. */
export function button(word, onclick, kind = "quiet", more = {}) {
  return make("button", { type: "button", className: kind, word, onclick, ...more });
}
