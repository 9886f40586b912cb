import type { Clock } from '../../clock';

/** Makes `new Date()`, `Date()` and `Date.now()` read the simulated clock; everything else of Date stays. */
export function installSimulatedDate(clock: Clock): void {
  const RealDate = Date;
  const now = () => clock.now();
  const SimulatedDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
    apply: () => new RealDate(clock.now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  });
  RealDate.prototype.constructor = SimulatedDate;
  globalThis.Date = SimulatedDate;
}
