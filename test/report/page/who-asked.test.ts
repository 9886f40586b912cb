import { expect, it } from 'vitest';
import { AUDIT_SCHEMA, type AuditEvent } from '../../../functions/core/audit';
import { whoAsked } from '../../../functions/report/page/who-asked';

const event = (of: Pick<AuditEvent, 'function' | 'event' | 'facts'>): AuditEvent => ({
  schema: AUDIT_SCHEMA,
  id: 'run-1-1',
  sequence: 1,
  time: '2026-11-01T12:00:00.000Z',
  account: '111122223333',
  region: 'eu-west-1',
  run: 'run-1',
  functionVersion: 'test',
  outcome: 'ok',
  ...of,
});
const ALICE = 'arn:aws:sts::111122223333:assumed-role/Operator/alice';

it.each<[string, Pick<AuditEvent, 'function' | 'event' | 'facts'>, string | undefined]>([
  [
    'what a front tells is attested',
    { function: 'operator', event: 'requested', facts: { by: ALICE, why: 'release freeze' } },
    `asked by ${ALICE} (attested by AWS): "release freeze"`,
  ],
  [
    'without a reason it is, too',
    { function: 'administrator', event: 'run-started', facts: { by: ALICE } },
    `asked by ${ALICE} (attested by AWS)`,
  ],
  [
    'what somebody says of himself is not',
    { function: 'rotate', event: 'run-started', facts: { requestedBy: ALICE, requestedWhy: 'leaked' } },
    `asked by "${ALICE}" (not attested): "leaked"`,
  ],
  [
    'nor what another function says in a front’s words',
    { function: 'rotate', event: 'run-started', facts: { by: ALICE } },
    undefined,
  ],
  ['what nobody asked for has nobody', { function: 'sync', event: 'version-delivered', facts: {} }, undefined],
])('%s', (_what, of, words) => {
  expect(whoAsked(event(of))).toBe(words);
});
