import { describe, it } from 'vitest';
import type { Start } from './drivers/driver';
import { Plans } from './drivers/plans';
import { UseCases } from './drivers/use-cases';
import { LIVES } from './life';
import { tell } from './tell';

const DRIVERS: readonly (readonly [string, Start])[] = [
  ['the plans', async (beginning) => new Plans(beginning)],
  ['the use cases', (beginning) => UseCases.start(beginning)],
];

describe.each(DRIVERS)('as %s live it', (_driver, start) => {
  it.each(LIVES)('$of', (life) => tell(life, start));
});
