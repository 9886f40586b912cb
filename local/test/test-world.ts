import { afterEach } from 'vitest';
import { World } from '../world';
import type { WorldOptions } from '../world-options';

/** The instant at which the world of a test starts. */
export const START = new Date('2026-01-01T00:00:00Z');

/** So many milliseconds after `START`. */
export function later(milliseconds: number): Date {
  return new Date(START.getTime() + milliseconds);
}

/** A function that says what it got; `got` reads it. */
export const ECHO =
  "export const handler = async (event) => { console.log('got ' + JSON.stringify(event)); return event; };";

/** What functions got so far, and how many milliseconds after `START`. */
export function got(world: World) {
  return world.logs
    .filter(({ line }) => line.includes('\tgot '))
    .map(({ at, line }) => ({ at: at - START.getTime(), event: JSON.parse(line.slice(line.indexOf('got ') + 4)) }));
}

const open: World[] = [];

/** A world that is closed after the test. */
export async function start(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await World.start({ start: START, seed: 'test', ...options });
  open.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((world) => world.close()));
});
