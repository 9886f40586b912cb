import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../functions/core/config/parse-config';

/** `line:column path: message` of everything that is wrong with a text. */
function complaints(text: string): readonly string[] {
  return parseConfig(text).problems.map(
    ({ line, column, path, message, cure }) => `${line}:${column} ${path === '' ? '' : `${path}: `}${message}; ${cure}`,
  );
}

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
`;

describe('keyturn.yaml as a text', () => {
  it('understands anchors', () => {
    const { config } = parseConfig(
      'keys:\n  - id: a\n    user: a\n    policy: &slow { rotateAfter: 60, deactivateAfter: 70, deleteAfter: 80 }\n' +
        '  - id: b\n    user: b\n    policy: *slow\n',
    );

    expect(config?.keys[1]?.policy?.rotateAfter).toBe(60);
  });

  const ROLES = `roles:
  - name: web-shop-deploy
    bitbucket:
      workspace: acme
      workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}'
      repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}'
      anyStep: true
`;
  const PROVIDER = `provider:
  bitbucket: { workspace: acme, workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}' }
  rules:
    - name: release
      repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}'
      anyStep: true
      roles: [{ role: 'arn:aws:iam::111122223333:role/web-shop-release' }]
`;

  it.each<[string, string]>([
    ['no list of keys beside roles', ROLES],
    ['an empty list of keys beside roles', `keys: []\n${ROLES}`],
    ['an empty list of keys beside a provider', `keys: []\n${PROVIDER}`],
  ])('takes %s, as the last key that roles replace is taken out in the end', (_what, text) => {
    const { config, problems } = parseConfig(text);
    expect(problems).toEqual([]);
    expect(config?.keys).toEqual([]);
  });

  it.each<[string, string, readonly string[]]>([
    ['a key that is broken beside no roles', 'keys: [{ id: Web, user: web }]\n', ['keys[0].id']],
    ['broken roles and no keys', ROLES.replace('acme', "''"), ['roles[0].bitbucket.workspace']],
    ['an empty list of roles and no keys', 'roles: []\n', ['roles']],
    ['no keys and another mistake', 'maxRotationsPerRun: 0\n', ['keys', 'maxRotationsPerRun']],
    ['misspelled keys', 'kyes: []\n', ['kyes']],
  ])('tells no mistake twice that is about %s', (_what, text, paths) => {
    expect(
      parseConfig(text)
        .problems.map(({ path }) => path)
        .sort(),
    ).toEqual(paths);
  });

  it.each<[string, string, string]>([
    // The file
    ['an empty file', '', '1:1 expected a map, found nothing; write "name: value" lines below it'],
    ['a list', '- one\n', '1:1 expected a map, found a list of 1; write "name: value" lines below it'],
    [
      'no keys',
      'notify: []\n',
      '1:1 keys: expected a list, found nothing; add a key: the stack is what rotates them. Roles alone need none of it: deploy the plain template for each (docs/start/keyless.md), or BitbucketOidcRole in a stack of your own',
    ],
    [
      'an empty list of keys',
      'keys: []\n',
      '1:7 keys: expected at least 1 item, found an empty list; add a key: the stack is what rotates them. Roles alone need none of it: deploy the plain template for each (docs/start/keyless.md), or BitbucketOidcRole in a stack of your own',
    ],
    [
      'nothing in the place of a list of keys',
      `keys:\n${ROLES}`,
      '1:6 keys: expected a list, found nothing; write "keys: []" where there are roles or a provider, or add a key',
    ],
    // YAML
    ['a tab', 'keys:\n\t- id: a\n', '2:1 expected spaces, found a tab; indent with spaces'],
    [
      'a bracket that is never closed',
      `${SOUND}notify: [a@example.com\n`,
      '12:1 expected YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; correct the indentation or put the value in quotes',
    ],
    [
      'two documents',
      `${SOUND}---\nkeys: []\n`,
      '11:1 expected one document, found another one; remove everything from the second "---" on',
    ],
    [
      'a name that stands twice',
      `${SOUND}keys: []\n`,
      '11:1 expected each name once in a map, found "keys" again; remove one of the two',
    ],
    [
      'an unknown anchor',
      'keys: *none\n',
      '1:7 expected an anchor "&none" above, found none; correct the name, or put the value in quotes',
    ],
    // Words
    [
      'a mode that nobody knows',
      `${SOUND}mode: obseve\n`,
      `${SOUND.split('\n').length}:7 mode: expected observe or rotate, found "obseve"; write one of these`,
    ],
    [
      'a policy that nobody knows',
      `${SOUND}policy: cisco\n`,
      `${SOUND.split('\n').length}:9 policy: expected standard, cis or a map of days, found "cisco"; write one of these names, or "rotateAfter: 60" and others below it`,
    ],
    // Unknown settings
    [
      'a misspelled section',
      SOUND.replace('connections:', 'connection:'),
      '1:1 connection: expected one of connections, keys, roles, provider, mode, policy, notify, users, schedule, trail, encryption, deployment, audit, alarms, logRetentionDays, drift, operators, breakGlass, exposed, onExposed, maxRotationsPerRun, concurrency, found "connection"; did you mean "connections"?',
    ],
    [
      'a misspelled setting of a key',
      SOUND.replace('    user:', '    createuser: true\n    user:'),
      '6:5 keys[0].createuser: expected one of id, user, createUser, secret, stack, policy, mode, firstRotation, adopt, deliverTo, replacedBy, readers, found "createuser"; did you mean "createUser"?',
    ],
    [
      'a connection beside a function',
      SOUND.replace(
        'connection: acme',
        'function: arn:aws:lambda:eu-west-1:111122223333:function:deliver\n        connection: acme',
      ).replace(/ {8}repository.*\n.*\n/, ''),
      '9:9 keys[0].deliverTo[0].connection: expected target, inspects and nothing else beside function, found "connection"; remove it',
    ],
    [
      'a target without a function',
      SOUND.replace('connection: acme', 'connection: acme\n        target: { place: web }'),
      '9:9 keys[0].deliverTo[0].target: expected connection, variables, region, secureAccessKeyId, repository, environment, workspace, found "target"; it stands beside function alone: add function, or remove it',
    ],
    [
      'a misspelled function',
      SOUND.replace('connection: acme', 'connection: acme\n        funtion: x'),
      '9:9 keys[0].deliverTo[0].funtion: expected one of connection, variables, region, secureAccessKeyId, repository, environment, workspace, dataCenter, function, target, inspects, found "funtion"; did you mean "function"?',
    ],
    [
      'a misspelled target',
      SOUND.replace(
        'connection: acme',
        'function: arn:aws:lambda:eu-west-1:111122223333:function:deliver\n        tagret: {}',
      ).replace(/ {8}repository.*\n.*\n/, ''),
      '9:9 keys[0].deliverTo[0].tagret: expected one of function, target, inspects, found "tagret"; did you mean "target"?',
    ],
    [
      'a token in the file',
      SOUND.replace('secret: keyturn/connections/acme', 'secret: keyturn/connections/acme, accessToken: hunter2'),
      '3:52 connections.acme.bitbucket.accessToken: expected one of secret, url, encryptionKey, and no secret in this file, found "accessToken"; take it out and, if it was real, revoke it at its host: whoever reads the file or its history has it; store a new one with keyturn connect',
    ],
    // Values
    [
      'text where a number belongs',
      SOUND.replace('    user:', '    policy: { rotateAfter: "60" }\n    user:'),
      '6:28 keys[0].policy.rotateAfter: expected a number, found "60"; write the bare number, without quotes',
    ],
    [
      'a fraction of a day',
      SOUND.replace('    user:', '    policy: { rotateAfter: 0.5 }\n    user:'),
      '6:28 keys[0].policy.rotateAfter: expected a whole number, found 0.5; write a number without a fraction',
    ],
    [
      'a key without a user',
      'keys:\n  - id: web-shop\n',
      '2:5 keys[0].user: expected text, found nothing; add "user:" here',
    ],
    [
      'a value that nobody wrote',
      'keys:\n  - id: web-shop\n    user:\n',
      '3:10 keys[0].user: expected text, found nothing; put it in quotes',
    ],
    [
      'an unknown choice',
      `${SOUND}trail: new\n`,
      '11:8 trail: expected existing or create, found "new"; write one of these',
    ],
    [
      'an ID in capitals',
      SOUND.replace('id: web-shop', 'id: WebShop'),
      '5:9 keys[0].id: expected lower-case letters, digits and hyphens, at most 63, found "WebShop"; write "id: web-shop"',
    ],
    [
      'an address that is none',
      `${SOUND}notify:\n  - security@example.com\n  - security\n`,
      '13:5 notify[1]: expected an e-mail address, found "security"; correct it',
    ],
    [
      'a URL that is none, with a target that goes there',
      SOUND.replace('secret: keyturn/connections/acme', 'secret: a, url: "~https://bitbucket.example.com"'),
      '3:34 connections.acme.bitbucket.url: expected a URL, such as https://api.bitbucket.org/2.0, found "~https://bitbucket.example.com"; correct it',
    ],
    [
      'a connection without encryption',
      SOUND.replace('secret: keyturn/connections/acme', 'secret: a, url: "http://bitbucket.example.com"'),
      '3:34 connections.acme.bitbucket.url: expected https: a token must not travel in the clear; correct it',
    ],
    [
      'a name of a connection with spaces',
      SOUND.replace('  acme:', '  the acme:').replace('connection: acme', 'connection: the acme'),
      '2:3 connections.the acme: expected a name of letters, digits, ".", "_" and "-"; rename it',
    ],
    [
      'too many at the same time',
      `${SOUND}concurrency: 100\n`,
      '11:14 concurrency: expected at most 20, found 100; lower it',
    ],
    [
      'a secret by a pattern',
      SOUND.replace('secret: keyturn/connections/acme', 'secret: "*"'),
      '3:26 connections.acme.bitbucket.secret: expected the name of one secret, or its whole ARN with the six characters at its end, found "*"; correct it',
    ],
    [
      'a rule that comes as rarely as keys are rotated',
      `${SOUND}schedule:\n  rotate: rate(90 days)\n`,
      '12:11 schedule.rotate: expected a run at least every day, because a run acts on each key by its own age; when a key is due is said by policy, and rules of 90, 100 and 110 days drift apart until a rotation meets a second key, found "rate(90 days)"; write rate(1 day) or cron(0 3 * * ? *)',
    ],
    [
      'a schedule that EventBridge refuses',
      `${SOUND}schedule: { reconcile: rate(1 hours) }\n`,
      '11:24 schedule.reconcile: expected rate(1 minute|hour|day) or rate(<whole number above 1> minutes|hours|days), found "rate(1 hours)"; write rate(1 hour), or a shorter time',
    ],
    // Evidence
    [
      'an archive without years',
      `${SOUND}audit: { archive: {} }\n`,
      '11:19 audit.archive.years: expected a number, found nothing; add "years:" here',
    ],
    [
      'an unknown mode of the archive',
      `${SOUND}audit: { archive: { years: 7, mode: strict } }\n`,
      '11:37 audit.archive.mode: expected governance or compliance, found "strict"; write one of these',
    ],
    [
      'a key for the record by its alias',
      `${SOUND}audit: { encryptionKey: alias/audit }\n`,
      '11:25 audit.encryptionKey: expected the ARN of one KMS key, arn:aws:kms:<region>:<account>:key/<key ID>, found "alias/audit"; correct it',
    ],
    [
      'a bus by its name',
      `${SOUND}audit: { forwardTo: security }\n`,
      '11:21 audit.forwardTo: expected the ARN of an event bus, arn:aws:events:<region>:<account>:event-bus/<name>, found "security"; correct it',
    ],
    [
      'a report without an archive',
      `${SOUND}audit: { report: {} }\n`,
      '11:18 audit.report: expected audit.archive too: the archive is where the reports are written, found a map of nothing; add audit.archive, or take audit.report out',
    ],
    [
      'files of a trail that nobody knows the bucket of',
      `${SOUND}audit: { trailFiles: {} }\n`,
      "11:22 audit.trailFiles.bucket: expected the name of the trail's bucket, which is known only of a trail that the stack makes, without a prefix, found nothing; correct it",
    ],
    [
      'a prefix of the trail that the stack makes',
      `${SOUND}trail: create\naudit: { trailFiles: { prefix: logs } }\n`,
      "12:22 audit.trailFiles.bucket: expected the name of the trail's bucket, which is known only of a trail that the stack makes, without a prefix, found nothing; correct it",
    ],
    [
      'a prefix with the slash that CloudTrail adds',
      `${SOUND}audit: { trailFiles: { bucket: trail, prefix: logs/ } }\n`,
      '11:47 audit.trailFiles.prefix: expected what stands before /AWSLogs in the names of the files, without its slash, found "logs/"; correct it',
    ],
    [
      'a prefix that would be a pattern in a policy',
      `${SOUND}audit: { trailFiles: { bucket: trail, prefix: "*" } }\n`,
      '11:47 audit.trailFiles.prefix: expected what stands before /AWSLogs in the names of the files, without its slash, found "*"; correct it',
    ],
    [
      'an organization by its name',
      `${SOUND}audit: { trailFiles: { bucket: trail, organization: acme } }\n`,
      '11:53 audit.trailFiles.organization: expected the ID of an organization, such as o-exampleorgid, found "acme"; correct it',
    ],
    [
      'a bucket by its ARN',
      `${SOUND}audit: { trailFiles: { bucket: "arn:aws:s3:::trail" } }\n`,
      '11:32 audit.trailFiles.bucket: expected the name of a bucket, found "arn:aws:s3:::trail"; correct it',
    ],
    [
      'a schedule of the report that EventBridge refuses',
      `${SOUND}audit: { report: { schedule: cron(0 6 1 * *) }, archive: { years: 7 } }\n`,
      '11:30 audit.report.schedule: expected the six fields of cron(minutes hours day-of-month month day-of-week year), found "cron(0 6 1 * *)"; write cron(0 6 1 * ? *) for the first day of each month',
    ],
    [
      'an alarm of silence that a daily run cannot keep quiet',
      `${SOUND}alarms: { silentDailyHours: 12 }\n`,
      '11:29 alarms.silentDailyHours: expected at least 25, found 12; raise it',
    ],
    [
      'runbooks that no name can be added to',
      `${SOUND}alarms: { runbooks: https://wiki.example.com/runbooks }\n`,
      '11:21 alarms.runbooks: expected a URL or path that ends with a slash, found "https://wiki.example.com/runbooks"; correct it',
    ],
    [
      'an alarm that there is not',
      `${SOUND}alarms: { off: [late] }\n`,
      '11:17 alarms.off[0]: expected overdue or undelivered or silent-rotate or silent-deactivate or silent-delete or silent-sync or silent-archive or errors or failing or dead-letters or forwarding or record-incomplete or archive or untold or two-keys or foreign-key or hold-limit or torn-pair or token-rejected or token-expires or registry-lost or provider-failing or provider-throttled or provider-refusing or token-reused, found "late"; write one of these',
    ],
    // Rules that span several places
    [
      'an unknown connection',
      SOUND.replace('connection: acme', 'connection: acne'),
      '8:21 keys[0].deliverTo[0].connection: expected one of the connections (acme), found "acne"; correct the name, or add the connection under connections',
    ],
    [
      'a target that is neither repository nor workspace',
      SOUND.replace(/ {8}repository.*\n.*\n/, ''),
      '8:9 keys[0].deliverTo[0]: expected either repository (with environment for deployment variables) or workspace, found a map of connection; give one of the two',
    ],
    [
      'two keys with one user in two spellings, which IAM does not tell apart',
      `${SOUND}  - id: other\n    user: Bitbucket-Web-Shop\n`,
      '12:11 keys[1].user: expected a user of its own; Bitbucket-Web-Shop belongs to the key "web-shop", as bitbucket-web-shop, which is one name to IAM, and a user has room for one managed key and its successor only; correct the name; one user is one key, which may have many targets',
    ],
    [
      'two keys with one user',
      `${SOUND}  - id: other\n    user: bitbucket-web-shop\n`,
      '12:11 keys[1].user: expected a user of its own; bitbucket-web-shop belongs to the key "web-shop", and a user has room for one managed key and its successor only; correct the name; one user is one key, which may have many targets',
    ],
    [
      'two keys with one ID',
      `${SOUND}  - id: web-shop\n    user: other\n`,
      '11:9 keys[1].id: expected an id of its own; "web-shop" is taken by another key; rename it',
    ],
    [
      'roles in place of a key that nodes read',
      `keys: [{ id: shop, user: shop, deliverTo: [{ dataCenter: { document: restart, nodes: [i-0123456789abcdef0] } }], replacedBy: { roles: [arn:aws:iam::111122223333:role/deploy] } }]\n`,
      "1:58 keys[0].deliverTo[0].dataCenter: expected no replacedBy beside the nodes of a Data Center, found i-0123456789abcdef0: they read the key when they start, and the next start would be with one that is Inactive, or gone; give the nodes' role the rights itself, and take replacedBy out as long as they read the key",
    ],
    [
      'roles that would never be waited for long enough',
      `${SOUND}    replacedBy:\n      roles: [arn:aws:iam::111122223333:role/deploy]\n      idleFor: 89\n`,
      '13:16 keys[0].replacedBy.idleFor: expected at most 88 days, found 89: the rotation after 90 days makes a key that has not been idle yet, and none would ever go; change the days',
    ],
    [
      'roles of a key that is never alone for long enough',
      `${SOUND}    policy: { rotateAfter: 10, deactivateAfter: 12, deleteAfter: 19, holdLimit: 0 }\n    replacedBy:\n      roles: [arn:aws:iam::111122223333:role/deploy]\n      idleFor: 3\n`,
      '13:7 keys[0].replacedBy: expected a policy in which the key before is gone within 8 days, found up to 9 (deleteAfter − rotateAfter + holdLimit): the next rotation would come before this key could go, each time; correct it',
    ],
    [
      'a role by a pattern',
      `${SOUND}    replacedBy:\n      roles: ["arn:aws:iam::111122223333:role/*"]\n`,
      '12:15 keys[0].replacedBy.roles[0]: expected the ARN of an IAM role, found "arn:aws:iam::111122223333:role/*"; correct it',
    ],
    [
      'a policy out of order',
      `${SOUND}policy:\n  deleteAfter: 95\n`,
      '12:16 policy.deleteAfter: deleteAfter (95) must be at least one day more than deactivateAfter (100): an Inactive key can be made Active again, a deleted one cannot, so these days are the time to recover; change the days',
    ],
  ])('names place, expectation, finding and cure of %s', (_what, text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });

  it('tells what is on one line from left to right, and nothing where nothing is wrong', () => {
    const text = `${SOUND}policy: { idleFor: "1", rotateAfter: "90" }\n`;
    expect(complaints(text).map((line) => line.replace(/: expected.*/, ''))).toEqual([
      '11:20 policy.idleFor',
      '11:38 policy.rotateAfter',
    ]);
    expect(parseConfig(SOUND).problems).toEqual([]);
  });

  it('never shows the value of a setting that it does not know', () => {
    const text = SOUND.replace('secret: keyturn/connections/acme', 'secret: a, accessToken: hunter2');

    expect(complaints(text).join()).not.toContain('hunter2');
  });

  it('reports every mistake at once, from top to bottom, also those that others would hide', () => {
    const text = `connections:
  acme:
    bitbucket: { token: x }
keys:
  - id: one
    user: shared
    deliverTo: [{ connection: nowhere, repository: acme/one }]
  - id: two
  - id: three
    user: shared
    policy: { rotateAfter: 100 }
  - id: three
    user: three
notify: nobody
`;

    expect(complaints(text).map((line) => line.replace(/ (expected|deactivateAfter).*/, ''))).toEqual([
      '3:16 connections.acme.bitbucket.secret:',
      '3:18 connections.acme.bitbucket.token:',
      '7:31 keys[0].deliverTo[0].connection:',
      '8:5 keys[1].user:',
      '10:11 keys[2].user:',
      '11:13 keys[2].policy.deactivateAfter:',
      '12:9 keys[3].id:',
      '14:9 notify:',
    ]);
  });

  it('is not brought down by aliases that multiply', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, at) => {
        const before = 'abcdefgh'.charAt(at);
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');

    expect(complaints(bomb)).toEqual([
      '1:1 expected plain YAML, found aliases that multiply without end; write the values out',
    ]);
  });
});
