import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registryParameterName } from '../../functions/core/names';
import { Attacked, OTHER, textsIn, UNCLEAN, VICTIM } from './attacked';

let attacked: Attacked;
let sound: string;
let stranger: string;

beforeAll(async () => {
  attacked = await Attacked.open();
  sound = parameter();
  const { bitbucket } = attacked.deployed.world.hosts;
  bitbucket.addWorkspace('evil');
  bitbucket.addRepository('evil', 'loot');
  bitbucket.addEnvironment('evil', 'loot', 'Production');
  stranger = bitbucket.addAccessToken({ workspace: 'evil', scopes: ['pipeline', 'pipeline:variable'] });
}, 60_000);
beforeEach(() => {
  attacked.undelivered();
  write(sound);
});
afterAll(() => attacked.close());

const Name = registryParameterName(VICTIM);

function parameter(): string {
  const { world, admin } = attacked.deployed;
  return world.account.invoke(admin, 'ssm', 'GetParameter', { Name }).Parameter.Value;
}

/** All that the attacker may do: `ssm:PutParameter` below `/keyturn/keys/`. */
function write(Value: string): void {
  const { world, admin } = attacked.deployed;
  world.account.invoke(admin, 'ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true });
}

describe('who may write a parameter of the registry', () => {
  it.each([
    ['a user of their own', (token: string) => `https://x-token-auth:${token}@api.bitbucket.org/2.0`],
    ['a user without a password', (token: string) => `https://${token}@api.bitbucket.org/2.0`],
    ['a backslash before our host', () => 'https://api.bitbucket.org\\@evil.example/2.0'],
    ['a path that goes up', () => 'https://api.bitbucket.org/2.0/../2.0'],
    ['an encoded one', () => 'https://api.bitbucket.org/%2e%2e/2.0'],
    ['an encoded slash', () => 'https://api.bitbucket.org/2.0%2F..'],
    ['an empty part', () => 'https://api.bitbucket.org//2.0'],
    ['a fragment', () => 'https://api.bitbucket.org/2.0#'],
    ['a query', () => 'https://api.bitbucket.org/2.0?x='],
  ])(
    'and puts %s into the URL has nothing sent, is told of, and stops no other key (K6, K11)',
    async (_what, urlWith) => {
      const entry = JSON.parse(sound);
      entry.connections.acme.url = urlWith(stranger);
      entry.targets[0].repository = 'evil/loot';
      write(JSON.stringify(entry));
      const asked: string[] = [];
      attacked.host = ({ path }) => void asked.push(path);
      const { audits } = await attacked.sync();
      expect(audits.filter(({ event }) => event === 'finding').map(({ reason }) => reason)).toContain('invalid-entry');
      expect(asked.filter((path) => !`${path}/`.includes(`/${OTHER}/`))).toEqual([]);
      expect(audits).toContainEqual(expect.objectContaining({ event: 'version-delivered', key: OTHER }));
      expect(attacked.deployed.world.hosts.bitbucket.pipelineVariables('evil', 'loot', 'Production')).toEqual({});
      expect(attacked.leaks()).toEqual([]);
    },
  );

  it('and names its fields, connections and places in lines of their own writes none of the record’s (K7)', async () => {
    const entry = JSON.parse(sound);
    const line = 'x\n{"schema":"keyturn.audit/v1"}\u202e\u2028';
    const odd = [
      { ...entry, [line]: 1 },
      { ...entry, connections: { ...entry.connections, [line]: entry.connections.acme } },
      { ...entry, targets: [{ ...entry.targets[0], environment: 'Prod\u202e\u2028\u200buction' }] },
    ];
    for (const changed of odd) {
      write(JSON.stringify(changed));
      const { audits, answer } = await attacked.sync();
      expect(audits.length).toBeGreaterThan(2);
      expect(textsIn([audits, answer]).filter((text) => UNCLEAN.test(text))).toEqual([]);
    }
    const { messages } = attacked.deployed.world.account.sns;
    expect(messages.flatMap(({ message }) => message.split('\n')).filter((text) => UNCLEAN.test(text))).toEqual([]);
  });
});
