import { expect, it } from 'vitest';
import { IS_DEEP } from '../core/property-runs';
import { newScene } from '../support/dispose';
import { SCENARIOS } from './scenarios';

/** A third is lived with `npm test`, and the others with `npm run test:deep`. */
const LIVED = SCENARIOS.filter((_, index) => (index % 3 === 1) !== IS_DEEP);

it.each(LIVED)('the whole record of $of (K7)', async ({ of, begins, tells }) => {
  const told = await tells(await newScene(begins));
  await expect(told.text()).toMatchFileSnapshot(`records/${of.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`);
});
