import { expect, it } from 'vitest';
import { deploymentOf } from '../../../functions/core/config/deployed-keys';

const of = (
  file: Readonly<Record<string, 'create' | 'existing'>>,
  registered: readonly string[],
  secrets: readonly string[] = registered,
) =>
  deploymentOf(
    Object.entries(file).map(([id, secret]) => ({ id, secret })),
    { registered: new Set(registered), secrets: new Set(secrets) },
  );
const nothing = { dropped: [], losesMost: false, taken: [], absent: [] };

it.each<[string, ReturnType<typeof of>, Partial<typeof nothing> | object]>([
  ['a first deployment', of({ a: 'create' }, []), {}],
  ['the same again', of({ a: 'create', b: 'existing' }, ['a', 'b']), {}],
  ['one of two taken out', of({ a: 'create' }, ['a', 'b']), { dropped: ['b'] }],
  [
    'two of four taken out',
    of({ a: 'create', b: 'create' }, ['a', 'b', 'c', 'd']),
    { dropped: ['c', 'd'], losesMost: true },
  ],
  [
    'two of five taken out',
    of({ a: 'create', b: 'create', c: 'create' }, ['a', 'b', 'c', 'd', 'e']),
    { dropped: ['d', 'e'] },
  ],
  ['another file', of({ x: 'create' }, ['a']), { dropped: ['a'], losesMost: true }],
  ['a key put back without a word', of({ a: 'create' }, [], ['a']), { taken: ['a'] }],
  ['a key put back as it was', of({ a: 'existing' }, [], ['a']), {}],
  ['a secret to take that is not there', of({ a: 'existing' }, []), { absent: ['a'] }],
])('what a deployment does to the keys: %s', (_what, deployment, expected) => {
  expect(deployment).toEqual({ ...nothing, ...expected });
});
