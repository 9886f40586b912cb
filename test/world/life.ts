import type { Beginning, Driver } from './drivers/driver';

/** One day of a life on which something is different from the evening before. */
export interface Row {
  readonly day: number;
  /** The user's keys in the evening, oldest first; A is the first that it ever had, B the second, and so on. */
  readonly evening: string;
  /** Codes of what the day's runs find. */
  readonly finds: readonly string[];
  /** What somebody does in the morning; `id` finds a key by its letter. */
  readonly when?: (driver: Driver, id: (name: string) => string) => Promise<void> | void;
}

/** A managed key, from its deployment on. */
export interface Life {
  readonly of: string;
  readonly begins?: Beginning;
  readonly rows: readonly Row[];
}

function on(day: number, evening: string, when?: Row['when'], ...finds: readonly string[]): Row {
  return { day, evening, finds, when };
}

/** A day on which nobody does anything, and the runs find something. */
function finding(day: number, evening: string, ...finds: readonly string[]): Row {
  return { day, evening, finds };
}

const copied =
  (name: string, isUsed = true): Row['when'] =>
  ({ deeds }, id) =>
    deeds.copy(id(name), isUsed);
const status =
  (name: string, to: 'Active' | 'Inactive'): Row['when'] =>
  ({ deeds }, id) =>
    deeds.setStatus(id(name), to);
const deleted =
  (name: string): Row['when'] =>
  ({ deeds }, id) =>
    deeds.removeKey(id(name));
const outage =
  (isDown: boolean): Row['when'] =>
  ({ deeds }) =>
    deeds.outage(isDown);
const takenBack = ({ deeds }: Driver): Promise<void> | void => deeds.takeBack();
const pausedUntil =
  (day: number): Row['when'] =>
  ({ deeds }) =>
    deeds.pause(day);

/**
 * The life of a key, told once. A key is Active unless it is called `inactive`; the `current` one is at its place unless
 * it is called `undelivered`, and any other that is there is called `held`.
 */
export const LIVES: readonly Life[] = [
  {
    of: 'a key that Keyturn makes: 90, 100 and 110 days, again and again (K1, K3, K4, K8)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current'),
      on(100, 'A inactive, B current'),
      on(110, 'B current'),
      on(180, 'B, C current'),
      on(190, 'B inactive, C current'),
      on(200, 'C current'),
      on(270, 'C, D current'),
    ],
  },
  {
    of: 'a key of 400 days that is adopted: its overlap and its recovery count from the deployment (K1, K3, K4)',
    begins: { adopted: [400] },
    rows: [
      on(0, 'A, B current'),
      on(10, 'A inactive, B current'),
      on(20, 'B current'),
      on(90, 'B, C current'),
      on(100, 'B inactive, C current'),
      on(110, 'C current'),
    ],
  },
  {
    of: 'a key of one day that is adopted: it is gone before its successor is due (K3, K4, K8, K10)',
    begins: { adopted: [1] },
    rows: [on(0, 'A, B current'), on(69, 'A inactive, B current'), on(89, 'B current'), on(90, 'B, C current')],
  },
  {
    of: 'a key that is adopted on the day on which it is due, if so asked (K14)',
    begins: { adopted: [1], firstRotation: 'when-due' },
    rows: [on(0, 'A held'), on(89, 'A, B current')],
  },
  {
    of: 'a key whose policy is another one (K8)',
    begins: { policy: { rotateAfter: 30, deactivateAfter: 35, deleteAfter: 42 } },
    rows: [
      on(0, 'A current'),
      on(30, 'A, B current'),
      on(35, 'A inactive, B current'),
      on(42, 'B current'),
      on(60, 'B, C current'),
    ],
  },
  {
    of: 'a key that is still in use: it is held, and told of each day, until it has been idle (K3)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current', copied('A')),
      finding(100, 'A, B current', 'in-use'),
      finding(101, 'A, B current', 'in-use'),
      on(102, 'A, B current', copied('A', false), 'in-use'),
      on(103, 'A inactive, B current'),
      on(113, 'B current'),
    ],
  },
  {
    of: 'a key that is used to the last: it is held to the limit, and no longer (K3, K8)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current', copied('A')),
      finding(100, 'A, B current', 'in-use'),
      finding(110, 'A inactive, B current', 'hold-limit'),
      on(120, 'B current'),
    ],
  },
  {
    of: 'a key that is in use after a pause: it gets its whole hold from then on (K3, K14)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current', copied('A')),
      on(91, 'A, B current', pausedUntil(120), 'paused'),
      finding(100, 'A, B current', 'paused'),
      finding(120, 'A, B current', 'in-use'),
      finding(130, 'A inactive, B current', 'hold-limit'),
    ],
  },
  {
    of: 'a key in use that somebody makes Active again: it gets a whole hold again (K3)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current', copied('A')),
      finding(100, 'A, B current', 'in-use'),
      finding(110, 'A inactive, B current', 'hold-limit'),
      on(112, 'A, B current', status('A', 'Active'), 'reactivated'),
      on(121, 'A, B current'),
      finding(122, 'A, B current', 'in-use'),
      finding(132, 'A inactive, B current', 'hold-limit'),
    ],
  },
  {
    of: 'a key that a person makes Active again: it is left so for the overlap, and then retired again (K3, K4)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current'),
      on(100, 'A inactive, B current'),
      on(105, 'A, B current', status('A', 'Active'), 'reactivated'),
      on(115, 'A inactive, B current'),
      on(125, 'B current'),
    ],
  },
  {
    of: 'a key that a person has made Inactive: its recovery counts from the day on which that is seen (K4)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current', copied('A')),
      finding(100, 'A, B current', 'in-use'),
      on(105, 'A inactive, B current', status('A', 'Inactive'), 'inactive-since-unknown'),
      on(115, 'B current'),
    ],
  },
  {
    of: 'a key that is paused on the day on which it is due (K14)',
    rows: [
      on(0, 'A current'),
      on(85, 'A current', pausedUntil(95), 'paused'),
      finding(90, 'A current', 'paused'),
      on(95, 'A, B current'),
      on(105, 'A inactive, B current'),
      on(115, 'B current'),
    ],
  },
  {
    of: 'a key whose host is down for two days: the overlap counts from the delivery (K1, K3)',
    rows: [
      on(0, 'A current'),
      on(90, 'A held, B current undelivered', outage(true)),
      on(92, 'A, B current', outage(false)),
      on(102, 'A inactive, B current'),
      on(112, 'B current'),
    ],
  },
  {
    of: 'a key whose host is down for months: the old one stays, however old it is (K1, K3)',
    rows: [
      on(0, 'A current'),
      on(90, 'A held, B current undelivered', outage(true)),
      finding(100, 'A held, B current undelivered', 'undelivered'),
      finding(300, 'A held, B current undelivered', 'undelivered'),
      // Rotate comes before sync.
      on(301, 'A, B current', outage(false), 'undelivered'),
      // The new one is overdue by now, and has no room for a successor.
      finding(311, 'A inactive, B current', 'two-keys'),
      finding(321, 'B current', 'two-keys'),
      on(322, 'B, C current'),
    ],
  },
  {
    of: 'a key that an operator has rotated before its time (K8, K10, K14)',
    rows: [
      on(0, 'A current'),
      on(30, 'A, B current', ({ deeds }) => deeds.ask()),
      on(99, 'A inactive, B current'),
      on(110, 'B current'),
      on(120, 'B, C current'),
    ],
  },
  {
    of: 'a key that is rolled back three times: to one that is Active, Inactive, and in the middle of a delivery (K1, K3, K4, K8)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current'),
      on(95, 'A current, B', takenBack),
      finding(96, 'A current, B', 'withdrawn'),
      on(105, 'A current, B inactive', undefined, 'withdrawn'),
      on(115, 'A current', undefined, 'withdrawn'),
      on(116, 'A, C current'),
      on(126, 'A inactive, C current'),
      on(130, 'A current, C', takenBack),
      on(140, 'A current, C inactive', undefined, 'withdrawn'),
      on(150, 'A current', undefined, 'withdrawn'),
      on(151, 'A, D current'),
      on(161, 'A inactive, D current'),
      on(171, 'D current'),
      on(241, 'D held, E current undelivered', outage(true)),
      on(242, 'D current, E', takenBack),
      on(243, 'D current, E', outage(false), 'undelivered'),
      finding(244, 'D current, E', 'withdrawn'),
      on(253, 'D current, E inactive', undefined, 'withdrawn'),
      on(263, 'D current', undefined, 'withdrawn'),
      on(264, 'D, F current'),
      on(274, 'D inactive, F current'),
      on(284, 'F current'),
      on(354, 'F, G current'),
    ],
  },
  {
    of: 'a key that was asked for and rolled back: it is gone before the older one is due (K3, K4, K8)',
    rows: [
      on(0, 'A current'),
      on(30, 'A, B current', ({ deeds }) => deeds.ask()),
      on(32, 'A current, B', takenBack),
      on(69, 'A current, B inactive'),
      on(89, 'A current'),
      on(90, 'A, C current'),
    ],
  },
  {
    of: 'a key that dies by hand after a rotation: the one before it is current again (K1)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current'),
      on(93, 'A current, B inactive', status('B', 'Inactive'), 'current-key-inactive'),
    ],
  },
  {
    of: 'a key that dies by hand soon after it was asked for: it is gone before the one before it is due (K4, K8)',
    rows: [
      on(0, 'A current'),
      on(20, 'A, B current', ({ deeds }) => deeds.ask()),
      on(22, 'A current, B inactive', status('B', 'Inactive'), 'current-key-inactive'),
      on(89, 'A current'),
      on(90, 'A, C current'),
    ],
  },
  {
    of: 'a key that dies by hand where there is none before it: a new one at once (K1, K4)',
    rows: [
      on(0, 'A current'),
      on(30, 'A inactive, B current', status('A', 'Inactive'), 'current-key-inactive'),
      on(110, 'B current'),
    ],
  },
  {
    of: 'a key that somebody deletes: a new one at once, whether or not there is one before it (K1)',
    rows: [
      on(0, 'A current'),
      on(20, 'B current', deleted('A'), 'current-key-missing'),
      on(110, 'B, C current'),
      on(115, 'B, D current', deleted('C'), 'current-key-missing'),
    ],
  },
  {
    of: 'a user for whom somebody made a second key: it is left alone, and there is no room until it is gone (K5, K10)',
    rows: [
      on(0, 'A current'),
      on(60, 'A current, B', ({ deeds }) => deeds.makeKey(), 'foreign-key'),
      finding(90, 'A current, B', 'foreign-key', 'two-keys'),
      on(95, 'A, C current', deleted('B')),
      on(105, 'A inactive, C current'),
    ],
  },
  {
    of: 'a user that comes with two keys: nothing is touched (K5, K10)',
    begins: { adopted: [400, 300] },
    rows: [finding(0, 'A, B held', 'two-keys'), finding(30, 'A, B held', 'two-keys')],
  },
  {
    of: 'a user that comes with two keys, the forgotten one of which may be replaced (K3, K4, K10)',
    begins: { adopted: [400, 300], adopt: 'replace-idle' },
    rows: [
      on(0, 'A inactive, B held', copied('B'), 'two-keys'),
      finding(10, 'B held', 'two-keys'),
      on(11, 'B, C current'),
    ],
  },
  {
    of: 'a user that comes with two keys that are both in use: a person has to choose (K5)',
    begins: { adopted: [400, 300], adopt: 'replace-idle' },
    rows: [
      on(
        0,
        'A, B held',
        async (driver, id) => {
          await copied('A')?.(driver, id);
          await copied('B')?.(driver, id);
        },
        'two-keys',
      ),
      finding(30, 'A, B held', 'two-keys'),
    ],
  },
];
