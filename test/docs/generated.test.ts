import { expect, it } from 'vitest';
import { read } from './documents';
import { GENERATED, remade } from './generated';

it.each(GENERATED)('$document says what the code says: npm run docs writes it again', async (region) => {
  expect(read(region.document)).toBe(await remade(region));
});
