// For the `cdk` command: it looks every five seconds whether AWS is done, and the emulated account is done at once.
const LONG = 1000;
const SOON = 100;

const later = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  (callback, milliseconds, ...rest) => later(callback, milliseconds >= LONG ? SOON : milliseconds, ...rest),
  later,
);
