import { seededRandom } from '../../random';

/** Replaces `Math.random`, by which clients draw how long they wait: equal seeds of a world give equal waits. */
export function installSimulatedRandom(seed: string): void {
  Math.random = seededRandom(seed);
}
