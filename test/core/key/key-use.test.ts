import { describe, expect, it } from 'vitest';
import { keyUsers } from '../../../functions/core/findings/key-users';
import { keyUseOf } from '../../../functions/core/key/key-use';

const record = (more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    eventTime: '2026-04-10T03:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
    sourceIPAddress: '203.0.113.7',
    userAgent: '[aws-cli/2.17]',
    ...more,
  });

describe("a use of a key, by CloudTrail's record", () => {
  it('has its service, address and client', () => {
    expect(keyUseOf(record())).toEqual({
      at: new Date('2026-04-10T03:00:00Z'),
      service: 's3',
      from: '203.0.113.7',
      agent: '[aws-cli/2.17]',
      isProof: false,
    });
  });

  it.each([
    ['GetCallerIdentity', 'sts.amazonaws.com', 'aws-sdk-js/3.9 app/keyturn', true],
    ['GetCallerIdentity', 'sts.amazonaws.com', 'aws-cli/2.17', false],
    ['ListBuckets', 's3.amazonaws.com', 'aws-sdk-js/3.9 app/keyturn', false],
    ['GetCallerIdentity', 's3.amazonaws.com', 'aws-sdk-js/3.9 app/keyturn', false],
    ['AssumeRole', 'sts.amazonaws.com', 'aws-sdk-js/3.9 app/keyturn', false],
  ])('is a proof only as Keyturn makes them: %s at %s by %s', (eventName, eventSource, userAgent, isProof) => {
    expect(keyUseOf(record({ eventName, eventSource, userAgent }))?.isProof).toBe(isProof);
  });

  it.each([
    ['s3.amazonaws.com', 's3'],
    ['s3.amazonaws.com.cn', 's3'],
    ['s3.amazonaws.com.example', 's3.amazonaws.com.example'],
    ['s3-amazonaws-com', 's3-amazonaws-com'],
  ])('calls the service %s by the name %s', (eventSource, service) => {
    expect(keyUseOf(record({ eventSource }))?.service).toBe(service);
  });

  it('holds no foreign lines, and no more of them than fits a sentence', () => {
    const use = keyUseOf(record({ userAgent: `curl\n\nPay here:\u202e ${'x'.repeat(500)}` }));
    expect(use?.agent).not.toMatch(/[\n\u202e]/);
    expect(use?.agent.length).toBeLessThanOrEqual(60);
  });

  it.each(['', 'null', '{}', record({ eventTime: 'yesterday' }), record({ userAgent: 7 })])('is none in %s', (text) => {
    expect(keyUseOf(text)).toBeUndefined();
  });
});

describe('what uses a key', () => {
  const use = (from: string, service: string) => ({ at: new Date(0), service, from, agent: 'curl', isProof: false });

  it('is told by client, each once, and no more than three', () => {
    const uses = [
      use('192.0.2.1', 's3'),
      use('192.0.2.1', 'sts'),
      ...[2, 3, 4, 5].map((n) => use(`192.0.2.${n}`, 'ec2')),
    ];
    expect(keyUsers({ is: 'seen', uses })).toBe(
      ' CloudTrail saw it used from 192.0.2.1 (curl) for s3, sts; from 192.0.2.2 (curl) for ec2; ' +
        'from 192.0.2.3 (curl) for ec2, and 2 more.',
    );
  });

  it('is told as not seen, as not asked, or not at all', () => {
    expect(keyUsers({ is: 'none' })).toContain('has no use of it');
    expect(keyUsers({ is: 'unknown' })).toContain('could not be asked');
    expect(keyUsers(undefined)).toBe('');
  });
});
