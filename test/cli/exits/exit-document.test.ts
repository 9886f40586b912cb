import { describe, expect, it } from 'vitest';
import { exitDocument } from '../../../cli/exits/exit-document';
import type { SeenExit, SeenKey } from '../../../cli/exits/seen';
import { bitbucketHost } from '../../../functions/core/hosts/bitbucket';
import { keyCallOf } from '../../../functions/core/key/key-call';

const PLACE = { partition: 'aws', account: '111122223333' };
const PIPELINE = '34.199.54.113';
const TARGET = bitbucketHost.target.parse({
  type: 'bitbucket-deployment',
  connection: 'acme',
  repository: 'acme/shop',
  environment: 'Production',
});
const isPipelines = (address: string) => address === PIPELINE;
const at = (day: number, time = '12:00:00') => new Date(`2026-03-${String(day).padStart(2, '0')}T${time}Z`);

function call(service: string, eventName: string, day = 10, more: Record<string, unknown> = {}) {
  const read = keyCallOf(
    JSON.stringify({
      eventTime: at(day).toISOString(),
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: 'eu-west-1',
      sourceIPAddress: PIPELINE,
      userAgent: 'aws-cli/2.15.30 os/linux#5.15.0',
      ...more,
    }),
  );
  if (read === undefined) throw new Error('no call');
  return read;
}

const proof = call('sts', 'GetCallerIdentity', 11, { userAgent: 'aws-sdk-js/3 app/keyturn' });

function decided(
  key: Partial<SeenKey>,
  more: Partial<SeenExit> = {},
  ...addresses: [typeof isPipelines | undefined] | []
) {
  const seen: SeenExit = {
    id: 'shop',
    user: 'ci-shop',
    targets: [TARGET],
    readers: [],
    keys: [{ accessKeyId: 'AKIAEXAMPLE', is: 'current', calls: [], ...key }],
    readBack: at(1),
    since: at(1),
    regions: ['eu-west-1', 'us-east-1'],
    ...more,
  };
  return exitDocument(seen, PLACE, addresses.length === 0 ? isPipelines : addresses[0]);
}

const used = (service: string, day: number, time?: string) => ({ at: at(day, time), service, region: 'eu-west-1' });

describe('what cannot be seen', () => {
  it.each([
    ['as the last call', used('ecr', 10)],
    // IAM has no seconds.
    ['in the minute of the last call', used('ecr', 10, '12:01:00')],
    ['before the history', { at: new Date('2026-02-01T00:00:00Z'), service: 's3' }],
    ['never', { at: undefined }],
  ])('is nothing where IAM saw it used %s', (_says, lastUsed) => {
    const { role, provider, unseen } = decided({ calls: [call('ecr', 'PutImage')], lastUsed });
    expect({ role, provider, unseen }).toEqual({ role: 'yes', provider: 'yes', unseen: [] });
  });

  it("is nothing where it was Keyturn's own proof", () => {
    const calls = [proof, call('ecr', 'PutImage')];
    expect(decided({ calls, lastUsed: used('sts', 11) })).toMatchObject({ role: 'yes', unseen: [] });
  });

  it.each([
    ['at a service that the history has nothing of', used('s3', 9), 'at s3 in eu-west-1 on 2026-03-09'],
    ['after the last call', used('ecr', 12), 'at ecr in eu-west-1 on 2026-03-12'],
    ['at STS after the last call', used('sts', 12), 'at sts in eu-west-1 on 2026-03-12'],
  ])('makes it a guess, whatever addresses say: IAM saw it used %s', (_says, lastUsed, says) => {
    const { role, provider, unseen } = decided({ calls: [call('ecr', 'PutImage')], lastUsed });
    expect({ role, provider }).toEqual({ role: 'perhaps', provider: 'perhaps' });
    expect(unseen).toEqual([expect.stringContaining(says)]);
  });

  it('is who used it before the latest calls, where only these were read: a guess, and no verdict where that is not known', () => {
    const calls = [call('ecr', 'PutImage')];
    const cut = decided({ calls }, { readBack: at(9) });
    expect(cut).toMatchObject({ role: 'perhaps', provider: 'perhaps', isWhole: false });
    expect(cut.unseen).toEqual([
      'Only its latest 1 calls were read, all of them since 2026-03-09: who used it before is not known.',
    ]);
    expect(cut.gaps.join(' ')).toContain('what is missing is not in the policy');
    expect(decided({ calls }, { readBack: undefined })).toMatchObject({ role: 'unknown', unseen: [] });
    expect(decided({ calls: [] }, { readBack: at(9) })).toMatchObject({ role: 'unknown' });
  });

  it('is who uses a key that was made by hand, and that blocks', () => {
    const calls = [call('ecr', 'PutImage')];
    const hand = { accessKeyId: 'AKIAHAND', is: 'foreign' as const, calls: [], lastUsed: used('s3', 9) };
    const { blockers } = decided({}, { keys: [{ accessKeyId: 'AKIAEXAMPLE', is: 'current', calls }, hand] });
    expect(blockers.map(({ code }) => code)).toEqual(['foreign-key']);
  });

  it('is named: what events are in no history, which regions were asked, who else may know the user', () => {
    const gaps = decided({ calls: [call('ecr', 'PutImage')] }).gaps.join('\n');
    expect(gaps).toMatch(/no data events.*whoever does nothing else is not among those who use the key/);
    expect(gaps).toMatch(/Only eu-west-1, us-east-1 were asked/);
    expect(gaps).toMatch(/name the user.*SMTP password.*URL/);
    expect(gaps).not.toContain('tags');
  });

  it('is a right to tag, beside the call that has tags', () => {
    const calls = [
      call('lambda', 'CreateFunction20150331', 10, { requestParameters: { functionName: 'a', tags: { a: 'b' } } }),
      call('ec2', 'RunInstances', 10, { requestParameters: { tagSpecificationSet: { items: [] } } }),
      call('sts', 'AssumeRole', 10, { requestParameters: { roleArn: 'arn:aws:iam::1:role/a', tags: [] } }),
      call('ecr', 'TagResource', 10, { requestParameters: { tags: [] } }),
    ];
    expect(decided({ calls }).gaps).toContainEqual(
      expect.stringMatching(/^ec2:RunInstances, lambda:CreateFunction .*lambda:TagResource/),
    );
  });
});

describe('who is a pipeline, without their addresses', () => {
  const by = (userAgent: string) => decided({ calls: [call('ecr', 'PutImage', 10, { userAgent })] }, {}, undefined);

  it.each([
    ['macOS', 'aws-cli/2.15.30 os/macos#23.1.0'],
    ['Windows', 'aws-cli/1.2 Python/3 Windows/10'],
  ])('is a guess of an agent on %s: runners are there too, and what it called may be a desktop', (name, agent) => {
    const { role, blockers, clients, gaps } = by(agent);
    expect({ role, blockers }).toEqual({ role: 'perhaps', blockers: [] });
    expect(clients).toMatchObject([
      { is: 'perhaps', by: `a guess: an agent on ${name}, as of a desktop or a runner of your own` },
    ]);
    expect(gaps.join(' ')).toContain('What agents on macOS and Windows called is in it');
    const known = decided({ calls: [call('ecr', 'PutImage', 10, { userAgent: agent })] });
    expect(known).toMatchObject({ role: 'yes', clients: [{ is: 'pipeline' }] });
    expect(known.gaps.join(' ')).not.toContain('macOS');
  });

  it.each(['(Macintosh; Intel Mac OS X 10_15_7)', '(Windows NT 10.0)', '(X11; Linux x86_64)'])(
    'is none that is a browser: %s',
    (on) => {
      expect(by(`Mozilla/5.0 ${on}`)).toMatchObject({ role: 'no', blockers: [{ code: 'other-client' }] });
    },
  );
});

describe('what blocks', () => {
  const assumed = (requestParameters: object, more = {}) =>
    call('sts', 'AssumeRole', 10, {
      requestParameters: { roleArn: 'arn:aws:iam::1:role/a', ...requestParameters },
      ...more,
    });

  it.each([
    ['a session of an hour', [assumed({ durationSeconds: 3600 })], []],
    ['a session of the usual length', [assumed({})], []],
    ['a longer one that was refused', [assumed({ durationSeconds: 7200 }, { errorCode: 'AccessDenied' })], []],
    ['a longer one', [assumed({ durationSeconds: 3601 })], ['chained-session']],
    ['a call that takes a key', [call('sts', 'GetSessionToken')], ['key-only-call']],
  ])('a role: %s', (_says, calls, codes) => {
    const { blockers, role, provider } = decided({ calls });
    expect(blockers.map(({ code }) => code)).toEqual(codes);
    expect(role).toBe(codes.length === 0 ? 'yes' : 'no');
    // A provider's rule with "keys" gives the key itself, which is refused neither.
    expect(provider).toBe('yes');
    for (const { blocks } of blockers) expect(blocks).toEqual(['role']);
  });

  it('both: a client that is no pipeline; a role alone: somebody who reads the secret', () => {
    const calls = [call('ecr', 'PutImage', 10, { sourceIPAddress: '198.51.100.7' })];
    expect(decided({ calls })).toMatchObject({
      role: 'no',
      provider: 'no',
      blockers: [{ code: 'other-client', blocks: ['role', 'provider'] }],
    });
    const readers = ['arn:aws:iam::111122223333:role/Bitbucket'];
    expect(decided({ calls: [call('ecr', 'PutImage')] }, { readers })).toMatchObject({
      role: 'no',
      provider: 'yes',
      blockers: [{ code: 'reader', blocks: ['role'] }],
    });
  });
});
