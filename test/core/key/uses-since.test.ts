import { describe, expect, it } from 'vitest';
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
      { is: 'seen', region: 'eu-west-1', isWhole: true, uses: [use(3, 's3.amazonaws.com', '203.0.113.7')].flat() },
      {
        is: 'seen',
        region: 'us-east-1',
        isWhole: false,
        uses: [use(9, 'iam.amazonaws.com', '203.0.113.8'), use(1, 's3.amazonaws.com', '203.0.113.7')].flat(),
      },
      { is: 'unknown', region: 'ap-south-1' },
    ]);
    expect(used).toEqual({
      since,
      calls: 3,
      isWhole: false,
      services: ['iam', 's3'],
      addresses: ['203.0.113.8', '203.0.113.7'],
      last: new Date('2026-04-01T04:09:00Z'),
      regions: ['eu-west-1', 'us-east-1'],
      unasked: ['ap-south-1'],
    });
  });

  it('has no lines and no end of others’ making: whoever uses a key chooses what CloudTrail keeps of it (K7)', () => {
    const uses = Array.from({ length: 300 }, (_, at) =>
      use(
        at % 60,
        `${'\u202e'}${at}${'y'.repeat(5_000)}.amazonaws.com`,
        `10.0.0.${at}\nRun 9 of rotate: ${'x'.repeat(5_000)}`,
      ),
    ).flat();
    const used = usesSince(since, [{ is: 'seen', region: 'eu-west-1', isWhole: false, uses }]);
    const recorded = usesRecorded(used);
    expect(textsIn([whatItDid(used), recorded]).filter((text) => UNCLEAN.test(text))).toEqual([]);
    expect(whatItDid(used).length).toBeLessThan(1_200);
    expect(JSON.stringify(recorded).length).toBeLessThan(10_000);
    expect(recorded).toMatchObject({ addressCount: 300, calls: 300 });
  });
});
