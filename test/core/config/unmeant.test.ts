import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../functions/core/config/parse-config';

const SOUND = `connections:
  acme:
    bitbucket: { secret: keyturn/connections/acme }
keys:
  - id: web-shop
    user: bitbucket-web-shop
    deliverTo:
      - { connection: acme, repository: acme/web-shop, environment: Production }
notify: [security@example.com]
`;
const NOW = new Date('2026-11-29T00:00:00Z');
const but = (what: string, instead: string) => SOUND.replace(what, () => instead);
const warnings = (text: string) => {
  const { config, problems, warnings: found } = parseConfig(text, NOW);
  expect(problems).toEqual([]);
  expect(config).toBeDefined();
  return found.map(
    ({ code, line, column, path, message, cure }) => `${line}:${column} ${path} ${code}: ${message}; ${cure}`,
  );
};

describe('what is legal, and probably not meant', () => {
  it('is nothing in a usual file', () => {
    expect(warnings(SOUND)).toEqual([]);
  });

  it('is no key that the endpoint of a provider gives; a process has to be among the readers', () => {
    const provided = (endpoint: string) => `keys: [{ id: web-shop, user: web-shop }]
provider:
  ${endpoint}
  bitbucket: { workspace: acme, workspaceUuid: 0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31 }
  rules:
    - name: shop
      repositoryUuid: 7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10
      anyStep: true
      keys: [{ id: web-shop }]
notify: [security@example.com]
`;
    expect(warnings(provided('endpoint: true'))).toEqual([]);
    expect(warnings(provided('tokenMinutes: 15'))).toEqual([expect.stringContaining('nobody-gets-it')]);
  });

  it('is one audience for a role and for a provider that steps of one repository use', () => {
    const trust = 'workspace: acme, workspaceUuid: 0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31';
    const [shop, blog] = ['7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10', '9d3e4a52-6a52-4d2b-9a53-0c2b7c1d9e12'];
    const both = ({ role = trust, provider = trust, repository = shop }) => `${SOUND}roles:
  - { name: blog, bitbucket: { ${trust}, repositoryUuid: ${blog}, anyStep: true } }
  - { name: deploy, bitbucket: { ${role}, repositoryUuid: ${shop}, anyStep: true } }
provider:
  bitbucket: { ${provider} }
  rules: [{ name: shop, repositoryUuid: ${repository}, anyStep: true, secrets: [{ secret: db, variable: DB }] }]
`;
    expect(warnings(both({}))).toEqual([
      '14:14 provider.bitbucket.audience shared-audience: expected an audience of the provider\'s own, found that of the role "deploy", for steps of one repository: whoever gets a step\'s token on its way to the provider can take the role with it; write audience: <a text of your own>, and let the steps that fetch secrets ask for it alone',
    ]);
    const own = `${trust}, audience: shop`;
    expect(warnings(both({ role: own, provider: own }))).toHaveLength(1);
    expect(warnings(both({ provider: own }))).toEqual([]);
    expect(warnings(both({ role: own }))).toEqual([]);
    expect(warnings(both({ role: trust.replace('acme', 'umbrella') }))).toEqual([]);
    expect(warnings(both({ repository: '8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11' }))).toEqual([]);
  });

  it('is a key that roles replace and a rule of the provider still gives; not a rule that gives their credentials', () => {
    const role = 'arn:aws:iam::111122223333:role/web-shop-deploy';
    const replaced = (given: string) => `keys:
  - { id: web-shop, user: web-shop, readers: [${role}], replacedBy: { roles: [${role}] } }
  - { id: blog, user: blog, readers: [${role}] }
provider:
  bitbucket: { workspace: acme, workspaceUuid: 0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31 }
  rules: [{ name: shop, repositoryUuid: 7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10, anyStep: true, ${given} }]
notify: [security@example.com]
`;
    // The readers are warned of by another one.
    const stillGiven = (file: string) => warnings(file).filter((line) => line.includes(' still-given: '));
    expect(stillGiven(replaced('keys: [{ id: web-shop }]'))).toEqual([
      '2:108 keys[0].replacedBy still-given: expected no rule of the provider that gives a key which roles replace, found "shop": its steps keep the key in use, and get nothing (403) once it is gone; take the key out of the rule, which may give credentials of a role in its place',
    ]);
    // As `keyturn migrate --to provider` writes it.
    expect(stillGiven(replaced(`roles: [{ role: '${role}' }]`))).toEqual([]);
    expect(stillGiven(replaced('keys: [{ id: blog }]'))).toEqual([]);
    expect(stillGiven(replaced('keys: [{ id: web-shop }]').replace(/replacedBy: \{.*?\}/, 'deliverTo: []'))).toEqual(
      [],
    );
  });

  it('are nodes of a Data Center that may not read the secret', () => {
    const dataCenter = '{ document: restart, nodes: [i-0123456789abcdef0] }';
    const key = (more = '') =>
      `keys: [{ id: shop, user: shop, deliverTo: [{ dataCenter: ${dataCenter} }]${more} }]\nnotify: [a@example.com]\n`;
    expect(warnings(key())).toEqual([
      '1:43 keys[0].deliverTo unread-nodes: expected readers, found none: nodes that may not read the secret do not start when they are restarted; name the role of the nodes under readers',
    ]);
    expect(warnings(key(', readers: [arn:aws:iam::111122223333:role/Bitbucket]'))).toEqual([]);
  });

  it.each<[string, string, string]>([
    [
      'a key that nobody gets',
      SOUND.replace(/ {4}deliverTo:\n.*\n/, '').replace(/^connections(.|\n)*(?=keys)/, ''),
      '2:9 keys[0].id nobody-gets-it: expected deliverTo or readers, found neither: whoever has the old key of bitbucket-web-shop loses it on day 100 and gets no other; add deliverTo, or readers for roles that read the secret',
    ],
    [
      'a connection that nothing uses',
      but('keys:', '  spare:\n    bitbucket: { secret: keyturn/connections/spare }\nkeys:'),
      '4:3 connections.spare unused-connection: expected a target that is delivered to through it, found none; take the connection out, or name it in a target',
    ],
    [
      'two connections that are one',
      but('keys:', '  again:\n    bitbucket: { secret: keyturn/connections/acme }\nkeys:').replace(
        'notify',
        '  - { id: b, user: b, deliverTo: [{ connection: again, workspace: w }] }\nnotify',
      ),
      '4:3 connections.again same-connection: expected a connection of its own, found host, URL and secret of "acme"; deliver through "acme" alone',
    ],
    [
      'a URL that means another machine in AWS',
      but('acme }', 'acme, url: "http://127.0.0.1:7990/2.0" }'),
      '3:57 connections.acme.bitbucket.url loopback: expected a host that AWS reaches, found this machine; write the URL of the API, unless the stack runs here',
    ],
    [
      'a token in place of the name of its secret, of no form that is known',
      but('keyturn/connections/acme', 'q7Zr2Lw9Xk4Vb8Nt1Mf6Hd'),
      '3:26 connections.acme.bitbucket.secret token-like: expected the name of a secret, found what looks like a token; if it is one, revoke it at its host, and write the name of the secret that holds its successor',
    ],
    [
      'an access key ID for a user',
      but('bitbucket-web-shop', 'AKIAIOSFODNN7EXAMPLE'),
      '6:11 keys[0].user key-for-user: expected the name of an IAM user, found what looks like the ID of an access key; write the name of the user who has it',
    ],
    [
      'an overlap of a day',
      `${SOUND}policy: { rotateAfter: 99, deactivateAfter: 100, idleFor: 1 }\n`,
      '10:45 policy.deactivateAfter short-overlap: expected two days or more between rotateAfter and deactivateAfter, found one: a pipeline that started before the rotation, or waits for an approval, still has the old key; write at least 101',
    ],
    [
      "an overlap of a day that is a key's own",
      but('    deliverTo', '    policy: { rotateAfter: 99, idleFor: 1 }\n    deliverTo'),
      '7:13 keys[0].policy.deactivateAfter short-overlap: expected two days or more between rotateAfter and deactivateAfter',
    ],
    [
      'a recovery of a day',
      `${SOUND}policy: { deleteAfter: 101 }\n`,
      '10:24 policy.deleteAfter short-recovery: expected two days or more between deactivateAfter and deleteAfter, found one: nobody can bring a deleted key back on a Monday; write at least 102',
    ],
    [
      'a key that is hardly ever rotated',
      `${SOUND}policy: { rotateAfter: 900, deactivateAfter: 910, deleteAfter: 920 }\n`,
      '10:24 policy.rotateAfter rare-rotation: expected a year at most, found 900 days; write 90, or the days that your rules allow',
    ],
    [
      'a policy that holds nothing',
      `${SOUND}policy: { holdLimit: 0 }\n`,
      '10:22 policy.holdLimit no-hold: expected some days to hold a key that is in use, found none: it is made Inactive on its day, whoever uses it; write holdLimit: 10, or as many days as there is room',
    ],
    [
      'a policy that takes no key for used',
      `${SOUND}policy: { idleFor: 0 }\n`,
      '10:20 policy.idleFor no-hold: expected a day or more, found none: no key counts as in use, so none is held; write idleFor: 2',
    ],
    [
      'findings that nobody hears of',
      but('notify: [security@example.com]\n', 'notify: []\n'),
      '9:9 notify nobody-told: expected an address, found none: nobody hears of findings and failures, unless something else is subscribed to the topic; write notify: [<address>]',
    ],
    [
      'findings that nobody hears of, unwritten',
      but('notify: [security@example.com]\n', ''),
      '1:1 notify nobody-told: expected an address, found none',
    ],
    [
      'an address that stands twice',
      but('security@example.com', 'security@example.com, Security@example.com'),
      '9:32 notify[1] repeated: expected each once, found "Security@example.com" again; remove one of the two',
    ],
    [
      'a reader who stands twice',
      but(
        '    deliverTo',
        '    readers: [arn:aws:iam::111122223333:role/ci, arn:aws:iam::111122223333:role/ci]\n    deliverTo',
      ),
      '7:50 keys[0].readers[1] repeated: expected each once, found "arn:aws:iam::111122223333:role/ci" again',
    ],
    [
      'keys to adopt of a user that is new',
      but('    deliverTo', '    createUser: true\n    adopt: replace-idle\n    deliverTo'),
      '8:12 keys[0].adopt new-user: expected a user that exists, found createUser: a new user has no keys to make room among; take adopt out, or createUser if the user is there already',
    ],
    [
      'a wait of a user that is new',
      but('    deliverTo', '    createUser: true\n    firstRotation: when-due\n    deliverTo'),
      '8:20 keys[0].firstRotation new-user: expected a user that exists, found createUser: a new user has no key to wait for; take firstRotation out, or createUser if the user is there already',
    ],
    [
      'an exception that has ended',
      `${SOUND}audit: { exceptions: [{ key: web-shop, control: cis-1.14, approver: Max, reason: moves soon, approvedOn: 2026-01-01, until: 2026-11-28 }] }\n`,
      '10:125 audit.exceptions[0].until ended-exception: expected a day that is still to come, found 2026-11-28: the exception counts no more; take it out, or have it approved again',
    ],
    [
      'a reader of a key that roles replace',
      but(
        'user: bitbucket-web-shop',
        'user: bitbucket-web-shop\n    readers: [arn:aws:iam::111122223333:role/Bitbucket]\n    replacedBy: { roles: [arn:aws:iam::111122223333:role/deploy] }',
      ),
      '8:17 keys[0].replacedBy replaced-reader: expected no reader beside replacedBy, found arn:aws:iam::111122223333:role/Bitbucket: where it reads the secret more rarely than in 30 days, nobody knows that it does, and it gets a key that is Inactive, or none; give the role the rights itself, and take it out of readers',
    ],
    [
      'a cap that the keys are too many for',
      `${SOUND}maxRotationsPerRun: 1\n`.replace(
        'notify',
        `${Array.from({ length: 95 }, (_, at) => `  - { id: k${at}, user: u${at}, readers: [arn:aws:iam::111122223333:role/ci] }`).join('\n')}\nnotify`,
      ),
      '105:21 maxRotationsPerRun cap-too-low: expected at least 2 rotations a run for 96 keys that are due within 90 days, found 1: keys would become late; write at least 2',
    ],
  ])('is told: %s', (_what, text, says) => {
    const [first = '', ...others] = warnings(text);
    expect(others).toEqual([]);
    expect(first).toContain(says);
    expect(first).not.toContain('q7Zr2Lw9');
  });

  it('is not asked of a file with mistakes, whose rest is guesswork', () => {
    expect(parseConfig('keys: [{ id: a }]', NOW)).toMatchObject({ warnings: [], problems: [{ path: 'keys[0].user' }] });
  });
});
