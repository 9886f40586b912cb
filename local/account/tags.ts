import type { AwsError } from './aws-error';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** At most this many tags on one resource; those that AWS itself puts there do not count. */
const TAG_QUOTA = 50;

/** The tags of one resource, in the order in which they came. */
export class TagSet {
  readonly #tags = new Map<string, string>();

  /** @param tooMany makes the service's own error for the 51st tag. */
  constructor(
    tags: readonly Tag[] | undefined,
    private readonly tooMany: () => AwsError,
  ) {
    this.set(tags ?? []);
  }

  /** Adds tags or changes their values. @throws the service's quota error, with nothing changed. */
  set(tags: readonly Tag[]): void {
    const keys = new Set([...this.#tags.keys(), ...tags.map((tag) => tag.Key)].filter((key) => !/^aws:/i.test(key)));
    if (keys.size > TAG_QUOTA) throw this.tooMany();
    for (const { Key, Value } of tags) this.#tags.set(Key, Value);
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.#tags.delete(key);
  }

  get(key: string): string | undefined {
    return this.#tags.get(key);
  }

  get size(): number {
    return this.#tags.size;
  }

  list(): Tag[] {
    return Array.from(this.#tags, ([Key, Value]) => ({ Key, Value }));
  }
}
