import { setTimeout as sleep } from 'node:timers/promises';
import type { Time } from '../core/ports';

export const systemTime: Time = {
  now: () => new Date(),
  sleep: (milliseconds) => sleep(milliseconds),
};
