import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type RehearsalOptions, type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import type { World } from '../../../local/world';
import { synthesized } from '../../support/deployed-world';

function live(days: number, onDay?: RehearsalOptions['onDay']): Promise<Report> {
  return rehearse({ cdkOut: synthesized('docs/examples/keyless.yaml'), days, seed: 'test', onDay });
}

const verdictOf = ({ promises }: Report) => promises.find(({ promise }) => promise === 'roles');

it('steps take the roles of the configuration while the keys of their issuer roll over, and steps of others do not', async () => {
  const report = await live(70);
  expect(report.held).toBe(true);
  const [, sessions, failed, strangers, letIn, keys] =
    /^3 of 3 roles, (\d+) sessions, (\d+) failed; (\d+) steps of others, (\d+) let in; (\d+) new keys of the issuer$/.exec(
      verdictOf(report)?.evidence ?? '',
    ) ?? [];
  // Three roles, once a day and an hour at most.
  expect(Number(sessions)).toBeGreaterThan(195);
  expect([failed, letIn, keys]).toEqual(['0', '0', '2']);
  // One of five kinds each time; of a role for any step of any address there are two.
  expect(Number(strangers)).toBeGreaterThan(80);
}, 120_000);

/** Changes what the roles' own policies say, as somebody does by hand. */
const rewriting =
  (change: (policy: string) => string) =>
  (day: number, { account }: World) => {
    if (day !== 2) return;
    for (const role of account.iam.roles.all()) role.assumeRolePolicyDocument = change(role.assumeRolePolicyDocument);
  };

it.each<[string, (policy: string) => string, RegExp]>([
  [
    'turns its addresses round',
    (text) => text.replace('"IpAddress"', '"NotIpAddress"'),
    /[1-9]\d* failed; .* 1 let in/,
  ],
  ['takes each subject', (text) => text.replace(/"\{[^"]+:\*"/g, '"*"'), /[1-9]\d* let in; .*a session/],
])(
  'a role whose policy %s breaks it',
  async (_what, change, evidence) => {
    const report = await live(9, rewriting(change));
    expect(report.held).toBe(false);
    expect(verdictOf(report)).toMatchObject({ held: false, evidence: expect.stringMatching(evidence) });
  },
  60_000,
);

it('is tried of a stack that has no key, and nothing is said of keys', async () => {
  const { keys, connections, provider, ...roles } = parse(readFileSync('docs/examples/keyless.yaml', 'utf8'));
  const rules = provider.rules.filter((rule: { readonly keys?: unknown }) => rule.keys === undefined);
  expect([keys.length, Object.keys(connections), rules.length]).toEqual([3, ['acme'], 1]);
  const cdkOut = synthesized({ ...roles, keys: [], provider: { ...provider, rules } });
  const report = await rehearse({ cdkOut, days: 3, seed: 'test' });
  expect(report.promises.map(({ promise }) => promise)).toEqual(['roles', 'provider']);
  expect(report).toMatchObject({ held: true, managedKeys: 0, findings: 0, keys: [] });
  expect(report.runs).toBeGreaterThan(9);
}, 60_000);

it('says nothing of roles where there are none', async () => {
  const report = await rehearse({ cdkOut: synthesized('docs/examples/keyturn.yaml'), days: 1, seed: 'test' });
  expect(verdictOf(report)).toBeUndefined();
}, 60_000);

it('whom a break-glass role trusts by name is there: IAM would refuse the role otherwise', async () => {
  const person = 'arn:aws:iam::111122223333:user/people/carol';
  const config = parse(readFileSync('docs/examples/keyturn.yaml', 'utf8'));
  const breakGlass = { trusted: [person], until: '2027-02-01' };
  let users: readonly string[] = [];
  const onDay = (_day: number, { account }: World) => {
    users = account.iam.users.all().map(({ arn }) => arn);
  };
  await rehearse({
    cdkOut: synthesized({ ...config, operators: true, trail: 'create', breakGlass }),
    days: 1,
    seed: 'test',
    onDay,
  });
  expect(users).toContain(person);
}, 60_000);
