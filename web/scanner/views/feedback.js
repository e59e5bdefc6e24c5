// Sound and vibration for scans: one high tone for success, two low ones for trouble, if the device supports them.

let audio;

export function good() {
  sound([[1200, 0, 0.09]]);
  navigator.vibrate?.(60);
}

export function bad() {
  sound([
    [260, 0, 0.16],
    [260, 0.22, 0.16],
  ]);
  navigator.vibrate?.([120, 80, 120]);
}

/** To be called on a user's touch, because browsers allow sound only after one. */
export function unlock() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

function sound(tones) {
  if (audio?.state !== "running") return;
  for (const [hertz, after, seconds] of tones) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.type = "square";
    tone.frequency.value = hertz;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + after);
    tone.stop(audio.currentTime + after + seconds);
  }
}
