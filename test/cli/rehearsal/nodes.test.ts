import { expect, it } from 'vitest';
import { type RehearsalOptions, type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import { MINUTE } from '../../../functions/core/duration';
import type { World } from '../../../local/world';
import { synthesized } from '../../support/deployed-world';

const [ONE, TWO] = ['i-0123456789abcdef0', 'i-0fedcba9876543210'] as const;

function live(days: number, onDay?: RehearsalOptions['onDay']): Promise<Report> {
  return rehearse({ cdkOut: synthesized('docs/examples/keyless.yaml'), days, seed: 'test', onDay });
}

const verdictOf = ({ promises }: Report) => promises.find(({ promise }) => promise === 'nodes');

it('both nodes log in all the time, and are restarted one at a time when their key is new (K1, K3)', async () => {
  const report = await live(12);
  expect(report.promises.filter(({ held }) => !held)).toEqual([]);
  expect(verdictOf(report)?.evidence).toMatch(
    /^2 nodes, \d{2,} logins, 0 failed; 2 restarts, 0 of them repeated, 1 down at a time at most$/,
  );
  const held = report.keys.filter(({ key }) => key === 'web-shop-backup').flatMap(({ heldBy }) => heldBy);
  expect(held).toEqual([`data center ${ONE} ${TWO} by keyturn-restart-bitbucket`]);
}, 60_000);

/** What a person or a document may do that keeps to nothing. */
function restartByHand({ account, hosts }: World): void {
  const [SecretArn = ''] = account.secretsManager
    .listSecrets({})
    .SecretList.flatMap(({ Name, ARN }) => (Name === 'keyturn/web-shop-backup' ? [ARN] : []));
  const [VersionId, AccessKeyId] = ['access-key-AKIA0000000000000001-20260101T000000Z', 'AKIA0000000000000001'];
  for (const node of [ONE, TWO]) {
    const Parameters = { SecretArn: [SecretArn], VersionId: [VersionId], AccessKeyId: [AccessKeyId] };
    account.runCommand.sendCommand({ DocumentName: 'keyturn-restart-bitbucket', InstanceIds: [node], Parameters });
    hosts.dataCenter.node(node);
  }
}

it('slow nodes are gone on with within minutes, by a run that the one before it starts (K8)', async () => {
  let world: World | undefined;
  await live(3, (day, given) => {
    world = given;
    given.hosts.dataCenter.startsIn = 9 * MINUTE;
    if (day === 1) restartByHand(given);
  });
  // As deployed, by hand, and by the look that has seen that.
  const [first, second] = world?.hosts.dataCenter.outages.slice(4) ?? [];
  expect([first?.node, second?.node]).toEqual([ONE, TWO]);
  const minutes = ((second?.from ?? 0) - (first?.from ?? 0)) / MINUTE;
  // No run stays for so long, and the next one of the rule would come an hour after the first.
  expect(minutes).toBeGreaterThan(9);
  expect(minutes).toBeLessThan(12);
}, 60_000);

it('a node that starts once more because somebody has asked for it is no repetition (K14)', async () => {
  const report = await live(3, (day, { account, hosts }) => {
    const node = day === 1 ? ONE : TWO;
    const { Commands } = account.runCommand.listCommands({ InstanceId: node });
    const Parameters = { ...Commands[0]?.Parameters, AskedAt: ['2026-01-02T00:00:00.000Z'] };
    // What Keyturn sends after "keyturn deliver", and again: the node looks.
    for (let times = day; times < 3; times += 1)
      account.runCommand.sendCommand({ DocumentName: 'keyturn-restart-bitbucket', InstanceIds: [node], Parameters });
    hosts.dataCenter.node(node);
  });
  expect(verdictOf(report)).toMatchObject({
    held: true,
    evidence: expect.stringMatching(/; 4 restarts, 0 of them repeated/),
  });
}, 60_000);

it('two nodes that are restarted at once are seen', async () => {
  const report = await live(4, (day, world) => (day === 2 ? restartByHand(world) : undefined));
  expect(verdictOf(report)).toMatchObject({
    held: false,
    evidence: expect.stringMatching(/2 down at a time at most$/),
  });
}, 60_000);
