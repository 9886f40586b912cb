import type { Beginning, Driver } from './drivers/driver';

/** One day of a life on which something is different from the evening before. */
export interface Row {
  readonly day: number;
  /** The user's keys in the evening, oldest first; A is the first that it ever had, B the second, and so on. */
  readonly evening: string;
  /** What somebody does in the morning; `id` finds a key by its letter. */
  readonly when?: (driver: Driver, id: (name: string) => string) => Promise<void> | void;
}

/** A managed key, from its deployment on. */
export interface Life {
  readonly of: string;
  readonly begins?: Beginning;
  readonly rows: readonly Row[];
}

function on(day: number, evening: string, when?: Row['when']): Row {
  return { day, evening, when };
}

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
    of: 'a key that is used to the last: it is held, and no longer than the hold limit (K3)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current', (driver, id) => driver.deeds.copy(id('A'))),
      on(100, 'A, B current'),
      on(110, 'A inactive, B current'),
      on(120, 'B current'),
    ],
  },
  {
    of: 'a key that is paused on the day on which it is due (K14)',
    rows: [
      on(0, 'A current'),
      on(85, 'A current', (driver) => driver.deeds.pause(95)),
      on(90, 'A current'),
      on(95, 'A, B current'),
      on(105, 'A inactive, B current'),
      on(115, 'B current'),
    ],
  },
  {
    of: 'a key whose host is down for two days: the overlap counts from the delivery (K1, K3)',
    rows: [
      on(0, 'A current'),
      on(90, 'A held, B current undelivered', (driver) => driver.deeds.outage(true)),
      on(92, 'A, B current', (driver) => driver.deeds.outage(false)),
      on(102, 'A inactive, B current'),
      on(112, 'B current'),
    ],
  },
  {
    of: 'a key that an operator has rotated before its time (K8, K10, K14)',
    rows: [
      on(0, 'A current'),
      on(30, 'A, B current', (driver) => driver.deeds.ask()),
      on(99, 'A inactive, B current'),
      on(110, 'B current'),
      on(120, 'B, C current'),
    ],
  },
  {
    of: 'a key that dies by hand after a rotation: the one before it is current again (K1)',
    rows: [
      on(0, 'A current'),
      on(90, 'A, B current'),
      on(93, 'A current, B inactive', (driver, id) => driver.deeds.setStatus(id('B'), 'Inactive')),
    ],
  },
  {
    of: 'a key that dies by hand where there is none before it: a new one at once (K1)',
    rows: [
      on(0, 'A current'),
      on(30, 'A inactive, B current', (driver, id) => driver.deeds.setStatus(id('A'), 'Inactive')),
    ],
  },
  {
    of: 'a user for whom somebody made a second key: it is left alone, and there is no room until it is gone (K5, K10)',
    rows: [
      on(0, 'A current'),
      on(60, 'A current, B', (driver) => driver.deeds.makeKey()),
      on(90, 'A current, B'),
      on(95, 'A, C current', (driver, id) => driver.deeds.removeKey(id('B'))),
      on(105, 'A inactive, C current'),
    ],
  },
  {
    of: 'a user that comes with two keys: nothing is touched (K5, K10)',
    begins: { adopted: [400, 300] },
    rows: [on(0, 'A, B held'), on(30, 'A, B held')],
  },
  {
    of: 'a user that comes with two keys, the forgotten one of which may be replaced (K3, K4, K10)',
    begins: { adopted: [400, 300], adopt: 'replace-idle' },
    rows: [
      on(0, 'A inactive, B held', (driver, id) => driver.deeds.copy(id('B'))),
      on(10, 'B held'),
      on(11, 'B, C current'),
    ],
  },
];
