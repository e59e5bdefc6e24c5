// A keyboard scanner works wherever the focus is: keys in quick succession, ended by Enter, are one code.

const LONGEST_GAP_MS = 200; // a busy device delivers a scanner's keys unevenly
const SHORTEST_CODE = 4;
// The separators of GS1 and of two-dimensional labels, as scanners type them.
const SEPARATORS = { "]": "\x1d", "^": "\x1e", "\\": "\x1c", _: "\x1f", d: "\x04" };
const PICTURE_OF = 0x2400; // a field of text shows a separator as its picture

/** Calls onCode for each code from a scanner; keys typed into a text field are left to the field, but separators. */
export function listen(target, onCode) {
  let typed = "";
  let last = 0;
  target.addEventListener(
    "keydown",
    (event) => {
      const isQuick = event.timeStamp - last <= LONGEST_GAP_MS;
      const separator = separatorOf(event);
      if (takesText(event.target)) {
        last = event.timeStamp;
        if (separator && isQuick) show(separator, event);
        return;
      }
      if ((event.ctrlKey && !separator) || event.altKey || event.metaKey) return;
      if (!isQuick) typed = "";
      last = event.timeStamp;
      if (separator && (typed || separator === "\x1d")) {
        event.preventDefault();
        typed += separator;
        return;
      }
      if (event.key === "Enter" && typed.length >= SHORTEST_CODE) {
        // Otherwise it would press the button that has the focus.
        event.preventDefault();
        event.stopPropagation();
        onCode(typed);
        typed = "";
      } else if (event.key.length === 1 && (typed || event.key !== " ")) {
        if (typed) event.preventDefault();
        typed += event.key;
      }
    },
    { capture: true },
  );
}

/** Returns the separator that the keys mean: Ctrl with a sign, or F8 for GS. */
function separatorOf(event) {
  if (event.key === "F8") return SEPARATORS["]"];
  return event.ctrlKey ? SEPARATORS[event.key] : undefined;
}

function show(separator, event) {
  event.preventDefault();
  const { target: field } = event;
  field.setRangeText(String.fromCharCode(PICTURE_OF + separator.charCodeAt(0)), field.selectionStart, field.selectionEnd, "end");
}

function takesText(element) {
  return element.matches?.("textarea, input:not([type=radio]):not([type=checkbox]):not([type=file])");
}
