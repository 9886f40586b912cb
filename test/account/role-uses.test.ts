import { expect, it } from 'vitest';
import { roleUses } from '../../functions/account/look';
import { KeyturnError } from '../../functions/core/errors';
import { day, entryOf, keyOf, secretOf } from '../core/web-shop';

it('IAM is asked about one role after the other, and one that it does not tell hides no other', async () => {
  const roles = Array.from({ length: 50 }, (_, at) => `arn:aws:iam::111122223333:role/web-shop-${at}`);
  const entry = { ...entryOf(), replacedBy: { roles, idleFor: 30 } };
  let [now, most] = [0, 0];
  const roleLastUsed = async (role: string) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    if (role === roles[7]) throw new KeyturnError('role-missing', `${role} is not there.`);
    return { at: day(1) };
  };
  const keys = [{ ...keyOf('first', day(0)), status: 'Active' as const }];
  const uses = await roleUses({ roleLastUsed }, entry, { secret: secretOf([]), keys });
  expect(most).toBe(1);
  expect([...(uses ?? [])].map(([role]) => role)).toEqual(roles.filter((role) => role !== roles[7]));
});
