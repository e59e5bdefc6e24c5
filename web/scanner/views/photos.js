// A photo is stored as a JPEG of at most 2000 pixels per side, without the place and time that a phone adds to it.

const LONGEST_SIDE = 2000;
const QUALITY = 0.85;

/** Returns {filename, sha256, blob} of a picture file or canvas; rejects if it is not a picture. */
export async function photoOf(source) {
  const picture = await createImageBitmap(source);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  const sha256 = hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return { filename: `goods-${sha256.slice(0, 8)}.jpg`, sha256, blob };
}

function hex(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
