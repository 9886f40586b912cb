import { setTimeout as sleep } from 'node:timers/promises';
import type { Time } from '../account/ports';

export const systemTime: Time = {
  now: () => new Date(),
  sleep: (milliseconds) => sleep(milliseconds),
};
