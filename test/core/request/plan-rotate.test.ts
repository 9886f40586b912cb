import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { MINUTE } from '../../../functions/core/duration';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { type Level, TAG } from '../../../functions/core/names';
import { planRequest } from '../../../functions/core/request/plan-request';
import { type OperatorRequest, requestSchema } from '../../../functions/core/request/request';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const [older, newer] = [keyOf('older', day(0)), keyOf('newer', day(90))];
const CALLER = {
  arn: 'arn:aws:sts::111122223333:assumed-role/Admin/carol',
  userId: 'A:carol',
  accountId: '111122223333',
};
const versions = [versionOf(newer, 'AWSCURRENT', DELIVERED), versionOf(older, 'AWSPREVIOUS')];

interface Given {
  readonly does: OperatorRequest['do'];
  readonly tags?: SecretState['tags'];
  readonly secret?: SecretState;
  readonly level?: Level;
  readonly entry?: RegistryEntry;
  readonly accessKey?: string;
  readonly now?: Date;
}
function plan({ does, tags = {}, secret = secretOf(versions, tags), level = 'administrator', ...given }: Given) {
  const { entry = entryOf(), now = day(92), accessKey } = given;
  const document = {
    schema: 'keyturn.request/v1',
    id: '0f8fad5b-d9cb-469f-a165-70867728950e',
    do: does,
    keys: [entry.id],
    why: 'a developer left',
    ...(accessKey === undefined ? {} : { accessKey }),
  };
  const result = planRequest({ request: requestSchema.parse(document), caller: CALLER, level, entry, secret, now });
  return 'refused' in result ? result : { ...result, words: result.words.join(' ') };
}

describe('what nothing would come of is refused, with the reason (K14)', () => {
  const back = { [TAG.withdrawn]: tagOf(newer, day(92, -MINUTE)) };

  it.each(['rotate', 'deliver'] as const)('%s while the current key is on its way back', (does) => {
    expect(plan({ does, tags: back })).toMatchObject({
      refused: 'in-progress',
      message: expect.stringContaining(newer.accessKeyId),
    });
    expect(plan({ does, tags: back, now: day(94) })).not.toHaveProperty('refused');
  });

  it.each([TAG.compromised, TAG.disableFirst])('the delivery of a current key that has leaked, by %s', (tag) => {
    expect(plan({ does: 'deliver', tags: { [tag]: tagOf(newer, day(92, -MINUTE)) } })).toMatchObject({
      refused: 'held-back',
      message: expect.stringContaining(newer.accessKeyId),
    });
    expect(plan({ does: 'deliver', tags: { [tag]: tagOf(older, day(92, -MINUTE)) } })).not.toHaveProperty('refused');
  });
});
