import { describe, expect, it } from 'vitest';
import { createAccountKeys, parseFullCredentialReport } from '../../functions/aws/account-keys';
import { CREDENTIAL_REPORT_COLUMNS } from '../../local/account/credential-report';
import { newScene } from '../support/dispose';

const AT = new Date('2026-06-01T00:00:00Z');
const CREATED = '2026-01-02T03:04:05+00:00';

/** A line by column; what is not given is `N/A`. */
function line(
  fields: Readonly<Record<string, string>>,
  columns: readonly string[] = CREDENTIAL_REPORT_COLUMNS,
): string {
  const usual: Record<string, string> = {
    user: 'ci',
    arn: 'arn:ci',
    access_key_1_active: 'false',
    access_key_2_active: 'false',
  };
  return columns.map((column) => fields[column] ?? usual[column] ?? 'N/A').join(',');
}

function parse(...lines: readonly string[]) {
  return parseFullCredentialReport([CREDENTIAL_REPORT_COLUMNS.join(','), ...lines].join('\n'), AT);
}

const keysOf = (fields: Readonly<Record<string, string>>) => parse(line(fields)).principals[0]?.keys;
const first = { access_key_1_active: 'true', access_key_1_last_rotated: CREATED };

describe('a line of the whole credential report', () => {
  it('tells of both slots when a key was created and what it was used for last', () => {
    const second = {
      access_key_2_active: 'false',
      access_key_2_last_rotated: '2025-01-01T00:00:00Z',
      access_key_2_last_used_date: '2026-05-01T00:00:00Z',
      access_key_2_last_used_region: 'eu-west-1',
      access_key_2_last_used_service: 's3',
    };
    expect(keysOf({ ...first, ...second })).toEqual([
      { slot: 1, active: true, createdAt: new Date('2026-01-02T03:04:05Z'), lastUsed: 'never' },
      {
        slot: 2,
        active: false,
        createdAt: new Date('2025-01-01T00:00:00Z'),
        lastUsed: new Date('2026-05-01T00:00:00Z'),
        lastUsedRegion: 'eu-west-1',
        lastUsedService: 's3',
      },
    ]);
  });

  it.each([
    ['N/A', 'never'],
    ['no_information', 'unknown'],
    ['not_supported', 'unknown'],
    ['yesterday', 'unknown'],
    ['', 'unknown'],
  ])('whose last use is %j means %s', (field, lastUsed) => {
    expect(keysOf({ ...first, access_key_1_last_used_date: field })?.[0]?.lastUsed).toBe(lastUsed);
  });

  it.each(['N/A', 'no_information', 'not_supported', '2026-99-99'])(
    'of an active key with the creation %j says that it is not known',
    (field) => {
      expect(keysOf({ ...first, access_key_1_last_rotated: field })).toEqual([
        { slot: 1, active: true, createdAt: undefined, lastUsed: 'never' },
      ]);
    },
  );

  it('takes a slot for empty only where the report says so', () => {
    expect(keysOf({})).toEqual([]);
    expect(keysOf({ access_key_1_active: 'not_supported', access_key_1_last_rotated: 'not_supported' })).toEqual([]);
    expect(keysOf({ access_key_1_last_rotated: 'no_information' })).toMatchObject([{ active: false }]);
  });

  it('takes a key that may be active for one that is', () => {
    expect(keysOf({ ...first, access_key_1_active: 'no_information' })).toMatchObject([{ active: true }]);
  });

  it("is root's own, and users may call themselves what they like", () => {
    const root = { user: '<root_account>', arn: 'arn:aws:iam::111122223333:root', ...first };
    const { principals } = parse(
      line(root),
      line({ user: '"ci,eu=west+1@example.com"' }),
      line({ user: '"<script>""x"' }),
    );
    expect(principals).toMatchObject([
      { user: '<root_account>', isRoot: true, keys: [{ slot: 1, active: true }] },
      { user: 'ci,eu=west+1@example.com', isRoot: false, keys: [] },
      { user: '<script>"x', isRoot: false },
    ]);
  });
});

describe('the whole credential report', () => {
  it('names the columns that it does not know, and finds the others in whatever order', () => {
    const columns = ['access_key_3_active', ...[...CREDENTIAL_REPORT_COLUMNS].reverse(), 'passkeys'];
    const report = parseFullCredentialReport(`${columns.join(',')}\r\n${line(first, columns)}\r\n`, AT);
    expect(report.unknownColumns).toEqual(['access_key_3_active', 'passkeys']);
    expect(report.principals).toEqual(parse(line(first)).principals);
    expect(parse(line(first)).unknownColumns).toEqual([]);
  });

  it.each(CREDENTIAL_REPORT_COLUMNS.filter((name) => /^(user|arn|access_key_.*)$/.test(name)))(
    'without the column %s is an error that names it',
    (column) => {
      const columns = CREDENTIAL_REPORT_COLUMNS.filter((name) => name !== column);
      expect(() => parseFullCredentialReport(`${columns.join(',')}\n${line({}, columns)}`, AT)).toThrow(
        `is not whole: it has no column ${column}`,
      );
    },
  );

  it.each([
    ['is empty', '', /it has no column user/],
    ['has no line', CREDENTIAL_REPORT_COLUMNS.join(','), /it has no line, and root has one/],
    [
      'is cut in a line',
      `${CREDENTIAL_REPORT_COLUMNS.join(',')}\n${line({})}\n${line({ user: 'cut' }).split(',').slice(0, 9).join(',')}`,
      /the line of cut ends before the column access_key_1_last_rotated/,
    ],
    [
      'has a line of nobody',
      `${CREDENTIAL_REPORT_COLUMNS.join(',')}\n${line({})}\n${line({ user: '' })}`,
      /line 3 has no user/,
    ],
  ])('that %s is an error: of a part of it nothing can be proved', (_what, csv, message) => {
    expect(() => parseFullCredentialReport(csv, AT)).toThrow(message);
  });

  it('comes over HTTP, with every user of a large account', async () => {
    const scene = await newScene();
    for (let index = 0; index < 300; index += 1) scene.addUser(`ci-${index}`);
    const { CreateDate } = scene.createKey('ci-7');
    const accountKeys = createAccountKeys();
    await accountKeys.credentialReport();
    const report = await accountKeys.credentialReport();
    expect(report?.principals).toHaveLength(301);
    expect(report?.principals.filter(({ keys }) => keys.length > 0)).toMatchObject([
      { user: 'ci-7', keys: [{ slot: 1, active: true, createdAt: CreateDate, lastUsed: 'never' }] },
    ]);
  });
});
