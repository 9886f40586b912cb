// The time of the emulated account for a Node process: real time, and what DEPLOY_CLOCK says it is ahead (clock.py).
// A function that sleeps for 0.4 s or longer (CloudTrail is asked twice a second) does not wait: it moves the clock, as
// `local` does, by what others that slept at the same time have left of its wait.
const { appendFileSync, readFileSync, statSync } = require('node:fs');
const timers = require('node:timers/promises');

const file = process.env.DEPLOY_CLOCK;
const LONG = 400;
let size = -1;
let ahead = 0;

function now() {
  const found = statSync(file).size;
  if (found !== size) {
    // Before the file is read: libraries that wrap node:fs ask for the time in what they wrap.
    size = found;
    ahead = readFileSync(file, 'ascii')
      .trim()
      .split(/\s+/)
      .reduce((sum, line) => sum + Number(line), 0);
  }
  return Math.floor(realNow() + ahead);
}

const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
RealDate.prototype.constructor = globalThis.Date;

const sleep = timers.setTimeout;
timers.setTimeout = async (milliseconds, value, options) => {
  if (!(milliseconds >= LONG)) return sleep(milliseconds, value, options);
  const until = now() + Math.round(milliseconds);
  const woken = await sleep(1, value, options);
  const left = until - now();
  if (left > 0) appendFileSync(file, `${left}\n`);
  return woken;
};
