import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { described } from '../../../functions/core/findings/described';
import { type BrokenNow, usually } from '../../../functions/core/findings/descriptor';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../../../functions/core/findings/findings';
import { notificationOf, type Sender, type Told } from '../../../functions/core/findings/notification';
import { anyText } from '../../fuzz/hostile';
import { day, idOf } from '../web-shop';

const sender: Sender = {
  account: '111122223333',
  region: 'eu-central-1',
  run: 'run-1',
  function: 'rotate',
  functionName: 'Keyturn-KeyRotationRotate-1A2B3C',
  runbooks: 'https://example.com/runbooks/',
  now: day(90),
};

const finding = (code: FindingCode, more: Partial<Told> = {}): Told => ({
  code,
  key: 'web-shop-production',
  user: 'bitbucket-web-shop',
  accessKeyId: idOf('old'),
  severity: 'attention',
  what: usually(FINDINGS[code].what),
  brokenNow: usually<BrokenNow>(FINDINGS[code].brokenNow),
  outcome: 'failed',
  message: `what the run says of ${code}`,
  ...more,
});

const acme = { name: 'acme', secret: 'keyturn/connections/acme' };
const rejected = (key: string): Told =>
  finding('token-rejected', { key, connection: acme, what: 'the host rejects the token of connection acme' });

const firstLine = (text: string) => text.split('\n')[0];
/** The lines that are to be run: those that are indented. */
const commandsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('  '));

describe('a message about one finding', () => {
  it('says in subject and first line which key, what, whether anything is broken, and where', () => {
    const { subject, text } = notificationOf([finding('two-keys')], sender);
    expect(subject).toBe('Keyturn: web-shop-production: two access keys, no room for a fresh one; nothing is broken');
    expect(
      text,
    ).toBe(`web-shop-production: two access keys, no room for a fresh one. Nothing is broken, but the key is not rotated until one of the two is gone. (Account 111122223333, eu-central-1.)

See the user's keys:
  aws iam list-access-keys --user-name bitbucket-web-shop

See when each key was used last:
  aws iam list-access-keys --user-name bitbucket-web-shop --query 'AccessKeyMetadata[].AccessKeyId' --output text | tr '\\t' '\\n' | xargs -n 1 aws iam get-access-key-last-used --access-key-id

[two-keys] what the run says of two-keys

Runbook: https://example.com/runbooks/two-keys.md
More: keyturn status web-shop-production

Run run-1 of rotate (Keyturn-KeyRotationRotate-1A2B3C), account 111122223333, eu-central-1, 2026-04-01T03:00:00.000Z`);
  });

  it('has the account and the region in the subject where there is room', () => {
    const { subject } = notificationOf([finding('current-key-missing', { key: 'blog' })], sender);
    expect(subject).toBe('Keyturn: blog: somebody deleted the current key; broken now, 111122223333 eu-central-1');
  });

  it.each(FINDING_CODES)('%s says what, whether anything is broken, what to run and where its runbook is', (code) => {
    const { subject, text } = notificationOf([finding(code, { connection: acme })], sender);
    const { what, brokenNow } = finding(code);
    expect(subject).toMatch(/^Keyturn: web-shop-production: .+; (broken now|perhaps broken|nothing is broken)/);
    expect(subject).toContain(what);
    expect(firstLine(text)).toContain(`web-shop-production: ${what}. ${brokenNow}`);
    expect(what.length).toBeLessThanOrEqual(45);
    expect(brokenNow).toMatch(/\.$/);
    expect(commandsIn(text).length).toBeGreaterThan(0);
    for (const command of commandsIn(text)) expect(command).toMatch(/(aws [a-z]+|keyturn) [a-z]/);
    expect(text).toContain(`Runbook: https://example.com/runbooks/${code}.md`);
    const shell = spawnSync('bash', ['-n'], { input: commandsIn(text).join('\n') });
    expect(shell.stderr.toString()).toBe('');
    expect(text).not.toContain('undefined');
  });

  it.each([
    ['paused', '  aws secretsmanager untag-resource --region eu-central-1 --secret-id keyturn/web-shop-production'],
    ['observed', '  npx cdk deploy --all'],
  ] as const)(
    'of a torn pair of a %s key first ends what keeps it from a delivery, and then delivers (K1)',
    (heldBy, ends) => {
      const facts = { is: 'left', at: day(80), targets: ['bitbucket acme/web-shop'], because: heldBy } as const;
      const left = described({ code: 'torn-pair', key: 'web-shop-production', accessKeyId: idOf('old'), facts });
      const [first = '', then = '', ...more] = commandsIn(notificationOf([left], sender).text);
      expect(first).toContain(ends);
      expect(then).toContain('SyncFunctionName');
      expect(more).toEqual([]);
      // One that is only refused is not paused, whoever else is.
      const { text } = notificationOf(
        [left, finding('torn-pair', { key: 'blog', what: left.what, brokenNow: left.brokenNow })],
        sender,
      );
      expect(text).not.toContain('--secret-id keyturn/blog');
    },
  );

  it('names the function that made it by its own name, and another by what the stack says', () => {
    const own = notificationOf([finding('current-key-missing')], sender).text;
    expect(own).toContain(
      '  aws lambda invoke --region eu-central-1 --function-name Keyturn-KeyRotationRotate-1A2B3C ' +
        `--payload '{"keys":["web-shop-production"]}' --cli-binary-format raw-in-base64-out`,
    );
    const other = notificationOf([finding('undelivered')], sender).text;
    expect(other).toContain(`[?OutputKey=='SyncFunctionName'].OutputValue`);
    expect(other).not.toContain('Keyturn-KeyRotationRotate-1A2B3C --payload');
    const { functionName: _, ...unknown } = sender;
    expect(notificationOf([finding('current-key-missing')], unknown).text).toContain('RotateFunctionName');
  });

  it('that has no key names the connection, or the run', () => {
    const { key: _, ...expiring } = finding('token-expires', { connection: acme });
    expect(notificationOf([expiring], sender).subject).toMatch(/^Keyturn: connection acme: the token ends soon;/);
    const { key: __, ...capped } = finding('rotation-cap');
    const { subject, text } = notificationOf([capped], sender);
    expect(subject).toMatch(/^Keyturn: the rotate run: /);
    expect(text).toContain("--payload '{}'");
  });

  it('says in its own words what the code alone does not', () => {
    const torn = finding('delivery-failed', { brokenNow: 'Broken now: half of each.' });
    expect(notificationOf([torn], sender).subject).toMatch(/a delivery failed; broken now/);
  });

  it('quotes what comes from outside, so that it cannot become another command', () => {
    const { text } = notificationOf(
      [rejected('shop'), finding('token-rejected', { connection: { name: 'x', secret: "a'; rm -rf / #" } })],
      sender,
    );
    const script = commandsIn(text).filter((line) => line.includes('tag-resource'));
    const ran = spawnSync('bash', ['-c', `aws() { printf '%s\\n' "$@"; }\n${script.join('\n')}`], {
      input: '2027-03-01\n2027-03-02\n',
    });
    expect(ran.stdout.toString().split('\n')).toEqual(
      expect.arrayContaining(['keyturn/connections/acme', "a'; rm -rf / #", 'Key=keyturn:expires,Value=2027-03-02']),
    );
  });
});

describe('a message about several findings', () => {
  it('starts with what is broken, then with what is more serious, whatever came first', () => {
    const { subject, text } = notificationOf(
      [
        finding('rotation-cap', { key: 'a' }),
        finding('two-keys', { key: 'b' }),
        finding('delivery-failed', { key: 'c', brokenNow: 'Broken now: half of each.' }),
        finding('hold-limit', { key: 'd' }),
        finding('current-key-missing', { key: 'e' }),
      ],
      sender,
    );
    expect(subject).toBe(
      'Keyturn: e: somebody deleted the current key; broken now (+4 more), 111122223333 eu-central-1',
    );
    expect([...text.matchAll(/^(\w): /gm)].map(([, key]) => key)).toEqual(['e', 'c', 'd', 'b', 'a']);
  });

  it('tells 500 keys of one rejected token in one paragraph', () => {
    const { subject, text } = notificationOf(
      Array.from({ length: 500 }, (_, index) => rejected(`shop-${index}`)),
      sender,
    );
    expect(subject).toBe('Keyturn: 500 keys: the host rejects the token of connection acme; nothing is broken');
    expect(text.match(/\[token-rejected\]/g)).toHaveLength(1);
    expect(text).toContain('Keys: shop-0, shop-1,');
    expect(text).toContain('shop-19, and 480 more');
    expect(text).not.toContain('shop-20');
    // Nobody would start the function 25 times: this looks at everything.
    expect(text).toContain("--payload '{}'");
    expect(text.length).toBeLessThan(3_000);
  });

  it('keeps causes apart: another connection, another reason', () => {
    const other = { name: 'beta', secret: 'keyturn/connections/beta' };
    const { text } = notificationOf(
      [
        rejected('a'),
        rejected('b'),
        finding('token-rejected', { key: 'c', connection: other }),
        finding('token-rejected', { key: 'd', connection: acme, what: 'a scope is missing' }),
      ],
      sender,
    );
    expect(text.match(/^Runbook: /gm)).toHaveLength(3);
  });

  it('has a command for each of the keys, and one purpose over them', () => {
    const { text } = notificationOf(
      ['a', 'b'].map((key) => finding('in-use', { key, accessKeyId: idOf(key) })),
      sender,
    );
    expect(text.match(/^See its last use:$/gm)).toHaveLength(1);
    for (const key of ['a', 'b']) expect(text).toContain(`get-access-key-last-used --access-key-id ${idOf(key)}`);
  });

  it('says of one key with several targets that it is one key', () => {
    const { subject, text } = notificationOf([rejected('a'), rejected('a')], sender);
    expect(subject).toContain('Keyturn: a: ');
    expect(text).not.toContain('Keys:');
  });
});

describe('any message', () => {
  const anyFinding: fc.Arbitrary<Told> = fc.record(
    {
      code: fc.constantFrom(...FINDING_CODES),
      severity: fc.constant('attention' as const),
      message: anyText,
      key: anyText,
      user: anyText,
      accessKeyId: anyText,
      what: anyText,
      brokenNow: fc.constantFrom(...FINDING_CODES.map((code) => finding(code).brokenNow)),
      outcome: fc.constant('failed' as const),
      connection: fc.record({ name: anyText, secret: anyText }),
    },
    { requiredKeys: ['code', 'severity', 'message', 'what', 'brokenNow', 'outcome'] },
  );

  it('fits into SNS whatever people wrote into tags, parameters and names, and no line of it is theirs', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { minLength: 1, maxLength: 60 }), (findings) => {
        const { subject, text } = notificationOf(findings, sender);
        expect(subject).toMatch(/^Keyturn: [\x20-\x7e]{1,91}$/);
        expect(subject).toMatch(/broken/);
        expect(text).not.toMatch(/[^\P{C}\n]/u);
        expect(text.length).toBeLessThan(64 * 1024);
        expect(text).toMatch(/\nRun run-1 of rotate .*, 2026-04-01T03:00:00\.000Z$/);
      }),
    );
  });
});
