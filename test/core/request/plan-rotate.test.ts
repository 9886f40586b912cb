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

describe('what is said of steps that fetch a key from a provider, which are given none that has leaked (K14)', () => {
  const wordsOf = (given: Given) => {
    const shown = plan(given);
    return 'words' in shown ? shown.words : expect.fail(shown.message);
  };

  it.each(['compromised', 'disable-first'] as const)(
    '%s of the current key: nothing, until another one is current',
    (does) => {
      expect(wordsOf({ does })).toContain(
        'From now on a step that fetches it from a provider gets nothing (403), until another key is current.',
      );
    },
  );

  it.each(['compromised', 'disable-first'] as const)('%s of the key before: they feel nothing', (does) => {
    expect(wordsOf({ does, accessKey: older.accessKeyId })).not.toContain('provider');
  });
});

describe('what is said while a second key exists (K14)', () => {
  const inactive = { [TAG.deactivated]: tagOf(older, day(91)) };
  const alone = secretOf([versionOf(newer, 'AWSCURRENT', DELIVERED)]);
  const wordsOf = (given: Given) => {
    const shown = plan(given);
    return 'words' in shown ? shown.words : expect.fail(shown.message);
  };

  it.each<[string, SecretState['tags'], string]>([
    ['in its overlap', {}, `${older.accessKeyId}, the key before it, is stored too`],
    ['Inactive', inactive, `${older.accessKeyId}, the key before it, is Inactive since ${day(91).toISOString()}`],
  ])('a rotation is made only if there is room: the key before is %s', (_what, tags, said) => {
    const words = wordsOf({ does: 'rotate', tags });
    expect(words).toContain(said);
    expect(words).toContain(
      'If IAM still lists it, there is no room for a new key, and nothing is made: the finding two-keys',
    );
    expect(words).toContain('is rotated now, if there is room.');
  });

  it('a rotation with nothing beside the current key is said as it is', () => {
    const words = wordsOf({ does: 'rotate', secret: alone });
    expect(words).toContain('is rotated now. A new access key is made');
    expect(words).toContain('If its IAM user has a second access key, such as one from before Keyturn');
    expect(wordsOf({ does: 'rotate', now: day(150) })).toContain('is rotated now. ');
  });

  it.each(['compromised', 'disable-first'] as const)('%s: the key before takes its place, if it works', (does) => {
    const words = wordsOf({ does });
    expect(words).toContain(
      `If IAM still lists ${older.accessKeyId} as Active, there is no room for a new key: then that one is made current and delivered, and the new one follows when there is room.`,
    );
  });

  it.each(['compromised', 'disable-first'] as const)(
    '%s: nothing takes its place while the key before is Inactive',
    (does) => {
      const words = wordsOf({ does, tags: inactive });
      expect(words).toContain(
        `If IAM still lists ${older.accessKeyId}, which is Inactive since ${day(91).toISOString()}, there is no room`,
      );
      expect(words).toContain('two-keys');
      expect(words).toContain(`delete ${older.accessKeyId}`);
    },
  );

  it.each(['compromised', 'disable-first'] as const)(
    '%s with nothing beside the current key is said as it is',
    (does) => {
      expect(wordsOf({ does, secret: alone })).not.toContain(older.accessKeyId);
    },
  );

  it('a rotation of a key that is not delivered says what to do where its access key is gone', () => {
    const undelivered = secretOf([versionOf(newer, 'AWSCURRENT')]);
    expect(plan({ does: 'rotate', secret: undelivered })).toMatchObject({
      refused: 'not-delivered',
      message: expect.stringContaining('If somebody has deleted it or made it Inactive, the next daily run of rotate'),
    });
  });
});
