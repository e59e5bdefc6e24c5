// Shows the camera and calls back once for each code that comes into view; the same decoder on every device.

import { BarcodeDetector, prepareZXingModule } from "../vendor/barcode-detector/ponyfill.js";

const FORMATS = ["qr_code", "code_128", "code_39", "data_matrix", "itf", "ean_13", "pdf417", "maxi_code", "aztec", "codabar"];
const PAUSE_MS = 120;
const GONE_MS = 2_500;
let detector;
const WANTED = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };

export class Camera {
  #video;
  #onCode;
  #stream;
  #lastSeen = new Map();

  constructor(video, onCode) {
    this.#video = video;
    this.#onCode = onCode;
  }

  get isOn() {
    return Boolean(this.#stream);
  }

  /** Starts the camera; rejects with the browser's error if there is none or it may not be used. */
  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play();
    this.#watch(stream);
  }

  stop() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  /** Returns whether the camera has a lamp. */
  get hasLamp() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  lamp(isLit) {
    return this.#track.applyConstraints({ advanced: [{ torch: isLit }] });
  }

  /** Returns the current picture as a canvas. */
  picture() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.#video.videoWidth, this.#video.videoHeight];
    canvas.getContext("2d").drawImage(this.#video, 0, 0);
    return canvas;
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  async #watch(stream) {
    while (this.#stream === stream) {
      for (const text of await this.#read()) this.#see(text);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #read() {
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return [];
    return readBarcodes(this.#video).catch(() => []);
  }

  #see(code) {
    const now = performance.now();
    const isNew = now - (this.#lastSeen.get(code) ?? -Infinity) > GONE_MS;
    this.#lastSeen.set(code, now);
    if (isNew) this.#onCode(code);
  }
}

/** Returns the texts of the barcodes in a picture or in the video's frame. */
export async function readBarcodes(picture) {
  detector ??= prepare();
  return (await (await detector).detect(picture)).map(({ rawValue }) => rawValue);
}

async function prepare() {
  const beside = (name) => new URL(`../vendor/barcode-detector/${name}`, import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile: beside }, fireImmediately: true });
  return new BarcodeDetector({ formats: FORMATS });
}
