// The form of an inspection; what is typed stays until it is saved or closed on purpose.

import { button, make } from "./elements.js";
import { InspectionLine } from "./inspection_line.js";
import { photoOf } from "./photos.js";
import { say } from "../i18n.js";

export class Inspection {
  #lines = [];
  #photos = [];

  /** `onsave` gets {lines, note, photos}; `pictureInView` returns the camera's picture, or nothing while it is off. */
  constructor({ products, onsave, onclose, pictureInView }) {
    this.isChanged = false;
    this.#build(onsave, onclose, pictureInView);
    for (const product of products.filter((one) => one.outstanding > 0)) this.#add(product, product.outstanding);
    if (this.#lines.length === 0) this.#add(undefined, 1);
    this.allGood.hidden = products.length === 0;
    this.element.addEventListener("change", () => (this.isChanged = true));
  }

  #build(onsave, onclose, pictureInView) {
    this.list = make("div", { className: "lines" });
    this.allGood = button("allGood", () => this.#acceptAll(), "strong");
    this.note = make("textarea", { id: "note", rows: 2, maxLength: 2000 });
    this.strip = make("ul", { className: "photos" });
    this.trouble = make("p", { className: "trouble", role: "alert", hidden: true });
    const file = make("input", { type: "file", accept: "image/*", multiple: true, id: "photo-file" });
    file.setAttribute("capture", "environment");
    file.addEventListener("change", () => this.#take([...file.files]).then(() => (file.value = "")));
    const fromView = button("photoNow", () => this.#take([pictureInView()].filter(Boolean)));
    fromView.classList.add("needs-camera");
    this.saver = make("button", { type: "submit", className: "main", word: "save" });
    this.element = make(
      "form",
      { className: "inspection", noValidate: true },
      this.allGood,
      this.list,
      button("addProduct", () => this.#add(undefined, 1).sku.querySelector("input").focus()),
      make("div", { className: "field" }, make("label", { htmlFor: "note" }, make("span", { word: "note" }), " ", make("small", { word: "optional" })), this.note),
      make(
        "div",
        { className: "field" },
        make("h3", { word: "photos" }),
        make("div", { className: "row" }, make("label", { className: "file", htmlFor: "photo-file" }, file, make("span", { word: "photoFile" })), fromView),
        this.strip,
      ),
      this.trouble,
      make("div", { className: "row ends" }, this.saver, button("close", onclose)),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(onsave);
    });
  }

  async #save(onsave) {
    const results = [];
    for (const line of this.#lines) {
      const result = line.result();
      if (!result) return;
      results.push(result);
    }
    if (results.length === 0) return this.#complain("needLine");
    this.saver.disabled = true; // one press, one inspection
    try {
      await onsave({ lines: results, note: this.note.value.trim(), photos: this.#photos });
    } finally {
      this.saver.disabled = false;
    }
  }

  #add(product, quantity, after) {
    const isOnly = product && !after;
    const line = new InspectionLine(product, quantity, {
      onsplit: (one) => this.#split(one),
      onremove: isOnly ? undefined : (one) => this.#remove(one),
    });
    const place = after ? this.#lines.indexOf(after) + 1 : this.#lines.length;
    this.#lines.splice(place, 0, line);
    this.list.insertBefore(line.element, this.list.children[place] ?? null);
    return line;
  }

  #split(line) {
    line.quantity -= 1;
    this.isChanged = true;
    this.#add(line.product, 1, line).element.querySelector("input").focus();
  }

  #remove(line) {
    const place = this.#lines.indexOf(line);
    this.#lines.splice(place, 1);
    line.element.remove();
    const whole = this.#lines.slice(0, place).findLast((one) => line.product && one.product === line.product);
    if (whole) whole.quantity += line.quantity;
    (this.#lines[place - 1]?.element ?? this.element).querySelector("input, button").focus();
  }

  #acceptAll() {
    for (const line of this.#lines) if (line.product) line.choose("accepted", "restock");
    this.isChanged = true;
    this.saver.focus();
  }

  async #take(sources) {
    this.trouble.hidden = true;
    for (const source of sources) {
      try {
        this.#show(await photoOf(source));
      } catch {
        this.#complain("photoBroken", { name: source.name ?? "" });
      }
    }
  }

  #show(photo) {
    if (this.#photos.some((one) => one.sha256 === photo.sha256)) return;
    this.isChanged = true;
    this.#photos.push(photo);
    const url = URL.createObjectURL(photo.blob);
    const item = make("li", {}, make("img", { src: url, spoken: "photoLabel", spokenValues: { n: this.#photos.length } }));
    item.append(
      button("remove", () => {
        this.#photos = this.#photos.filter((one) => one !== photo);
        URL.revokeObjectURL(url);
        item.remove();
      }),
    );
    this.strip.append(item);
  }

  #complain(word, values) {
    say(this.trouble, word, values);
    this.trouble.hidden = false;
  }
}
