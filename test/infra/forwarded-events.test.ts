import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { AUDIT_EVENTS, PROVIDER_EVENTS, REQUEST_EVENTS } from '../../functions/core/audit';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { statementsOf } from './access';
import { ACCOUNT, deployed, REGION } from './deployed';
import { errorsOf, ONE_KEY, resourcesOf, rotationIn, synthesize } from './synthesized';

/** All but what people ask of functions that are not deployed here, and what a provider tells. */
const DEEDS = AUDIT_EVENTS.filter((event) => ![...REQUEST_EVENTS, ...PROVIDER_EVENTS].includes(event));
const BUS = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const DEFAULT = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
const template = synthesize({ ...ONE_KEY, audit: { forwardTo: BUS, archive: { years: 7 }, report: {} } });

describe('events for a central account', () => {
  it('go there by the functions that record, which know the bus, and by nobody else (K12)', () => {
    const told = resourcesOf(template, 'AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties).includes(`"KEYTURN_FORWARD_TO":"${BUS}"`),
    );
    expect(told).toHaveLength(FUNCTION_NAMES.length);
    for (const name of FUNCTION_NAMES) {
      expect(statementsOf(template, name).filter(({ Action }) => [Action].flat().includes('events:PutEvents'))).toEqual(
        [
          expect.objectContaining({
            Sid: 'RecordAudit',
            Resource: [DEFAULT, BUS],
            Condition: { StringEquals: { 'events:source': 'keyturn', 'events:detail-type': DEEDS } },
          }),
        ],
      );
    }
    for (const name of ['report', 'archive'] as const) {
      expect(JSON.stringify(statementsOf(template, name))).not.toContain('events:PutEvents');
    }
  });

  it('need no rule, no role and no queue: no rule listens to what anybody can put', () => {
    const made = ['Events::Rule', 'IAM::Role', 'SQS::Queue'].flatMap((type) => resourcesOf(template, `AWS::${type}`));
    expect(made.filter(({ id }) => /forward/i.test(id))).toEqual([]);
    const patterns = made.flatMap(({ Properties }) => Properties.EventPattern ?? []);
    expect(patterns.length).toBeGreaterThan(3);
    for (const { source } of deployed(template, patterns) as { source: (string | { prefix: string })[] }[]) {
      expect(source.length).toBeGreaterThan(0);
      for (const one of source) expect(typeof one === 'string' ? one : one.prefix).toMatch(/^aws\./);
    }
  });

  it('are there only when it is asked for', () => {
    const without = synthesize(ONE_KEY);
    expect(JSON.stringify(without)).not.toContain('KEYTURN_FORWARD_TO');
    const [statement] = statementsOf(without, 'sync').filter(({ Sid }) => Sid === 'RecordAudit');
    expect(statement?.Resource).toBe(DEFAULT);
  });

  it('do not go to the bus that has them anyway', () => {
    const stack = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
    rotationIn(stack, { audit: { forwardTo: DEFAULT } });
    const elsewhere = new Stack(new App(), 'Keyturn', { env: { account: '444455556666', region: REGION } });
    rotationIn(elsewhere, { audit: { forwardTo: DEFAULT } });

    expect(errorsOf(stack)).toEqual([expect.stringMatching(/^audit\.forwardTo: expected another event bus/)]);
    expect(errorsOf(elsewhere)).toEqual([]);
  });
});
