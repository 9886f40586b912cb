import { describe, expect, it } from 'vitest';
import { parseCredentialReport } from '../../functions/aws/credential-report';
import { createIam } from '../../functions/aws/iam';
import { newScene } from '../support/dispose';

const AT = new Date('2026-06-01T00:00:00Z');
const HEADER = 'user,arn,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated';

const report = (...lines: readonly string[]) => parseCredentialReport([HEADER, ...lines].join('\n'), AT);
const keysOf = (line: string) => report(line).users.get('ci')?.keys;

describe('a line of the credential report', () => {
  it.each([
    [
      'two keys',
      'ci,a,true,2026-01-02T03:04:05+00:00,false,2026-05-06T07:08:09Z',
      [
        { active: true, changedAt: new Date('2026-01-02T03:04:05Z') },
        { active: false, changedAt: new Date('2026-05-06T07:08:09Z') },
      ],
    ],
    [
      'a key in the second slot only',
      'ci,a,false,N/A,true,2026-01-02T03:04:05+00:00',
      [{ active: true, changedAt: new Date('2026-01-02T03:04:05Z') }],
    ],
    ['no key', 'ci,a,false,N/A,false,N/A', []],
    [
      'an active key whose date is not known',
      'ci,a,true,no_information,false,not_supported',
      [{ active: true, changedAt: undefined }],
    ],
    ['a date that is none', 'ci,a,true,2026-99-99T00:00:00Z,false,N/A', [{ active: true, changedAt: undefined }]],
    ['a cut line', 'ci,a,true', [{ active: true, changedAt: undefined }]],
  ])('tells of %s', (_what, line, keys) => {
    expect(keysOf(line)).toEqual(keys);
  });

  it('may quote a user name with commas and quotes in it', () => {
    const { users } = report(
      '"ci,eu=west+1@example.com",a,true,2026-01-01T00:00:00Z,false,N/A',
      '"say ""hi""",a,false,N/A,false,N/A',
      'ci,a,false,N/A,false,N/A',
    );
    expect([...users.keys()]).toEqual(['ci,eu=west+1@example.com', 'say "hi"', 'ci']);
    expect(users.get('ci,eu=west+1@example.com')?.keys).toHaveLength(1);
  });
});

describe('a credential report', () => {
  it('is read by the names of its columns, in whatever order and among however many they come', () => {
    const csv = [
      'additional_credentials_info,access_key_2_last_rotated,access_key_2_active,user,access_key_1_active,new,access_key_1_last_rotated',
      '"{""a"": 1, ""b"": 2}",N/A,false,ci,true,x,2026-01-01T00:00:00Z',
    ].join('\r\n');
    expect(parseCredentialReport(`${csv}\r\n`, AT)).toEqual({
      generatedAt: AT,
      users: new Map([['ci', { user: 'ci', keys: [{ active: true, changedAt: new Date('2026-01-01T00:00:00Z') }] }]]),
    });
  });

  it.each([
    ['arn:aws:iam::111122223333:user/ci', '/'],
    ['arn:aws:iam::111122223333:user/pipelines/ci', '/pipelines/'],
    ['arn:aws-us-gov:iam::111122223333:user/a/b/ci', '/a/b/'],
    ['arn:aws:iam::111122223333:root', undefined],
    ['', undefined],
  ])('has the path of a user in its ARN (%s)', (arn, path) => {
    expect(report(`ci,${arn},false,N/A,false,N/A`).users.get('ci')?.path).toBe(path);
  });

  it.each([
    'user',
    'access_key_1_active',
    'access_key_1_last_rotated',
    'access_key_2_active',
    'access_key_2_last_rotated',
  ])('without the column %s is an error that names it', (column) => {
    const csv = HEADER.split(',')
      .filter((name) => name !== column)
      .join(',');
    expect(() => parseCredentialReport(csv, AT)).toThrow(`no column ${column}`);
  });

  it('that is empty is an error, and one without users is none', () => {
    expect(() => parseCredentialReport('', AT)).toThrow('no column user');
    expect(report().users.size).toBe(0);
  });
});

it('comes over HTTP as soon as IAM has finished it, and fits the keys of the account', async () => {
  const scene = await newScene({ credentialReportTime: 3_000 });
  scene.addUser('ci-shop');
  const { CreateDate } = scene.createKey('ci-shop');
  const iam = createIam();
  expect(await iam.credentialReport()).toBeUndefined();
  expect(await iam.credentialReport()).toBeUndefined();
  scene.clock.advanceBy(3_000);
  const known = await iam.credentialReport();
  expect(known?.users.get('ci-shop')?.keys).toEqual([{ active: true, changedAt: CreateDate }]);
  expect(known?.users.has('<root_account>')).toBe(true);
});
