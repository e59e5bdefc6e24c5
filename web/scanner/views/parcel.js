// The panel of the current parcel: what it should contain, and what to do with it next.

import { expectation } from "./answers.js";
import { button, make } from "./elements.js";
import { Inspection } from "./inspection.js";
import { pictureOf } from "./inspection_line.js";
import { say } from "../i18n.js";

export class ParcelPanel {
  #section;
  #title;
  #body;
  #form;

  constructor(section, title, body) {
    [this.#section, this.#title, this.#body] = [section, title, body];
  }

  /** The code of the parcel that is shown. */
  code;

  /** True while there is input that is not saved yet. */
  get isUnsaved() {
    return Boolean(this.#form?.isChanged);
  }

  close() {
    this.#section.hidden = true;
    this.#body.replaceChildren();
    this.#form = this.code = undefined;
  }

  /** Shows what is in the parcel, and a button for what comes next. */
  showContents(code, { parcel, from }, oninspect) {
    this.#open(code, parcel);
    const lines = parcel.lines.map((line) =>
      make(
        "li",
        { className: "product" },
        pictureOf(line.image_url),
        make(
          "p",
          {},
          make("strong", {}, line.product_name),
          make("br"),
          make("span", { className: "code" }, line.sku),
          " ",
          make("span", { word: "expected", values: { n: line.outstanding } }),
        ),
      ),
    );
    this.#body.append(
      sentence(parcel, from),
      make("ul", { className: "contents" }, ...lines),
      make("div", { className: "row ends" }, oninspect && button("inspectNow", oninspect, "main"), button("close", () => this.close())),
    );
  }

  /** Shows the form of an inspection; if the parcel is unknown, the user types what is in it. */
  showInspection(code, { parcel, from }, onsave, pictureInView) {
    this.#open(code, parcel);
    this.#form = new Inspection({ products: parcel?.lines ?? [], onsave, onclose: () => this.close(), pictureInView });
    this.#body.append(parcel ? sentence(parcel, from) : make("p", { word: "blindSays" }), this.#form.element);
    this.#arrive();
  }

  /** Asks whether to record a parcel that is unknown or cannot be looked up now. */
  showUnknown(code, says, onrecord) {
    this.#open(code);
    const record = button(
      "recordReceipt",
      () => {
        record.disabled = true; // one press, one receipt
        onrecord();
      },
      "main",
    );
    this.#body.append(make("p", { word: says }), make("div", { className: "row ends" }, record, button("close", () => this.close())));
    this.#arrive();
  }

  /** Asks which of the numbers is on the parcel: [{code, order_number}]. */
  showQuestion(candidates, says, onchoose, onnone) {
    this.#open();
    say(this.#title, "numbersTitle");
    const choices = candidates.map(({ code, order_number: number }) =>
      make(
        "li",
        {},
        make(
          "button",
          { type: "button", className: "strong candidate", onclick: () => onchoose(code) },
          make("span", { className: "code" }, grouped(code)),
          number && make("span", { word: "order", values: { number } }),
        ),
      ),
    );
    this.#body.append(
      make("p", { word: says }),
      make("ul", { className: "candidates" }, ...choices),
      make("div", { className: "row ends" }, button("noneOfThese", onnone)),
    );
    this.#arrive();
  }

  #open(code, parcel) {
    this.close();
    this.code = code;
    delete this.#title.dataset.word; // the title of a question is a text, that of a parcel is its code
    this.#title.textContent = parcel?.return_code ?? code ?? "";
    if (parcel?.order_number)
      this.#body.append(make("p", { className: "order", word: "order", values: { number: parcel.order_number } }));
    this.#section.hidden = false;
  }

  #arrive() {
    this.#title.focus({ preventScroll: true });
    this.#section.scrollIntoView({ block: "start" });
  }
}

/** Returns a number in groups, as labels print it. */
function grouped(code) {
  return code.match(/.{1,4}/g).join(" ");
}

function sentence(parcel, from) {
  const [word, values] = from === "device" ? ["fromDevice"] : expectation(parcel);
  return make("p", { word, values });
}
