// Does the little work that keeps machines from flooding the form, while somebody writes, and leaves the page without a trace in
// the way back. Without this script the page does the same, but fewer can send in an hour. It sends nothing by itself.
(() => {
  "use strict";
  const SLICE = 12; // milliseconds of work before the page may do something else
  const K = [];
  const START = [];

  // The constants of SHA-256: the first bits of the roots of the first primes.
  for (let number = 2; K.length < 64; number += 1) {
    let prime = true;
    for (let by = 2; by * by <= number; by += 1) if (number % by === 0) prime = false;
    if (!prime) continue;
    if (START.length < 8) START.push((Math.sqrt(number) % 1) * 2 ** 32 | 0);
    K.push((Math.cbrt(number) % 1) * 2 ** 32 | 0);
  }

  const W = new Int32Array(64);
  const turned = (word, by) => (word >>> by) | (word << (32 - by));

  // The first word of the digest of a text of at most 55 ASCII letters.
  const first = (text) => {
    W.fill(0);
    for (let at = 0; at < text.length; at += 1) W[at >> 2] |= text.charCodeAt(at) << (24 - (at % 4) * 8);
    W[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    W[15] = text.length * 8;
    for (let at = 16; at < 64; at += 1) {
      const [x, y] = [W[at - 15], W[at - 2]];
      const s0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
      const s1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
      W[at] = (W[at - 16] + s0 + W[at - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let at = 0; at < 64; at += 1) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K[at] + W[at]) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    return (a + START[0]) | 0;
  };

  const salt = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // A solution, found in slices so that the page stays awake.
  const solved = async ({ challenge, bits }) => {
    const begun = `${challenge}.${salt()}.`;
    for (let number = 0; ; ) {
      const until = performance.now() + SLICE;
      while (performance.now() < until) {
        for (let turn = 0; turn < 64; turn += 1, number += 1) {
          if (Math.clz32(first(begun + number)) >= Number(bits)) return begun + number;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };

  const form = document.querySelector("form");
  if (form) {
    const busy = form.querySelector(".busy");
    let found = "";
    const working = solved(form.dataset).then((solution) => {
      found = solution;
      const held = document.createElement("input");
      Object.assign(held, { type: "hidden", name: "work", value: solution });
      form.prepend(held);
    });
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      else if (found) {
        sent = true;
        busy.textContent = "One moment …";
      } else {
        event.preventDefault();
        busy.textContent = "One moment …";
        working.then(() => form.requestSubmit());
      }
    });
    // Whoever comes back to this page may send again.
    addEventListener("pageshow", () => {
      sent = false;
      busy.textContent = "";
    });
  }

  document.getElementById("leave").addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(event.currentTarget.href);
  });
})();
