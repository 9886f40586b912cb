import type { Driver, ListedKey } from './drivers/driver';

/** The letters by which a table calls the keys of a user: A is the first that was seen. */
export class Names {
  readonly #ids: string[] = [];

  learn(keys: readonly ListedKey[]): void {
    for (const { id } of keys) if (!this.#ids.includes(id)) this.#ids.push(id);
  }

  /** @throws Error for a key that there never was */
  idOf(name: string): string {
    const id = this.#ids[name.charCodeAt(0) - 'A'.charCodeAt(0)];
    if (id === undefined) throw new Error(`There is no key ${name}`);
    return id;
  }

  /** The user's keys, and which of them is current and at its place, in the words of the table. */
  tell(driver: Driver): string {
    const keys = driver.keys();
    this.learn(keys);
    const [idOf, secretOf] = driver.held();
    const current = driver.current();
    return keys
      .map(({ id, status }) => {
        const words = [String.fromCharCode('A'.charCodeAt(0) + this.#ids.indexOf(id))];
        if (status === 'Inactive') words.push('inactive');
        const isHeld = id === idOf && id === secretOf;
        if (id === current) words.push(isHeld ? 'current' : 'current undelivered');
        else if (isHeld) words.push('held');
        return words.join(' ');
      })
      .join(', ');
  }
}
