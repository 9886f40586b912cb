import { SECOND } from '../../../functions/core/duration';
import type { KeySpread } from '../../../local/account/key-spread';
import { seededRandom } from '../../../local/random';

/** Where pipelines log in: at the functions' own region, at the other one that a key is proved in, and elsewhere. */
export const LOGIN_REGIONS = ['eu-west-1', 'us-east-1', 'ap-southeast-2'] as const;

/** A key that is slow is still forgotten now and then, for so long, and at least once a minute. */
const FORGOTTEN_FOR = 25 * SECOND;
const SLOWEST = 150 * SECOND;
/** How many keys are slow. */
const SLOW = 0.2;

/**
 * How the regions come to know a new key: each at its own time, with turns in between, and some keys slowly. A region
 * that nobody proves in is not later than those that are.
 *
 * @param most ms until a usual key is known; 0 makes every key known at once
 */
export function unevenSpread(seed: number, most: number): (region: string, accessKeyId: string) => KeySpread {
  const spreads = new Map<string, KeySpread>();
  return (region, accessKeyId) => {
    const name = `${accessKeyId} ${LOGIN_REGIONS.slice(0, 2).some((one) => one === region) ? region : ''}`;
    const known = spreads.get(name) ?? drawn(seededRandom(`${seed}/spread/${name}`), most);
    spreads.set(name, known);
    return known;
  };
}

function drawn(random: () => number, most: number): KeySpread {
  const first = random() * most;
  const isSlow = random() < SLOW;
  if (most === 0 || !isSlow) return { first, steady: first + random() * (most - first), turn: 3 * SECOND };
  return { first, steady: first + random() * SLOWEST, turn: FORGOTTEN_FOR };
}
