import { expect, it } from 'vitest';
import { isDeployedBy } from '../../../functions/core/lifecycle/deployed-by';
import { CLOUDFORMATION_STACK_TAG } from '../../../functions/core/names';
import { secretOf } from '../web-shop';

const ours = { stacks: new Set(['Keyturn']), existing: new Set(['api']) };
const stack = (name: string) => ({ [CLOUDFORMATION_STACK_TAG]: name });

it.each<[string, string, Readonly<Record<string, string>>, boolean]>([
  ['a stack of the deployment made', 'keyturn/shop', stack('Keyturn'), true],
  ['another stack made', 'keyturn/shop', stack('Other'), false],
  ['no stack made', 'keyturn/shop', {}, false],
  ['another tag calls ours', 'keyturn/shop', { stack: 'Keyturn' }, false],
  ['was there before, and is named as such,', 'keyturn/api', {}, true],
  ['was there before, and is of another stack,', 'keyturn/api', stack('Other'), true],
  ['is one of connections', 'keyturn/connections/api', {}, false],
  ['has the name without the prefix', 'api', {}, false],
])('a secret that %s (%s, %j) is of this deployment: %s', (_what, name, tags, expected) => {
  expect(isDeployedBy(ours, { ...secretOf([]), name, tags })).toBe(expected);
});

it('a deployment that names nothing made nothing, not even what has no tag', () => {
  expect(isDeployedBy({ stacks: new Set(), existing: new Set() }, secretOf([]))).toBe(false);
});
