import { expect, it } from 'vitest';
import type { Target } from '../../functions/account/ports';
import { KeyturnError } from '../../functions/core/errors';
import { failingFast } from '../../functions/sync/failing-fast';
import { entryOf, production, staging } from '../core/web-shop';

const { acme } = entryOf().connections;
const other = acme && { ...acme, url: 'https://bitbucket.example.com/2.0', secret: 'keyturn/connections/other' };

/** Targets whose every method says what it was asked, and fails while it has a reason. */
function scripted() {
  const asked: string[] = [];
  let reason: KeyturnError | undefined;
  const answering = (what: string) => async (): Promise<never> => {
    asked.push(what);
    if (reason !== undefined) throw reason;
    return what as never;
  };
  const target: Target = {
    name: 'the target',
    deliver: answering('deliver'),
    inspect: answering('inspect'),
    tryToWrite: answering('tryToWrite'),
    identify: answering('identify'),
  };
  const targets = failingFast({
    open: async () => {
      await answering('open')();
      return target;
    },
  });
  return {
    targets,
    asked,
    failing: (
      code?: 'host-down' | 'host-rejected' | 'rate-limited',
      concerns: 'place' | 'system' = 'system',
      retryAt?: Date,
    ) => {
      reason = code && new KeyturnError(code, code, { concerns, retryAt });
    },
  };
}

const METHODS = ['deliver', 'inspect', 'tryToWrite', 'needed', 'wanted'] as const;
type Method = (typeof METHODS)[number];

function ask(target: Target, method: Method): Promise<unknown> {
  if (method === 'needed' || method === 'wanted') return target.identify(method);
  return (target[method] as (...given: unknown[]) => Promise<unknown>)();
}
const codeOf = (asking: Promise<unknown>) =>
  asking.then(
    (answer) => answer,
    (error: KeyturnError) => error.code,
  );

it('a target goes by its own name, and answers', async () => {
  const { targets, asked } = scripted();
  const target = await targets.open(production, acme);
  expect(target.name).toBe('the target');
  for (const method of METHODS) await ask(target, method);
  expect(asked).toEqual(['open', 'deliver', 'inspect', 'tryToWrite', 'identify', 'identify']);
});

it.each(METHODS)('a host that is down when it is asked to %s (K11)', async (method) => {
  const { targets, asked, failing } = scripted();
  const [one, two, elsewhere] = [
    await targets.open(production, acme),
    await targets.open(staging, acme),
    await targets.open(production, other),
  ];
  failing('host-down');
  asked.length = 0;
  expect(await codeOf(ask(one, method))).toBe('host-down');
  expect(asked).toHaveLength(1);
  failing();
  // What is wished for and not needed is no proof that the host is down.
  const isDown = method !== 'wanted';
  for (const next of METHODS) expect((await codeOf(ask(two, next))) === 'host-down').toBe(isDown);
  expect(await codeOf(targets.open(staging, acme))).toEqual(isDown ? 'host-down' : expect.anything());
  expect(await codeOf(ask(elsewhere, 'deliver'))).toBe('deliver');
  expect(asked.filter((what) => what === 'open')).toHaveLength(isDown ? 0 : 1);
});

it('a host that is down when a target is opened is not asked again', async () => {
  const { targets, asked, failing } = scripted();
  failing('host-down');
  for (const place of [production, staging]) expect(await codeOf(targets.open(place, acme))).toBe('host-down');
  expect(asked).toEqual(['open']);
});

it('where one place is down alone, the others are asked', async () => {
  const { targets, failing } = scripted();
  const [one, two] = [await targets.open(production, acme), await targets.open(staging, acme)];
  failing('host-down', 'place');
  expect(await codeOf(ask(one, 'deliver'))).toBe('host-down');
  failing();
  expect([await codeOf(ask(one, 'inspect')), await codeOf(ask(two, 'inspect'))]).toEqual(['host-down', 'inspect']);
});

it('what fails for a reason of its own is asked again', async () => {
  const { targets, failing } = scripted();
  const target = await targets.open(production, acme);
  failing('host-rejected');
  expect(await codeOf(ask(target, 'deliver'))).toBe('host-rejected');
  failing();
  expect(await codeOf(ask(target, 'deliver'))).toBe('deliver');
});

it.each([
  ['says until when', new Date(), 'rate-limited'],
  ['does not say it', undefined, 'deliver'],
])(
  'a host that takes no more requests now and %s: what is left is for pairs that are torn (K1)',
  async (_, until, next) => {
    const { targets, failing } = scripted();
    const [one, two, elsewhere] = [
      await targets.open(production, acme),
      await targets.open(staging, acme),
      await targets.open(production, other),
    ];
    failing('rate-limited', 'system', until);
    expect(await codeOf(ask(one, 'deliver'))).toBe('rate-limited');
    failing();
    expect([await codeOf(ask(two, 'deliver')), await codeOf(ask(elsewhere, 'deliver'))]).toEqual([next, 'deliver']);
  },
);
