import { it } from 'vitest';
import { IS_DEEP } from '../core/property-runs';
import { Plans } from './drivers/plans';
import { UseCases } from './drivers/use-cases';
import { LIVES } from './life';
import { tell } from './tell';

it.each(LIVES)('the plans live $of', (life) => tell(life, async (beginning) => new Plans(beginning)));

/** They take seconds: every second one is lived with `npm test`, and the others with `npm run test:deep`. */
const LIVED = LIVES.filter((_, index) => index % 2 === (IS_DEEP ? 1 : 0));

it.each(LIVED)('the use cases live $of', (life) => tell(life, (beginning) => UseCases.start(beginning)));
