import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type RehearsalOptions, type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import type { ConfigInput } from '../../../functions/core/config/config';
import type { World } from '../../../local/world';
import { synthesized } from '../../support/deployed-world';

/** The example whose whole way out takes weeks. */
const QUICK = { rotateAfter: 8, deactivateAfter: 10, deleteAfter: 12, idleFor: 0, holdLimit: 0 };
const EXAMPLE: ConfigInput = { ...parse(readFileSync('docs/examples/keyless.yaml', 'utf8')), policy: QUICK };
const KEY = 'web-shop-reports';
const ROLE = 'arn:aws:iam::111122223333:role/web-shop-reports';

/** @param deployed told each text that is deployed again */
function live(days: number, deployed: (config: ConfigInput) => void, onDay?: RehearsalOptions['onDay']) {
  const synthesize = (text: string) => {
    const config: ConfigInput = parse(text);
    deployed(config);
    return synthesized(config);
  };
  const configuration = { text: JSON.stringify(EXAMPLE), synthesize };
  return rehearse({ cdkOut: synthesized(EXAMPLE), days, seed: 'test', configuration, onDay });
}

const verdictOf = ({ promises }: Report) => promises.find(({ promise }) => promise === 'way out');

it('each way logs in; exits lets the last pipeline go, migrate says when its key retires, and it is gone in the end', async () => {
  const deployed: ConfigInput[] = [];
  let usedBefore: number | undefined;
  const report = await live(
    42,
    (config) => deployed.push(config),
    (day, { account: { iam } }) => {
      if (day === 20) usedBefore = iam.roles.lastUse(iam.roles.get('web-shop-reports'))?.at;
    },
  );
  expect(usedBefore).toBeUndefined();
  expect(report.promises.filter(({ held }) => !held)).toEqual([]);
  const said = report.promises.map(({ promise }) => promise);
  expect(said).toEqual(expect.arrayContaining(['K1', 'roles', 'provider', 'nodes', 'way out']));
  expect(verdictOf(report)?.evidence).toBe('1 leave, 1 gone, 0 too early, 0 stay');
  const [row, ...others] = report.wayOut;
  expect(others).toEqual([]);
  expect(row).toMatchObject({ key: KEY, roles: [ROLE], exits: { role: 'perhaps', clients: 1, blockers: [] } });
  expect(row?.exits?.calls).toBeGreaterThan(50);
  expect(row?.stages.map(({ stage }) => stage)).toEqual(['retire', 'waits', 'inactive', 'gone']);
  const [moved = '', written = '', gone = ''] = [row?.movedAt, row?.writtenAt, row?.goneAt];
  expect([moved.slice(0, 10), moved < written, written < gone]).toEqual(['2026-01-22', true, true]);
  // What was deployed is the example with what migrate wrote, and nothing else.
  expect(deployed).toEqual([
    {
      ...EXAMPLE,
      keys: EXAMPLE.keys?.map((key) => (key.id === KEY ? { ...key, replacedBy: { roles: [ROLE], idleFor: 6 } } : key)),
    },
  ]);
  expect(report.keys.map(({ key }) => key)).not.toContain(KEY);
}, 300_000);

/** The role trusts nobody from the day on which its key would move. */
function untaken(day: number, { account }: World): void {
  if (day === 2) account.iam.roles.get('web-shop-reports').assumeRolePolicyDocument = '{"Statement":[]}';
}

/** Somebody uses the key in a browser. */
function elsewhere(day: number, { account, clock }: World): void {
  const user = account.iam.users.get('bitbucket-web-shop-reports');
  const at = new Date(clock.now()).toISOString().replace(/\.\d+/, '');
  for (const { id } of account.iam.accessKeys.of(user)) {
    account.reads.push({
      eventVersion: '1.11',
      userIdentity: { type: 'IAMUser', userName: user.name, accessKeyId: id },
      eventTime: at,
      eventSource: 'ecr.amazonaws.com',
      eventName: 'GetAuthorizationToken',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '198.51.100.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      requestParameters: null,
      responseElements: null,
      requestID: 'any',
      eventID: `${day}`.padEnd(36, '0'),
      readOnly: true,
    });
  }
}

it.each<[string, NonNullable<RehearsalOptions['onDay']>, RegExp]>([
  ['migrate never says retire', untaken, /; web-shop-reports: migrate says switch, and not retire$/],
  ['exits says that somebody else uses the key', elsewhere, /; web-shop-reports: exits says no No pipeline is at /],
])(
  'where %s it breaks, and the key stays',
  async (_what, onDay, evidence) => {
    const deployed: ConfigInput[] = [];
    const report = await live(12, (config) => deployed.push(config), onDay);
    expect(report.held).toBe(false);
    expect(verdictOf(report)).toMatchObject({ held: false, evidence: expect.stringMatching(evidence) });
    expect(deployed).toEqual([]);
    expect(report.keys.map(({ key }) => key)).toContain(KEY);
  },
  120_000,
);
