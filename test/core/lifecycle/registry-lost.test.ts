import { expect, it } from 'vitest';
import { registryLost } from '../../../functions/core/lifecycle/registry-lost';
import { secretName } from '../../../functions/core/names';
import { day, handMade, keyOf, secretOf, versionOf } from '../web-shop';

const ours = [versionOf(keyOf('first', day(0)), 'AWSCURRENT')];
const named = (id: string, versions = ours) => ({ ...secretOf(versions), name: secretName(id) });

it.each<[string, entries: readonly string[], secrets: readonly string[], lost: readonly string[] | undefined]>([
  ['nothing was lost', ['a', 'b'], ['a', 'b'], undefined],
  ['there is nothing at all', [], [], undefined],
  ['everything was, and it was one key', [], ['a'], ['a']],
  ['everything was', [], ['a', 'b'], ['a', 'b']],
  ['half was', ['a', 'b'], ['a', 'b', 'c', 'd'], ['c', 'd']],
  ['more than half was', ['a'], ['a', 'b', 'c'], ['b', 'c']],
  ['one of two was taken out', ['a'], ['a', 'b'], undefined],
  ['less than half was', ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e'], undefined],
  ['only connections are in no entry', [], ['connections/acme', 'connections/other'], undefined],
])('what the registry has lost when %s', (_when, entries, secrets, lost) => {
  const found = registryLost(
    new Set(entries),
    secrets.map((id) => named(id)),
  );
  expect(found).toEqual(
    lost === undefined ? undefined : { code: 'registry-lost', facts: { entries: entries.length, lost } },
  );
});

it.each([
  ['no key yet, as in a deployment under way', []],
  ['what somebody else put there', [{ versionId: handMade, labels: ['AWSCURRENT'] }]],
])('a secret that holds %s is not lost', (_what, versions) => {
  expect(registryLost(new Set(), [named('a', versions), named('b', versions)])).toBeUndefined();
});
