import { SECOND } from '../../../functions/core/duration';
import type { KeySpread } from '../../../local/account/key-spread';
import { seededRandom } from '../../../local/random';

/** The other region that a key is proved in, beside the functions' own, and one that nobody proves in. */
const ABROAD = 'us-east-1';
const ELSEWHERE = 'ap-southeast-2';

/** Where pipelines log in. @param here the functions' own region */
export function loginRegions(here: string): readonly string[] {
  return [here, ABROAD, ELSEWHERE];
}

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
 * @param here the functions' own region
 */
export function unevenSpread(
  seed: number | string,
  most: number,
  here: string,
): (region: string, accessKeyId: string) => KeySpread {
  const spreads = new Map<string, KeySpread>();
  const spreadOf = (region: string, accessKeyId: string) => {
    const name = `${accessKeyId}/${region}`;
    const known = spreads.get(name) ?? drawn(seededRandom(`${seed}/spread/${name}`), most);
    spreads.set(name, known);
    return known;
  };
  return (region, accessKeyId) => {
    if (region === here || region === ABROAD) return spreadOf(region, accessKeyId);
    const [near, abroad] = [spreadOf(here, accessKeyId), spreadOf(ABROAD, accessKeyId)];
    return near.steady > abroad.steady ? near : abroad;
  };
}

function drawn(random: () => number, most: number): KeySpread {
  const first = random() * most;
  const isSlow = random() < SLOW;
  if (most === 0 || !isSlow) return { first, steady: first + random() * (most - first), turn: 3 * SECOND };
  return { first, steady: first + random() * SLOWEST, turn: FORGOTTEN_FOR };
}
