import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { HOUR } from '../../../functions/core/duration';
import { deliverToSchema, type TargetConfig, targetOf } from '../../../functions/core/hosts/target';
import { MET_WITHIN, notDeployed } from '../../../functions/core/lifecycle/not-deployed';
import { day, entryOf, production, secretOf, staging } from '../web-shop';

const now = day(5);
const found = (targets: readonly TargetConfig[], met: readonly Partial<AuditEvent>[] | undefined = []) =>
  notDeployed(
    { entry: entryOf({ targets: [...targets] }), secret: secretOf([]) },
    { is: 'differs' },
    met as readonly AuditEvent[] | undefined,
    now,
  );
const shop = 'bitbucket acme/web-shop environment';
const at = 'at https://api.bitbucket.org/2.0 with keyturn/connections/acme';
const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
/** How people call it. */
const called = 'function deliver of 111122223333 in eu-west-1';
const ofFunction = targetOf(deliverToSchema.parse({ function: arn }));

describe('a registry entry that no deployment has written', () => {
  it('is told with what it says, and why nothing is done', () => {
    expect(
      notDeployed({ entry: entryOf(), secret: secretOf([]) }, { is: 'shared-user', with: 'api' }, [], now),
    ).toEqual({
      code: 'not-deployed',
      key: 'web-shop-production',
      facts: {
        is: 'shared-user',
        with: 'api',
        says: `user bitbucket-web-shop, mode rotate, delivered to ${shop} Production ${at}`,
        lasts: false,
      },
    });
  });

  it.each<[string, readonly TargetConfig[], string]>([
    ['nobody', [], 'nobody'],
    ['a function, which takes no token', [ofFunction], called],
    ['two', [production, staging], `${shop} Production ${at}, ${shop} Staging ${at}`],
    ['a connection that it has not', [{ ...production, connection: 'other' }], `${shop} Production`],
    ['three', [production, ofFunction, ofFunction], `${shop} Production ${at}, ${called}, ${called}`],
    [
      'four, of which three are named',
      [ofFunction, ofFunction, ofFunction, production],
      `${called}, ${called}, ${called} and 1 more`,
    ],
  ])('says that it delivers to %s', (_what, targets, says) => {
    expect(found(targets).facts.says).toBe(`user bitbucket-web-shop, mode rotate, delivered to ${says}`);
  });

  it('says no more than 500 characters', () => {
    const long = { ...production, environment: 'x'.repeat(600) } as TargetConfig;
    expect(found([long]).facts.says).toHaveLength(500);
  });

  const key = 'web-shop-production';
  it.each<[string, readonly Partial<AuditEvent>[] | undefined, boolean]>([
    ['nobody met it before', [], false],
    ['it was met an hour ago', [{ key, time: day(5, -HOUR).toISOString() }], true],
    ['it was met less than an hour ago', [{ key, time: day(5, 1 - HOUR).toISOString() }], false],
    ['another key was met an hour ago', [{ key: 'api', time: day(5, -HOUR).toISOString() }], false],
    [
      'it was met now and before',
      [
        { key, time: now.toISOString() },
        { key, time: day(4).toISOString() },
      ],
      true,
    ],
  ])('lasts where %s: %s', (_what, met, lasts) => {
    expect(found([], met).facts.lasts).toBe(lasts);
  });

  it('lasts where nobody can read what was met', () => {
    expect(notDeployed({ entry: entryOf(), secret: secretOf([]) }, { is: 'unsaid' }, undefined, now).facts.lasts).toBe(
      true,
    );
  });

  it('is looked for a day back, and two hours', () => {
    expect(MET_WITHIN).toBe(26 * HOUR);
  });
});
