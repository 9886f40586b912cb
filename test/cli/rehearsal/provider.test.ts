import { expect, it } from 'vitest';
import { type RehearsalOptions, type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import { USED_TOKENS } from '../../../functions/core/names';
import type { World } from '../../../local/world';
import { synthesized } from '../../support/deployed-world';

function live(days: number, onDay?: RehearsalOptions['onDay']): Promise<Report> {
  return rehearse({ cdkOut: synthesized('docs/examples/keyless.yaml'), days, seed: 'test', onDay });
}

const verdictOf = ({ promises }: Report) => promises.find(({ promise }) => promise === 'provider');

it('steps fetch from the endpoint what its rules give them, and the keys among it authenticate (K1)', async () => {
  const report = await live(12);
  expect(report.promises.filter(({ held }) => !held)).toEqual([]);
  const [, steps, logins, failed, refused, letIn] =
    /^(\d+) steps with (\d+) logins, (\d+) failed; (\d+) steps of others and used tokens refused, (\d+) let in$/.exec(
      verdictOf(report)?.evidence ?? '',
    ) ?? [];
  expect(Number(steps)).toBeGreaterThan(9);
  expect([Number(logins) >= Number(steps), Number(refused) > Number(steps)]).toEqual([true, true]);
  expect([failed, letIn]).toEqual(['0', '0']);
}, 60_000);

/** Forgets every minute which tokens were used. */
function forgetful({ account, scheduler, clock }: World): void {
  const [TableName = ''] = account.dynamoDb.tableNames;
  const until = clock.now() + 2 * 86_400_000;
  const KeySchema = [{ AttributeName: USED_TOKENS.key, KeyType: 'HASH' as const }];
  const AttributeDefinitions = [{ AttributeName: USED_TOKENS.key, AttributeType: 'S' as const }];
  scheduler.every(
    (at) => (at < until ? at + 60_000 : undefined),
    'new table',
    async () => {
      account.dynamoDb.deleteTable(TableName);
      account.dynamoDb.createTable({ TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' });
    },
  );
}

it.each<[string, (world: World) => void, RegExp]>([
  ['its table forgets', forgetful, /[1-9]\d* let in; first: .*a used token was answered 200/],
  [
    'its table is gone',
    ({ account }) => account.dynamoDb.deleteTable(account.dynamoDb.tableNames[0] ?? ''),
    /[1-9]\d* failed; .* answered 503/,
  ],
])(
  'where %s it breaks',
  async (_what, change, evidence) => {
    const report = await live(4, (day, world) => (day === 2 ? change(world) : undefined));
    expect(report.held).toBe(false);
    expect(verdictOf(report)).toMatchObject({ held: false, evidence: expect.stringMatching(evidence) });
  },
  60_000,
);
