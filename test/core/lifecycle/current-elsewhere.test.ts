import { expect, it } from 'vitest';
import { withoutCurrentElsewhere } from '../../../functions/core/lifecycle/current-elsewhere';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import { day, entryOf, keyOf, secretOf, versionOf } from '../web-shop';

const [own, moved, old] = [keyOf('own', day(90)), keyOf('moved', day(10)), keyOf('old', day(0))];
const managed = (id: string, ...versions: ReturnType<typeof versionOf>[]): Managed => ({
  entry: entryOf({ id }),
  secret: secretOf(versions),
});
const shop = managed('shop', versionOf(own, 'AWSCURRENT'), versionOf(old, 'AWSPREVIOUS'));
const keys = [own, moved, old];

it.each([
  ['no other managed key is there', [], keys],
  ['another one has no key yet', [managed('api')], keys],
  ['another one had it before', [managed('api', versionOf(moved, 'AWSPREVIOUS'))], keys],
  ['it is the current one of another managed key', [managed('api', versionOf(moved, 'AWSCURRENT'))], [own, old]],
])('K1: which keys are judged by the dates of a managed key, where %s', (_what, others, expected) => {
  expect(withoutCurrentElsewhere(keys, shop, [shop, ...others])).toEqual(expected);
});
