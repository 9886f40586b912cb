import { read } from '../documents';

/** What a person would write: whole files by their path. */
export type Change = ReadonlyMap<string, string>;

/** The paths that CONTRIBUTING names for a usual change. */
export function namedFor(change: string): readonly string[] {
  const row = read('CONTRIBUTING.md')
    .split('\n')
    .find((line) => line.startsWith(`| ${change} `));
  const [, , files = ''] = (row ?? '').split('|');
  return [...files.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
}

/** Which of the named paths a file belongs to; undefined when it is none of them. */
export function placeOf(file: string, named: readonly string[]): string | undefined {
  return named.find((path) => file === path || file.startsWith(path.replace(/[^/]*<.*$/, '').replace(/\/?$/, '/')));
}

/** A text with something put before, or in place of, what is there. @throws Error when there is nothing like it */
export function edited(text: string, place: RegExp, written: string): string {
  if (!place.test(text)) throw new Error(`There is no ${place} any more: correct what this test writes.`);
  return text.replace(place, written);
}

export function without(change: Change, path: string): Change {
  return new Map([...change].filter(([file]) => !file.startsWith(path)));
}
