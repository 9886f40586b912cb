import { describe, expect, it } from 'vitest';
import {
  allOf,
  always,
  auditEvents,
  type Commands,
  type Concerned,
  lastUses,
  ofAccessKey,
  ofSecret,
  ofUser,
  quoted,
  registryHistory,
  replaceToken,
  start,
  startAgain,
  withoutTag,
} from '../../../functions/core/findings/commands';
import { FINDINGS } from '../../../functions/core/findings/findings';

const concerned: Concerned = {
  findings: [
    { user: 'ci-shop', accessKeyId: 'AKIASHOP', connection: { name: 'acme', secret: 'keyturn/connections/acme' } },
    { user: 'ci blog', accessKeyId: 'AKIA$BLOG', connection: { name: 'acme', secret: 'keyturn/connections/acme' } },
    { user: 'nobody' },
    { accessKeyId: 'AKIANONE' },
    { connection: { name: 'beta', secret: "b'eta" } },
  ],
  keys: ['shop', 'blog'],
  many: false,
  region: 'eu-west-1',
  run: 'run-1',
  function: 'rotate',
  functionName: 'Keyturn-Rotate-1A',
};
const none: Concerned = { ...concerned, findings: [], keys: [] };

const invoke = (name: string, payload: string) =>
  `aws lambda invoke --region eu-west-1 --function-name ${name} --payload ${payload} ` +
  '--cli-binary-format raw-in-base64-out --cli-read-timeout 910 /dev/stdout';
const nameOf = (output: string) =>
  `"$(aws cloudformation describe-stacks --region eu-west-1 --output text --query ` +
  `"Stacks[].Outputs[] | [?OutputKey=='${output}'].OutputValue | [0]")"`;
const logs = (pattern: string) =>
  `aws logs filter-log-events --region eu-west-1 --log-group-name /keyturn/audit --start-time ` +
  `"$(( ($(date +%s) - 86400) * 1000 ))" --filter-pattern '${pattern}' --query 'events[].message' --output text`;
const listUses = (user: string) =>
  `aws iam list-access-keys --user-name ${user} --query 'AccessKeyMetadata[].AccessKeyId' --output text | ` +
  String.raw`tr '\t' '\n' | xargs -n 1 aws iam get-access-key-last-used --access-key-id`;
const store = (secret: string) =>
  `read -rs TOKEN && printf '{"accessToken":"%s"}' "$TOKEN" | aws secretsmanager put-secret-value --region eu-west-1 ` +
  `--secret-id ${secret} --secret-string file:///dev/stdin; unset TOKEN`;
const ends = (secret: string) =>
  `read -r END && aws secretsmanager tag-resource --region eu-west-1 --secret-id ${secret} ` +
  '--tags "Key=keyturn:expires,Value=$END"';

it.each<[string, () => Commands, readonly string[], forNothing: readonly string[]]>([
  [
    'starting the function that found it',
    () => start('rotate', 'Go'),
    [invoke('Keyturn-Rotate-1A', `'{"keys":["shop","blog"]}'`)],
    [invoke('Keyturn-Rotate-1A', "'{}'")],
  ],
  [
    'starting another function',
    () => start('sync', 'Go'),
    [invoke(nameOf('SyncFunctionName'), `'{"keys":["shop","blog"]}'`)],
    [invoke(nameOf('SyncFunctionName'), "'{}'")],
  ],
  [
    'starting it again for everything',
    () => startAgain('Go'),
    [invoke('Keyturn-Rotate-1A', "'{}'")],
    [invoke('Keyturn-Rotate-1A', "'{}'")],
  ],
  [
    'the users',
    () => ofUser('Go', (user) => `get-user --user-name ${user}`),
    ['ci-shop', "'ci blog'", 'nobody'].map((user) => `aws iam get-user --user-name ${user}`),
    [],
  ],
  [
    'the access keys of users that are known',
    () => ofAccessKey('Go', (id, user) => `aws iam x ${id} ${user}`),
    ['aws iam x AKIASHOP ci-shop', "aws iam x 'AKIA$BLOG' 'ci blog'"],
    [],
  ],
  [
    'the secrets',
    () => ofSecret('Go', 'describe-secret', ' --query ARN'),
    ['shop', 'blog'].map(
      (id) => `aws secretsmanager describe-secret --region eu-west-1 --secret-id keyturn/${id} --query ARN`,
    ),
    [],
  ],
  [
    'the secrets, and nothing more of them',
    () => ofSecret('Go', 'restore-secret'),
    ['shop', 'blog'].map((id) => `aws secretsmanager restore-secret --region eu-west-1 --secret-id keyturn/${id}`),
    [],
  ],
  [
    'a tag of the secrets',
    () => withoutTag('Go', 'keyturn:paused'),
    ['shop', 'blog'].map(
      (id) =>
        `aws secretsmanager untag-resource --region eu-west-1 --secret-id keyturn/${id} --tag-keys keyturn:paused`,
    ),
    [],
  ],
  [
    'the registry',
    () => registryHistory('Go'),
    ['shop', 'blog'].map((id) => `aws ssm get-parameter-history --region eu-west-1 --name /keyturn/keys/${id}`),
    [],
  ],
  ['the last uses', () => lastUses, [listUses('ci-shop'), listUses("'ci blog'"), listUses('nobody')], []],
  [
    'events of one name',
    () => auditEvents('Go', 'target-failed'),
    [logs('{ $.event = "target-failed" }')],
    [logs('{ $.event = "target-failed" }')],
  ],
  ['events of the run', () => auditEvents('Go'), [logs('{ $.run = "run-1" }')], [logs('{ $.run = "run-1" }')]],
  [
    'the tokens, each once',
    () => replaceToken,
    ['keyturn/connections/acme', String.raw`'b'\''eta'`].flatMap((secret) => [store(secret), ends(secret)]),
    [],
  ],
  [
    'several things',
    () =>
      allOf(
        always('Go', (region) => `aws s3 ls --region ${region}`),
        registryHistory('See'),
      ),
    [
      'aws s3 ls --region eu-west-1',
      ...['shop', 'blog'].map((id) => `aws ssm get-parameter-history --region eu-west-1 --name /keyturn/keys/${id}`),
    ],
    ['aws s3 ls --region eu-west-1'],
  ],
])('the commands about %s are whole, and none where nothing is concerned', (_what, commands, lines, forNothing) => {
  expect(commands()(concerned).map(({ run }) => run)).toEqual(lines);
  expect(commands()(none).map(({ run }) => run)).toEqual(forNothing);
});

describe('a function is started', () => {
  it('for everything where very many keys are concerned', () => {
    expect(start('rotate', 'Go')({ ...concerned, many: true })).toEqual([
      { to: 'Go', run: invoke('Keyturn-Rotate-1A', "'{}'") },
    ]);
  });

  it("by the stack's output where its name is not known", () => {
    expect(start('rotate', 'Go')({ ...concerned, functionName: undefined })).toEqual([
      { to: 'Go', run: invoke(nameOf('RotateFunctionName'), `'{"keys":["shop","blog"]}'`) },
    ]);
  });
});

it('a new token is stored, and then it is said when it ends', () => {
  expect(replaceToken(concerned).map(({ to }) => to)).toEqual(
    Array(2)
      .fill([
        'Store a new access token: paste it, press Enter (the runbook has the other kinds of tokens)',
        'Say when it ends: type the date, such as 2027-03-01, press Enter',
      ])
      .flat(),
  );
});

it.each([
  ['keyturn/connections/acme', 'keyturn/connections/acme'],
  ['w@%+=:,./-_W9', 'w@%+=:,./-_W9'],
  ['', "''"],
  ['two words', "'two words'"],
  ['word;', "'word;'"],
  [';word', "';word'"],
  ["it's 'it'", String.raw`'it'\''s '\''it'\'''`],
])('the word %j is written %s', (word, written) => {
  expect(quoted(word)).toBe(written);
});

it.each([
  [
    'registry-lost',
    'aws secretsmanager list-secrets --region eu-west-1 --filters Key=name,Values=keyturn/ --query ' +
      "'SecretList[].Name' --output text",
  ],
  [
    'registry-lost',
    "aws ssm get-parameters-by-path --region eu-west-1 --path /keyturn/keys/ --query 'Parameters[].Name' --output text",
  ],
] as const)('%s has the command %s', (code, line) => {
  expect(FINDINGS[code].commands(concerned).map(({ run }) => run)).toContain(line);
});
