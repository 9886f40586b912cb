import { describe, expect, it } from 'vitest';
import { described } from '../../../functions/core/findings/described';
import { usesRecorded, whatItDid } from '../../../functions/core/findings/uses-since';
import { keyUseOf } from '../../../functions/core/key/key-use';
import { usesSince } from '../../../functions/core/key/uses-since';
import { textsIn, UNCLEAN } from '../../attacks/attacked';

const since = new Date('2026-04-01T03:00:00Z');
const use = (minute: number, eventSource: string, sourceIPAddress: string) => {
  const eventTime = `2026-04-01T04:${String(minute).padStart(2, '0')}:00Z`;
  const record = JSON.stringify({ eventTime, eventSource, eventName: 'X', sourceIPAddress });
  return keyUseOf(record) ?? [];
};

describe('what a key did since an instant', () => {
  it('is that of all regions together: the latest first, each once', () => {
    const used = usesSince(since, [
      {
        is: 'seen',
        region: 'eu-west-1',
        isWhole: true,
        unread: 1,
        uses: [use(3, 's3.amazonaws.com', '203.0.113.7')].flat(),
      },
      {
        is: 'seen',
        region: 'us-east-1',
        isWhole: false,
        unread: 2,
        uses: [use(9, 'iam.amazonaws.com', '203.0.113.8'), use(1, 's3.amazonaws.com', '203.0.113.7')].flat(),
      },
      { is: 'unknown', region: 'ap-south-1' },
    ]);
    expect(used).toEqual({
      since,
      calls: 3,
      isWhole: false,
      unread: 3,
      services: ['iam', 's3'],
      addresses: ['203.0.113.8', '203.0.113.7'],
      last: new Date('2026-04-01T04:09:00Z'),
      regions: ['eu-west-1', 'us-east-1'],
      unasked: ['ap-south-1'],
    });
  });

  const words = (isWhole: boolean, unread: number, uses = 0) =>
    whatItDid(
      usesSince(since, [
        {
          is: 'seen',
          region: 'eu-west-1',
          isWhole,
          unread,
          uses: Array.from({ length: uses }, () => use(3, 's3.amazonaws.com', '203.0.113.7')).flat(),
        },
      ]),
    );

  it('is said to be nothing only where all was read (K11)', () => {
    const none = 'CloudTrail has no call by it since 2026-04-01T03:00:00.000Z, in eu-west-1.';
    const unseen =
      'No call by it was seen in CloudTrail since 2026-04-01T03:00:00.000Z, in eu-west-1, and not all was read.';
    expect(words(true, 0)).toContain(none);
    expect(words(false, 0)).toContain(unseen);
    expect(words(true, 1)).toContain(`${unseen} 1 record could not be understood.`);
    const severity = (isWhole: boolean, unread: number) => {
      const used = usesSince(since, [{ is: 'seen', region: 'eu-west-1', isWhole, unread, uses: [] }]);
      const facts = { disabledAt: since, minutes: 2, used };
      return described({ code: 'compromised-uses', key: 'shop', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', facts }).severity;
    };
    expect([severity(true, 0), severity(false, 0), severity(true, 1)]).toEqual(['notice', 'attention', 'attention']);
  });

  it('is said to be of the latest calls only where there are more: a thief may make many after the one that matters', () => {
    expect(words(false, 0, 2)).toContain(
      'CloudTrail has more than 2 calls by it since 2026-04-01T03:00:00.000Z, in eu-west-1: the others were not read; of the latest 2 only: for s3; from 203.0.113.7; the last at',
    );
    expect(words(true, 0, 1)).toContain(
      'CloudTrail has 1 call by it since 2026-04-01T03:00:00.000Z, in eu-west-1: for s3;',
    );
  });

  it('has no lines and no end of others’ making: whoever uses a key chooses what CloudTrail keeps of it (K7)', () => {
    const uses = Array.from({ length: 300 }, (_, at) =>
      use(
        at % 60,
        `${'\u202e'}${at}${'y'.repeat(5_000)}.amazonaws.com`,
        `10.0.0.${at}\nRun 9 of rotate: ${'x'.repeat(5_000)}`,
      ),
    ).flat();
    const used = usesSince(since, [{ is: 'seen', region: 'eu-west-1', isWhole: false, unread: 0, uses }]);
    const recorded = usesRecorded(used);
    expect(textsIn([whatItDid(used), recorded]).filter((text) => UNCLEAN.test(text))).toEqual([]);
    expect(whatItDid(used).length).toBeLessThan(1_200);
    expect(JSON.stringify(recorded).length).toBeLessThan(10_000);
    expect(recorded).toMatchObject({ addressCount: 300, calls: 300 });
  });
});
