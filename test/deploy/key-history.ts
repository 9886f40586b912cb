import type { UserKey } from './world';

/** Gives a user's access keys numbers in the order in which they came, and tells what happened to them. */
export class KeyHistory {
  readonly #numbers = new Map<string, number>();
  #before: readonly UserKey[] = [];

  /** @param keys what is there now, the oldest first */
  constructor(keys: readonly UserKey[]) {
    this.changesTo(keys);
  }

  /** Since this was asked last: `3 made`, `2 deactivated`, `1 deleted`. */
  changesTo(keys: readonly UserKey[]): readonly string[] {
    const before = new Map(this.#before.map((key) => [key.accessKeyId, key]));
    this.#before = keys;
    const made = keys.filter(({ accessKeyId }) => !before.has(accessKeyId));
    for (const { accessKeyId } of made) this.#numbers.set(accessKeyId, this.#numbers.size + 1);
    const deactivated = keys.filter(({ accessKeyId, active }) => !active && before.get(accessKeyId)?.active === true);
    const deleted = [...before.values()].filter(({ accessKeyId }) =>
      keys.every((key) => key.accessKeyId !== accessKeyId),
    );
    const named = (happened: readonly UserKey[], what: string) =>
      happened.map(({ accessKeyId }) => `${this.#numbers.get(accessKeyId)} ${what}`);
    return [...named(made, 'made'), ...named(deactivated, 'deactivated'), ...named(deleted, 'deleted')];
  }
}
