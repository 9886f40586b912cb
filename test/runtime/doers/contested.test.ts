import { expect, it } from 'vitest';
import type { Inspection, Target, Targets } from '../../../functions/account/ports';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import type { KeyturnError } from '../../../functions/core/errors';
import { type TargetConfig, targetSchema } from '../../../functions/core/hosts/target';
import { refuseContested } from '../../../functions/runtime/doers/contested';
import { entryOf, idOf, production } from '../../core/web-shop';
import { failing, newer, secret } from './did';

const UUID = '{33333333-3333-4333-8333-333333333333}';
const named = (environment: string, repository = 'acme/web-shop'): TargetConfig =>
  targetSchema.parse({ type: 'bitbucket-deployment', connection: 'acme', repository, environment });
const other = (target: TargetConfig, more: Partial<RegistryEntry> = {}) =>
  entryOf({ id: 'other', targets: [target], ...more });
const elsewhere = {
  acme: { host: 'bitbucket', url: 'https://example.com/2.0', secret: 'keyturn/connections/acme' },
} as const;

interface World {
  readonly all?: readonly RegistryEntry[];
  readonly isAtHand?: boolean;
  /** What stands at the place, and at the rival's. */
  readonly own?: Partial<Inspection>;
  readonly rival?: Partial<Inspection> | Error;
}

/** How often which place was looked at, and what comes of it. */
async function refused({ all = [entryOf(), other(named(UUID))], isAtHand = true, own = {}, rival = {} }: World) {
  const asked: string[] = [];
  const inspection = (more: Partial<Inspection>): Inspection => ({
    compared: [],
    differences: [],
    holds: undefined,
    places: ['p'],
    revision: undefined,
    ...more,
  });
  const target = (name: string, says: Partial<Inspection> | Error): Target =>
    ({
      name,
      inspect: async (wanted: unknown) => {
        asked.push(wanted === undefined ? name : 'something is wanted');
        if (says instanceof Error) throw says;
        return inspection(says);
      },
    }) as unknown as Target;
  const targets: Targets = {
    open: async (config, connection) =>
      target(`${config.connection} ${connection?.secret} ${'environment' in config ? config.environment : ''}`, rival),
  };
  const neighbours = {
    isAtHand,
    list: async () => {
      asked.push('registry');
      return all;
    },
  };
  const managed = { entry: entryOf(), secret, retained: undefined };
  const outcome = await refuseContested(target('own', own), production, managed, { targets, neighbours }).then(
    () => 'free',
    ({ code, message }: KeyturnError) => `${code}: ${message}`,
  );
  return { asked, outcome };
}

const RIVAL = `acme keyturn/connections/acme ${UUID}`;
const SHARED =
  'place-shared: bitbucket acme/web-shop environment Production is also the place of the key "other", which calls it ' +
  `bitbucket acme/web-shop environment ${UUID}: the two would overwrite each other in turns. Nothing was written. Take ` +
  'one of them out of the configuration.';

it.each<[string, World, Awaited<ReturnType<typeof refused>>]>([
  ['is the place of another key', {}, { asked: ['registry', 'own', RIVAL], outcome: SHARED }],
  [
    'is another place than that of the other key',
    { rival: { places: ['q'] } },
    { asked: ['registry', 'own', RIVAL], outcome: 'free' },
  ],
  [
    'is one of two places of the other key',
    { own: { places: ['o', 'p'] }, rival: { places: ['q', 'p'] } },
    { asked: ['registry', 'own', RIVAL], outcome: SHARED },
  ],
  [
    'holds a key of this one already',
    { own: { holds: newer.accessKeyId } },
    { asked: ['registry', 'own'], outcome: 'free' },
  ],
  [
    'holds a key of somebody else',
    { own: { holds: idOf('strange') } },
    { asked: ['registry', 'own', RIVAL], outcome: SHARED },
  ],
  ['is empty', { own: { places: [] } }, { asked: ['registry', 'own'], outcome: 'free' }],
  ['has no rival', { all: [entryOf()] }, { asked: ['registry'], outcome: 'free' }],
  [
    'has its own spelling twice',
    { all: [entryOf({ targets: [production, named(UUID)] })] },
    { asked: ['registry'], outcome: 'free' },
  ],
  [
    'has a rival at another host',
    { all: [other(named(UUID), { connections: elsewhere })] },
    { asked: ['registry'], outcome: 'free' },
  ],
  ['has a rival that cannot be it', { all: [other(named('Staging'))] }, { asked: ['registry'], outcome: 'free' }],
  [
    'has a rival whose connection nobody knows',
    { all: [other(named(UUID), { connections: {} })] },
    { asked: ['registry'], outcome: 'free' },
  ],
  [
    'has a rival that this token does not find',
    { rival: failing('environment-not-found') },
    { asked: ['registry', 'own', RIVAL], outcome: 'free' },
  ],
  [
    'has a rival that this token may not see',
    { rival: failing('scope-missing') },
    { asked: ['registry', 'own', RIVAL], outcome: 'free' },
  ],
  [
    'has a rival of which the host does not say',
    { rival: failing('host-down') },
    { asked: ['registry', 'own', RIVAL], outcome: 'host-down: it said host-down' },
  ],
  [
    'is known to be this one’s, so that no registry is read',
    { isAtHand: false, own: { holds: newer.accessKeyId } },
    { asked: ['own'], outcome: 'free' },
  ],
  [
    'is not known to be this one’s, so that the registry is read',
    { isAtHand: false },
    { asked: ['own', 'registry', 'own', RIVAL], outcome: SHARED },
  ],
])('a place that %s (K1)', async (_what, world, expected) => {
  expect(await refused(world)).toEqual(expected);
});
