// A keyboard scanner works wherever the focus is: keys in quick succession, ended by Enter, are one code.

const LONGEST_GAP_MS = 200; // a busy device delivers a scanner's keys unevenly
const SHORTEST_CODE = 4;

/** Calls onCode for each code from a scanner; keys typed into a text field are left to the field. */
export function listen(target, onCode) {
  let typed = "";
  let last = 0;
  target.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || takesText(event.target)) return;
      if (event.timeStamp - last > LONGEST_GAP_MS) typed = "";
      last = event.timeStamp;
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

function takesText(element) {
  return element.matches?.("textarea, input:not([type=radio]):not([type=checkbox]):not([type=file])");
}
