import { describe, expect, it } from 'vitest';
import { parseConfig, problemLine, readConfig } from '../../../functions/core/config/parse-config';

const SOUND = `connections:
  acme:
    bitbucket: { secret: keyturn/connections/acme }
keys:
  - id: web-shop
    user: bitbucket-web-shop
    deliverTo:
      - connection: acme
        repository: acme/web-shop
        environment: Production
notify: [security@example.com]
`;

/** A text with one thing in place of another. */
const but = (what: string, instead: string) => SOUND.replace(what, () => instead);
const said = (text: string) => parseConfig(text).problems.map((problem) => problemLine('f', problem).slice(2));

const ACCESS_TOKEN = `ATCTT3xFfGN0${'x1Y-'.repeat(20)}=0A1B2C3D`;
const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const HAS_IT = 'whoever reads the file or its history has it; store a new one with keyturn connect';

describe('what people write in place of what was meant names its cure', () => {
  it.each<[string, string, string]>([
    [
      'a name that is shorter than the setting',
      but('repository:', 'repo:'),
      '9:9 keys[0].deliverTo[0].repo: expected one of connection, variables, region, secureAccessKeyId, repository, environment, workspace, dataCenter, function, target, inspects, found "repo"; did you mean "repository"?',
    ],
    ['another word for a setting', but('  - id:', '  - name:'), 'did you mean "id"?'],
    ['another word in another spelling', but('user:', 'user_name:'), 'did you mean "user"?'],
    ['the setting in another spelling', but('deliverTo:', 'deliver-to:'), 'did you mean "deliverTo"?'],
    ['another word for a place', but('environment:', 'env:'), 'did you mean "environment"?'],
    ['another word for the list of keys', but('keys:', 'accessKeys:'), '4:1 accessKeys:'],
    [
      'a user as an ARN',
      but('bitbucket-web-shop', 'arn:aws:iam::111122223333:user/ci/bitbucket-web-shop'),
      '6:11 keys[0].user: expected the name of an IAM user, found its ARN; write "user: bitbucket-web-shop"',
    ],
    [
      'a role for a user',
      but('bitbucket-web-shop', 'arn:aws:iam::111122223333:role/ci'),
      'expected the name of an IAM user, found the ARN of a role, which has no access keys; name the user whose key the pipelines have',
    ],
    [
      'a user with its path',
      but('bitbucket-web-shop', '/ci/bitbucket-web-shop'),
      'found it with its path; write "user: bitbucket-web-shop"',
    ],
    ...[
      'https://bitbucket.org/acme/web-shop',
      'https://bitbucket.org/acme/web-shop/src/main/README.md',
      'https://max@bitbucket.org/acme/web-shop.git',
      'bitbucket.org/acme/web-shop',
      'git@bitbucket.org:acme/web-shop.git',
      'ssh://git@bitbucket.org/acme/web-shop.git',
    ].map((url): [string, string, string] => [
      `a repository as ${url}`,
      but('acme/web-shop', `"${url}"`),
      '9:21 keys[0].deliverTo[0].repository: expected workspace/repository, such as acme/web-shop, found a URL; write "repository: acme/web-shop"',
    ]),
    [
      'a repository at another host',
      but('acme/web-shop', 'https://github.com/acme/web-shop'),
      'found a URL at github.com; name a repository at Bitbucket, or deliver by a function of your own',
    ],
    [
      'a repository without its workspace',
      but('acme/web-shop', 'web-shop'),
      'found "web-shop" alone; write "repository: <workspace>/web-shop"',
    ],
    [
      'a workspace as a URL',
      but('repository: acme/web-shop\n        environment: Production', 'workspace: https://bitbucket.org/acme/'),
      'found a URL; write "workspace: acme"',
    ],
    [
      'yes for true',
      but('    deliverTo', '    createUser: yes\n    deliverTo'),
      '7:17 keys[0].createUser: expected true or false, found "yes", which is a text in YAML 1.2; write true',
    ],
    ['off for false', but('    deliverTo', '    createUser: off\n    deliverTo'), '; write false'],
    [
      'days with a unit',
      `${SOUND}policy: { rotateAfter: 90d }\n`,
      '12:24 policy.rotateAfter: expected a number of days, found "90d"; write 90, without the unit',
    ],
    ['days with a word', `${SOUND}policy: { rotateAfter: 90 days }\n`, 'found "90 days"; write 90, without the unit'],
    ...['https://bitbucket.org/acme', 'https://api.bitbucket.org', 'https://api.bitbucket.org/1.0'].map(
      (url): [string, string, string] => [
        `${url} for the API`,
        but('/acme }', `/acme, url: "${url}" }`),
        '3:57 connections.acme.bitbucket.url: expected the base URL of Bitbucket\'s API, found another page of it; write "url: https://api.bitbucket.org/2.0", or leave url out',
      ],
    ),
    [
      'a merge key',
      but('    user', '    <<: { createUser: true }\n    user'),
      '6:5 keys[0].<<: expected a setting, found the merge key "<<", which YAML 1.2 does not have; write the settings out, or give one of them as a whole by an alias, such as "policy: *slow"',
    ],
    [
      'an id that the CDK cannot take',
      but('id: web-shop', 'id: constructor'),
      'found "constructor", a word that the CDK keeps for itself; rename it, such as "id: constructor-key"',
    ],
    [
      'an address with a name',
      but('security@example.com', '"Security <security@example.com>"'),
      'found more than the address; write "security@example.com"',
    ],
    [
      'an address as a link',
      but('security@example.com', 'mailto:security@example.com'),
      '; write "security@example.com"',
    ],
    ['a channel', but('security@example.com', '"#security"'), 'expected an e-mail address, found the name of another'],
    [
      'a webhook of whomever, which may be secret and is not shown',
      but('security@example.com', 'https://chat.example.com/hooks/hunter2'),
      '11:10 notify[0]: expected an e-mail address, found a URL; take it out: docs/operate/alarms.md#a-second-channel tells how to hear of it elsewhere',
    ],
    [
      'a role by its name',
      but('    deliverTo', '    readers: [ci]\n    deliverTo'),
      'found "ci" alone; write "arn:aws:iam::<account>:role/ci"',
    ],
    [
      'a session of a role',
      but('    deliverTo', '    readers: [arn:aws:sts::111122223333:assumed-role/ci/max]\n    deliverTo'),
      'write "arn:aws:iam::111122223333:role/ci", with the role\'s path where it has one',
    ],
    [
      'what belongs into the secret',
      but('keyturn/connections/acme', `'{"accessToken":"hunter2"}'`),
      '3:26 connections.acme.bitbucket.secret: expected the name of a secret in Secrets Manager, found what belongs into it; revoke that token, put a new one into a secret, and write its name here',
    ],
  ])('%s', (_what, text, says) => {
    const complaints = said(text);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(says);
    expect(complaints[0]).not.toContain('hunter2');
  });

  it('a map of keys is told how a list is written', () => {
    expect(said('keys:\n  web-shop: { user: x }\n')).toEqual([
      '2:3 keys: expected a list, found a map of web-shop; start each item with "- ", or write [first, second]',
    ]);
  });
});

describe('K6: a secret in the file is told, with who takes it back, and never repeated', () => {
  const place = (text: string, secret: string) => {
    const before = text.slice(0, text.indexOf(secret)).split('\n');
    return `${before.length}:${(before.at(-1) ?? '').length + 1} `;
  };

  it.each<[string, string, string, string]>([
    [
      "in place of the secret's name",
      but('keyturn/connections/acme', ACCESS_TOKEN),
      ACCESS_TOKEN,
      `connections.acme.bitbucket.secret: expected no secret in this file, found an access token of Bitbucket; revoke it at Bitbucket: ${HAS_IT}`,
    ],
    [
      'in place of the whole connection',
      but('{ secret: keyturn/connections/acme }', ACCESS_TOKEN),
      ACCESS_TOKEN,
      'connections.acme.bitbucket: expected no secret in this file, found an access token',
    ],
    ['in a comment', `${SOUND}# was ${ACCESS_TOKEN}\n`, ACCESS_TOKEN, 'expected no secret in this file'],
    ['as a name', but('acme:', `${ACCESS_TOKEN}:`), ACCESS_TOKEN, 'expected no secret in this file'],
    [
      "in a repository's URL",
      but('acme/web-shop', 'https://x-token-auth:hunter2hunter2@bitbucket.org/acme/web-shop.git'),
      'https://x-token-auth:hunter2hunter2@',
      'keys[0].deliverTo[0].repository: expected no secret in this file, found a URL with a password',
    ],
    [
      "of a channel's",
      but('security@example.com', '"https://hooks.slack.com/services/T00/B00/XXXXhunter2"'),
      'https://hooks.slack.com/services/T00/B00/XXXXhunter2',
      'notify[0]: expected no secret in this file, found the webhook of a Slack channel; revoke it at Slack, because whoever has it may write there; notify takes e-mail addresses, and docs/operate/alarms.md#a-second-channel brings the same to Slack',
    ],
    [
      'of AWS',
      `${SOUND}# ${SECRET_KEY}\n`,
      SECRET_KEY,
      'found a secret access key of AWS; make that access key Inactive',
    ],
    ['of GitHub', `${SOUND}# ghp_${'a1'.repeat(18)}\n`, 'ghp_', 'found a token of GitHub'],
    ['beside a mistake of syntax', but('keys:', `keys: [ ${ACCESS_TOKEN}`), ACCESS_TOKEN, 'expected no secret'],
  ])('%s', (_what, text, secret, says) => {
    const complaints = said(text);
    const all = complaints.join('\n');
    expect(all).toContain(`${says}`);
    expect(complaints.find((line) => line.includes('no secret in this file'))).toContain(place(text, secret));
    for (const hidden of [ACCESS_TOKEN, SECRET_KEY, 'hunter2', 'ghp_a1']) expect(all).not.toContain(hidden);
  });

  it.each(['token', 'accessToken', 'api_token', 'password', 'clientSecret', 'secretAccessKey', 'apiKey'])(
    'under the name %s too, whatever it looks like',
    (name) => {
      const [complaint, ...others] = said(but('/acme }', `/acme, ${name}: hunter2 }`));
      expect(others).toEqual([]);
      expect(complaint).toContain(
        `and no secret in this file, found "${name}"; take it out and, if it was real, revoke it`,
      );
      expect(complaint).not.toContain('hunter2');
    },
  );

  it('what only resembles one is none', () => {
    const names = [
      'keyturn/connections/Acme-Production-2026-of-everybody',
      'ATATAT',
      'a'.repeat(40),
      '0123456789abcdef0123456789abcdef01234567',
    ];
    for (const name of names) expect(said(but('keyturn/connections/acme', name))).toEqual([]);
  });
});

describe('a file that is no text of YAML', () => {
  const utf16 = Buffer.from(`\uFEFF${SOUND}`, 'utf16le');
  const latin1 = Buffer.from(`keys:\n  - { id: a, user: caf\u00e9 }\n`, 'latin1');

  it.each<[string, Uint8Array, string]>([
    ['UTF-16', utf16, '1:1 expected UTF-8, found UTF-16, as Windows PowerShell writes it by ">"; save it as UTF-8'],
    ['UTF-16 of the other order', Buffer.from(utf16).swap16(), 'found UTF-16'],
    ['UTF-16 without a mark', utf16.subarray(2), 'found UTF-16'],
    ['bytes', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), '1:1 expected a text, found a file of bytes; name the'],
    ['Latin-1', latin1, '2:23 expected UTF-8, found a byte of another encoding; save it as UTF-8'],
    ['nothing', Buffer.from(''), '1:1 expected a map, found nothing; write "name: value" lines below it'],
    ['a list', Buffer.from('- id: a\n'), '1:1 expected a map, found a list of 1; write "name: value" lines below it'],
  ])('is told as what it is: %s', (_what, bytes, says) => {
    const complaints = readConfig(bytes).problems.map((problem) => problemLine('f', problem).slice(2));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(says);
  });

  it('is one with a byte order mark of UTF-8, which counts for nothing', () => {
    expect(readConfig(Buffer.from(`\uFEFF${SOUND}`)).problems).toEqual([]);
    const [problem] = readConfig(Buffer.from('\uFEFFkey: 1\nkeys: [{ id: a, user: b }]')).problems;
    expect(problem).toMatchObject({ line: 1, column: 1, path: 'key' });
  });
});
