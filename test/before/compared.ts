import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../deep/sample';
import { EARLIER, hasEarlierCommit } from '../support/earlier-commit';
import { Commit } from './commit';
import { configOf, Estate, type EstateOptions } from './estate';

/** Something that is seen on both commits. */
export interface Seen {
  readonly name: string;
  /** Looks at one commit, the same for both. @returns what is seen there */
  readonly see: (commit: Commit) => Promise<string>;
  /** What is seen on the earlier commit: the fault. */
  readonly earlier: string;
  /** What is seen now. */
  readonly now: string;
}

/** One example, tried on both commits by what both have: template, bundles, account and host. */
export interface Example extends Omit<Seen, 'see'> {
  /** @default one key, web-shop */
  readonly config?: object;
  /** As `KeyturnStack` takes them. */
  readonly options?: object;
  readonly estate?: EstateOptions;
  /** What happens once it is deployed, the same for both. @returns what can be seen of it in the end */
  readonly story: (estate: Estate, commit: Commit) => Promise<string>;
}

/** Real ms that both lives may take on a machine that is busy with much else; seconds otherwise. */
const TWO_LIVES = 300_000;

const hasEarlier = hasEarlierCommit(`What ${EARLIER} did with the examples is`);

/** A test an example: the earlier commit has the fault, and this one has not. */
export function compare(title: string, examples: readonly Example[]): void {
  compareSeen(
    title,
    examples.map((example) => ({ ...example, see: (commit) => lived(example, commit) })),
  );
}

/** The same for what shows without a deployment: in the template, or in what people read. */
export function compareSeen(title: string, examples: readonly Seen[]): void {
  describe.runIf(hasEarlier)(title, () => {
    let earlier: Commit;
    let now: Commit;
    beforeAll(() => {
      earlier = Commit.earlier();
      now = Commit.now();
    });
    afterAll(() => Promise.all([earlier.close(), now.close()]));

    // Vitest would cut the words of `it.each` short.
    for (const { name, see, ...expected } of sampled(examples)) {
      it(`${name}: ${expected.earlier} before, ${expected.now} now`, { timeout: TWO_LIVES }, async () => {
        const seen = { earlier: await see(earlier), now: await see(now) };
        expect(seen).toEqual({ earlier: expected.earlier, now: expected.now });
        expect(seen.earlier).not.toBe(seen.now);
      });
    }
  });
}

async function lived({ config = configOf(['web-shop']), options, estate, story }: Example, commit: Commit) {
  const made = await commit.synthesize(config, options);
  if ('refused' in made) return 'refused';
  const life = await Estate.open(estate);
  try {
    await life.deploy(made.cdkOut);
    return await story(life, commit);
  } finally {
    await life.close();
  }
}
