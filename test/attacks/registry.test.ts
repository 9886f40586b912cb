import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { registryParameterName, secretName } from '../../functions/core/names';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { policyThatPins } from '../support/policy-that-pins';

/** What an attack makes of a registry entry. */
type Change = (entry: Entry) => Entry;
interface Entry extends Readonly<Record<string, unknown>> {
  readonly connections: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  readonly policy: Readonly<Record<string, number>>;
}

const connection = (change: Readonly<Record<string, unknown>>): Change => {
  return (entry) => ({ ...entry, connections: { acme: { ...entry.connections.acme, ...change } } });
};
const theirs = {
  type: 'bitbucket-deployment',
  connection: 'acme',
  repository: 'acme/theirs',
  environment: 'Production',
};

/** Whoever may write parameters below `/keyturn/keys/`, by the key that each attack is tried on. */
const ATTACKS: Readonly<Record<string, Change>> = {
  'credentials-in-the-url': connection({ url: 'https://user:token@api.bitbucket.org/2.0' }),
  'another-path-of-the-host': connection({ url: 'https://api.bitbucket.org/2.0/theirs' }),
  'a-token-of-others': connection({ secret: 'keyturn/connections/other' }),
  'a-target-of-their-own': (entry) => ({ ...entry, targets: [theirs] }),
  'one-target-more': (entry) => ({ ...entry, targets: [...entry.targets, theirs] }),
  'no-target': (entry) => ({ ...entry, targets: [] }),
  'the-user-of-another-key': (entry) => ({ ...entry, user: 'ci-calm' }),
  'observed-where-it-is-rotated': (entry) => ({ ...entry, mode: 'observe' }),
  'dates-to-their-liking': (entry) => ({
    ...entry,
    policy: { ...entry.policy, rotateAfter: 365, deactivateAfter: 400, deleteAfter: 500 },
  }),
};
const CALM = 'calm';
/** Taken out of the configuration: its secret is retained, and pipelines still hold its key. */
const RETIRED = 'retired';
/** Secrets that somebody makes, by the user whose key they want. */
const PLANTED = { evil: `ci-${CALM}`, 'evil-heir': `ci-${RETIRED}` } as const;
const ATTACKED = Object.keys(ATTACKS);
/** Only observed; somebody takes that out of the parameter. */
const OBSERVED = 'observed';

const config: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  notify: ['security@example.com'],
  policy: { rotateAfter: 5, deactivateAfter: 7, deleteAfter: 9 },
  keys: [CALM, RETIRED, OBSERVED, ...ATTACKED].map((id) => ({
    id,
    mode: id === OBSERVED ? 'observe' : 'rotate',
    user: `ci-${id}`,
    createUser: true,
    deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
  })),
};

/**
 * Nobody's policies are in force here: what is not done is not left undone for want of a right, as it is where a policy of
 * the attacker's own lets the functions in.
 */
describe('whoever writes the registry, or makes secrets, gets no key and stops no other one', () => {
  let world: DeployedWorld;
  const before = new Map<string, string>();
  const put = (id: string, Value: string) =>
    world.world.account.invoke(world.admin, 'ssm', 'PutParameter', {
      Name: registryParameterName(id),
      Value,
      Type: 'String',
      Overwrite: true,
    });
  const entryOf = (id: string): Entry => JSON.parse(before.get(id) ?? '{}');
  const ids = (user: string) => world.keys(user).map(({ id }) => id);
  let held: readonly (readonly string[])[] = [];
  let heldByRetired: readonly string[] = [];
  let heldByObserved: readonly string[] = [];

  beforeAll(async () => {
    world = await DeployedWorld.open(synthesized(config), { world: { passOver: () => false } });
    const { account, hosts } = world.world;
    hosts.bitbucket.addRepository('acme', 'theirs');
    hosts.bitbucket.addEnvironment('acme', 'theirs', 'Production');
    await world.until(4, 12);
    for (const id of [OBSERVED, ...ATTACKED]) {
      const { Parameter } = account.invoke(world.admin, 'ssm', 'GetParameter', { Name: registryParameterName(id) });
      before.set(id, Parameter.Value);
    }
    held = ATTACKED.map((id) => ids(`ci-${id}`));
    heldByObserved = ids(`ci-${OBSERVED}`);
    heldByRetired = ids(`ci-${RETIRED}`);
    for (const [id, change] of Object.entries(ATTACKS)) put(id, JSON.stringify(change(entryOf(id))));
    put(OBSERVED, JSON.stringify({ ...entryOf(OBSERVED), mode: 'rotate' }));
    account.invoke(world.admin, 'ssm', 'DeleteParameter', { Name: registryParameterName(RETIRED) });
    // Whoever may make secrets too has the secret's own policy say that the entry was deployed.
    for (const [id, user] of Object.entries(PLANTED)) {
      const entry = JSON.stringify({ ...entryOf('no-target'), id, user, targets: [theirs] });
      account.invoke(world.admin, 'secretsmanager', 'CreateSecret', { Name: secretName(id) });
      const policy = { SecretId: secretName(id), ResourcePolicy: policyThatPins(entry) };
      account.invoke(world.admin, 'secretsmanager', 'PutResourcePolicy', policy);
      put(id, entry);
    }
    await world.until(10);
  }, 300_000);
  afterAll(() => world.close());

  it.each(ATTACKED)('%s: no key was made or ended for it', (id) => {
    expect(ids(`ci-${id}`)).toEqual(held[ATTACKED.indexOf(id)]);
  });

  it.each([...ATTACKED, ...Object.keys(PLANTED)])('%s: people were told', (id) => {
    const code = id === 'credentials-in-the-url' ? 'invalid-entry' : 'not-deployed';
    expect(
      world.audits.filter(({ event, key, reason }) => event === 'people-told' && key === id && reason === code),
    ).not.toEqual([]);
  });

  it('a key that is observed stays so, whatever its parameter says: nothing was made for it, and people were told', () => {
    expect(ids(`ci-${OBSERVED}`)).toEqual(heldByObserved);
    const told = world.audits.filter(({ event, key }) => event === 'people-told' && key === OBSERVED);
    expect(told.map(({ reason }) => reason)).toContain('not-deployed');
  });

  it('their place holds nothing, and neither does their secret', () => {
    const { account, hosts } = world.world;
    expect(hosts.bitbucket.pipelineVariables('acme', 'theirs', 'Production')).toEqual({});
    for (const id of Object.keys(PLANTED)) {
      const secret = account.secretsManager.describeSecret({ SecretId: secretName(id) });
      expect(secret).not.toHaveProperty('VersionIdsToStages');
    }
    expect(ids(`ci-${RETIRED}`)).toEqual(heldByRetired);
  });

  it('another key was rotated and delivered meanwhile, and its old key retired; no pipeline failed', () => {
    const ofCalm = world.audits.filter(({ key }) => key === CALM).map(({ event }) => event);
    for (const event of ['key-created', 'version-delivered', 'key-deactivated'])
      expect(ofCalm.filter((one) => one === event).length, event).toBeGreaterThanOrEqual(
        event === 'key-deactivated' ? 1 : 2,
      );
    expect(world.pipelines.failures).toEqual([]);
  });

  it('once the deployed entries are back, all of them are rotated', async () => {
    for (const [id, value] of before) put(id, value);
    await world.until(12);
    for (const [at, id] of ATTACKED.entries()) expect(ids(`ci-${id}`), id).not.toEqual(held[at]);
    expect(world.unsettled()).toEqual([]);
    expect(world.pipelines.failures).toEqual([]);
  }, 120_000);
});
