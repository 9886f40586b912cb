import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../functions/core/config/config';
import { DOCUMENTS, read } from './documents';

/** What a piece of a configuration is missing to be a whole one. */
const WHOLE = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [{ id: 'web-shop', user: 'bitbucket-web-shop' }],
};

/** Blocks of YAML that are about something else than `keyturn.yaml`. */
const FOREIGN = /^(script|Keyturn\w*|\w+Topic):/m;

interface Block {
  readonly document: string;
  readonly yaml: string;
}

const BLOCKS: readonly Block[] = DOCUMENTS.flatMap((document) =>
  [...read(document).matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)]
    .map(([, indent = '', yaml = '']) => ({ document, yaml: yaml.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }))
    .filter(({ yaml }) => !FOREIGN.test(yaml) && parse(yaml) !== null),
);

/** A block as a whole configuration; one that begins with `deliverTo` is a part of a key. */
function whole(yaml: string): unknown {
  const { deliverTo, ...top } = parse(yaml);
  const keys = deliverTo === undefined ? WHOLE.keys : [{ ...WHOLE.keys[0], deliverTo }];
  return { ...WHOLE, keys, ...top };
}

it.each(BLOCKS)('a configuration in $document is one that Keyturn takes', ({ yaml }) => {
  expect(configSchema.safeParse(whole(yaml)).error?.issues ?? []).toEqual([]);
});

it("has the README's in the examples, word for word in data", () => {
  const [readme] = BLOCKS.filter(({ document }) => document === 'README.md');
  expect(parse(readme?.yaml ?? '')).toEqual(parse(read('docs/examples/keyturn.yaml')));
});

it('finds the configurations that there are', () => {
  expect(BLOCKS.length).toBeGreaterThan(8);
});
