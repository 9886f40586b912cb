import { it } from 'vitest';
import { Bundles } from './drivers/bundles';
import { LIVES } from './life';
import { tell } from './tell';

/** Its rules run every day whatever the table asks for, so it lives the one life that a deployment begins with. */
const OURS = LIVES.filter(({ begins }) => begins?.adopted?.join() === '400');

it.each(OURS)('the deployed bundles live $of', (life) => tell(life, (beginning) => Bundles.start(beginning)));
