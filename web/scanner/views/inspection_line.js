// One result of an inspection: which product, how many, what was found and where it goes.

import { button, make } from "./elements.js";
import { say } from "../i18n.js";

const VERDICTS = ["accepted", "used", "incomplete", "wrong_item", "no_defect_found", "missing", "unexpected"];
const DISPOSITIONS = ["restock", "resale_hold", "recycle", "donate", "return_to_customer"];
const SKU = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;
const MOST = 1000;
const WORDS = { unexpected: "surplus" };
let made = 0;

export class InspectionLine {
  /** `product` is {sku, product_name, outstanding, quantity, image_url}, or nothing if the user types the sku. */
  constructor(product, quantity, { onsplit, onremove }) {
    this.product = product;
    this.number = ++made;
    this.sku = product ? undefined : this.#skuField();
    this.count = make("output", { className: "count", spoken: "quantity" });
    this.verdict = this.#choices("verdict", VERDICTS);
    this.disposition = this.#choices("disposition", DISPOSITIONS);
    this.disposition.hidden = true;
    this.trouble = make("p", { className: "trouble", id: `trouble-${this.number}`, hidden: true });
    this.splitter = product && button("split", () => onsplit(this));
    const remover = onremove && button("remove", () => onremove(this));
    this.element = make(
      "fieldset",
      { className: "line" },
      make("legend", {}, product ? product.product_name : make("span", { word: "otherProduct" })),
      product ? this.#picture() : this.sku,
      make("div", { className: "amount" }, this.#step("less", "−", -1), this.count, this.#step("more", "+", 1)),
      this.verdict,
      this.disposition,
      this.trouble,
      make("div", { className: "row" }, this.splitter, remover),
    );
    this.element.addEventListener("change", () => this.#changed());
    this.quantity = quantity;
  }

  get quantity() {
    return Number(this.count.value);
  }

  set quantity(quantity) {
    this.count.value = String(Math.min(MOST, Math.max(1, quantity)));
    if (this.splitter) this.splitter.hidden = this.quantity < 2;
  }

  /** Returns the result in the service's format, or undefined after showing and focusing what is missing. */
  result() {
    const [sku, verdict, disposition] = [this.#sku(), chosen(this.verdict), chosen(this.disposition)];
    if (!SKU.test(sku)) return this.#complain("needSku", this.sku.querySelector("input"));
    if (!verdict) return this.#complain("needVerdict", this.verdict.querySelector("input"));
    if (!disposition && verdict !== "missing")
      return this.#complain("needDisposition", this.disposition.querySelector("input"));
    const where = verdict === "missing" ? {} : { disposition };
    return { sku, quantity: this.quantity, verdict, ...where };
  }

  choose(verdict, disposition) {
    this.verdict.querySelector(`[value=${verdict}]`).checked = true;
    this.disposition.querySelector(`[value=${disposition}]`).checked = true;
    this.#changed();
  }

  #sku() {
    return this.product ? this.product.sku : this.sku.querySelector("input").value.trim();
  }

  #changed() {
    const verdict = chosen(this.verdict);
    this.disposition.hidden = !verdict || verdict === "missing";
    this.trouble.hidden = true;
  }

  #complain(word, place) {
    say(this.trouble, word, { name: this.product?.product_name ?? this.#sku() });
    this.trouble.hidden = false;
    place.setAttribute("aria-describedby", this.trouble.id);
    place.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  #picture() {
    const { sku, image_url, outstanding, quantity } = this.product;
    const expected = outstanding === quantity ? ["expected", { n: quantity }] : ["expectedOf", { n: outstanding, all: quantity }];
    return make(
      "div",
      { className: "product" },
      pictureOf(image_url),
      make("p", {}, make("strong", { className: "code" }, sku), make("br"), make("span", { word: expected[0], values: expected[1] })),
    );
  }

  #skuField() {
    const id = `sku-${this.number}`;
    const input = make("input", { id, autocomplete: "off", autocapitalize: "characters", spellcheck: false });
    input.addEventListener("keydown", (event) => {
      // A scanner ends its input with Enter, which must not save the inspection.
      if (event.key === "Enter") event.preventDefault();
    });
    return make("div", { className: "field" }, make("label", { htmlFor: id, word: "sku" }), input);
  }

  #step(word, sign, by) {
    const onclick = () => {
      this.quantity += by;
      this.element.dispatchEvent(new Event("change", { bubbles: true }));
    };
    return make("button", { type: "button", className: "step", spoken: word, onclick }, sign);
  }

  #choices(word, values) {
    const name = `${word}-${this.number}`;
    const choice = (value) =>
      make(
        "label",
        { className: "choice" },
        make("input", { type: "radio", name, value }),
        make("span", { word: WORDS[value] ?? value }),
      );
    return make(
      "fieldset",
      { className: "choices" },
      make("legend", { word }),
      make("div", { className: "grid" }, ...values.map(choice)),
    );
  }
}

/** Creates a picture of a product, or nothing if there is none or it cannot be loaded. */
export function pictureOf(url) {
  if (!url) return undefined;
  return make("img", { src: url, alt: "", onerror: (event) => event.target.remove() });
}

function chosen(fieldset) {
  return fieldset.querySelector("input:checked")?.value;
}
