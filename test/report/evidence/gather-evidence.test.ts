import { describe, expect, it } from 'vitest';
import { AUDIT_SCHEMA, type AuditEvent } from '../../../functions/core/audit';
import { auditTermsDigest } from '../../../functions/core/config/audit-terms';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { AUDIT_LOG_GROUP } from '../../../functions/core/names';
import type { Evidence, EvidenceSource } from '../../../functions/report/evidence/evidence';
import type { AwsFault } from '../../../local/account/wire/server';
import { newScene } from '../../support/dispose';
import type { Scene } from '../../support/scene';
import { otherSealKey, sealed } from '../../support/seal-key';
import { START } from '../../support/stage';
import { failing, gather, rotated } from './gathered';

interface Line {
  readonly at: number;
  readonly text: string;
}

/** PutLogEvents takes a MiB at most. */
const MOST_LINES = 2_000;

/** Lines that somebody put into the record, each at its own instant. */
function write(scene: Scene, lines: readonly Line[], logStreamName = 'sync/2026-01'): void {
  const stream = { logGroupName: AUDIT_LOG_GROUP, logStreamName };
  const { logStreams } = scene.account.logs.describeLogStreams({ ...stream, logStreamNamePrefix: logStreamName });
  if (logStreams.length === 0) scene.account.logs.createLogStream(stream);
  const logEvents = lines.map(({ at, text }) => ({ timestamp: at, message: text }));
  for (let start = 0; start < logEvents.length; start += MOST_LINES) {
    const { rejectedLogEventsInfo } = scene.account.logs.putLogEvents({
      ...stream,
      logEvents: logEvents.slice(start, start + MOST_LINES),
    });
    expect(rejectedLogEventsInfo).toBeUndefined();
  }
}

const lineOf = (event: AuditEvent): Line => ({ at: Date.parse(event.time), text: JSON.stringify(event) });

function eventAt(at: number, more: Partial<AuditEvent> = {}): AuditEvent {
  const { sequence = 1 } = more;
  return {
    schema: AUDIT_SCHEMA,
    id: `attempt-${at}-${sequence}`,
    sequence,
    event: 'run-started',
    time: new Date(at).toISOString(),
    account: '111122223333',
    region: 'eu-west-1',
    run: `run-${at}`,
    function: 'sync',
    functionVersion: 'test',
    outcome: 'ok',
    ...more,
  };
}

function putTerms(scene: Scene, Value: string): void {
  scene.account.ssm.putParameter({ Name: '/keyturn/audit-terms', Type: 'String', Value, Overwrite: true }, 'me');
}

/** A run of a deployment with these terms, an hour later. */
async function deployedWith(scene: Scene, terms: string | undefined): Promise<void> {
  scene.hours(1);
  const started = eventAt(scene.clock.now() - MINUTE, { facts: { terms: auditTermsDigest(terms) } });
  const [event = started] = await sealed([started]);
  write(scene, [lineOf(event)]);
}

const earlier = (instant: Date, milliseconds: number) => new Date(instant.getTime() - milliseconds);
const sources = ({ failures }: Evidence) => failures.map(({ source }) => source);

describe('evidence', () => {
  it('has the record, CloudTrail, every key of the account, the registry and the secrets, and who asked for it', async () => {
    const scene = await rotated();
    scene.addUser('by-hand');
    scene.createKey('by-hand');
    // The credential report that the run saw has grown old by then.
    scene.hours(5);
    const evidence = await gather(scene);

    expect(evidence).toMatchObject({
      account: '111122223333',
      region: 'eu-west-1',
      gatheredBy: expect.stringContaining('assumed-role/keyturn/function'),
      invalidEntries: [],
      failures: [],
    });
    expect(evidence.record?.events.map(({ event }) => event)).toEqual(scene.audits.map(({ event }) => event));
    expect(evidence.trail?.writes).toMatchObject([
      { action: 'CreateAccessKey', user: 'ci-shop', accessKeyId: scene.currentKey('shop') },
      { action: 'PutSecretValue', secret: 'keyturn/shop', version: scene.current('shop') },
      { action: 'CreateAccessKey', user: 'by-hand' },
    ]);
    expect(evidence.credentialReport?.principals.map(({ user, keys }) => [user, keys.length])).toEqual([
      ['<root_account>', 0],
      ['by-hand', 1],
      ['ci-shop', 1],
    ]);
    expect(evidence.entries?.map(({ id }) => id)).toEqual(['shop']);
    expect(evidence.secrets?.map(({ name }) => name).sort()).toEqual(['keyturn/connections/acme', 'keyturn/shop']);
    expect(evidence.listedKeys?.map(({ user, accessKeyId }) => [user, accessKeyId])).toEqual([
      ['ci-shop', scene.currentKey('shop')],
    ]);
  });

  it('has the frameworks that were chosen and what was accepted, and when that was written', async () => {
    const scene = await rotated();
    expect(await gather(scene)).toMatchObject({ terms: undefined, failures: [] });
    const terms = { frameworks: ['cis-7.0'], exceptions: [] };
    const value = JSON.stringify({ version: 1, ...terms });
    putTerms(scene, value);
    const changedAt = new Date(scene.clock.now());
    await deployedWith(scene, value);
    expect((await gather(scene)).terms).toEqual({
      ...terms,
      digest: auditTermsDigest(value),
      changedAt: expect.toSatisfy((at: Date) => at >= changedAt),
    });
    putTerms(scene, '[]');
    const unreadable = await gather(scene);
    expect(unreadable.terms).toBeUndefined();
    expect(unreadable.failures).toMatchObject([
      { source: 'audit-terms', message: expect.stringContaining('SSM parameter /keyturn/audit-terms cannot be read') },
    ]);
  });

  it('has nothing of terms that the deployment did not write, and says so', async () => {
    const scene = await rotated();
    const exceptions = [
      {
        user: 'mallory',
        control: 'cis-1.14',
        approver: 'Mallory',
        reason: 'Because.',
        approvedOn: '2026-01-01',
        until: '2026-12-31',
      },
    ];
    const forged = JSON.stringify({ version: 1, exceptions });
    putTerms(scene, forged);
    const told = async () => {
      const { terms, failures } = await gather(scene);
      return [
        terms?.exceptions.length,
        ...failures.map(({ message }) => /^(No sealed run|\S+ does not hold)/.exec(message)?.[1]),
      ];
    };
    const differs = '/keyturn/audit-terms does not hold';
    expect(await told()).toEqual([undefined, 'No sealed run']);
    await deployedWith(scene, undefined);
    expect(await told()).toEqual([undefined, differs]);
    // Whoever may write into the log group says it in vain.
    write(scene, [lineOf(eventAt(scene.clock.now(), { facts: { terms: auditTermsDigest(forged) } }))]);
    expect(await told()).toEqual([undefined, differs]);
    await deployedWith(scene, forged);
    expect(await told()).toEqual([1]);
    scene.account.ssm.deleteParameter({ Name: '/keyturn/audit-terms' });
    expect(await told()).toEqual([undefined, differs]);
  });

  it('has those of today for a period that is long over', async () => {
    const scene = await rotated();
    scene.hours(24 * 40);
    const value = JSON.stringify({ version: 1, frameworks: ['cis-7.0'], exceptions: [] });
    putTerms(scene, value);
    await deployedWith(scene, value);
    const { terms, record } = await gather(scene, { until: new Date(START + 2 * DAY) });
    expect(terms?.frameworks).toEqual(['cis-7.0']);
    expect(record?.events.filter(({ time }) => Date.parse(time) > START + 3 * DAY)).toEqual([]);
  });

  it('holds no secret (K6)', async () => {
    const scene = await rotated();
    const text = JSON.stringify(await gather(scene));
    for (const secret of scene.material) expect(text).not.toContain(secret);
  });

  it('shows a key that was made by hand and one that was deleted behind Keyturn’s back', async () => {
    const scene = await rotated();
    const own = scene.currentKey('shop') ?? '';
    const { AccessKeyId: handMade } = scene.createKey('ci-shop');
    scene.hours(1);
    scene.deleteKey('ci-shop', own);
    scene.hours(1);
    const { trail, record, listedKeys } = await gather(scene);

    const byHand = trail?.writes.filter(({ by }) => by.endsWith(':root'));
    expect(byHand).toMatchObject([
      { action: 'CreateAccessKey', user: 'ci-shop', accessKeyId: handMade },
      { action: 'DeleteAccessKey', user: 'ci-shop', accessKeyId: own },
    ]);
    expect(record?.events.some(({ event, accessKeyId }) => event === 'key-deleted' || accessKeyId === handMade)).toBe(
      false,
    );
    expect(listedKeys?.map(({ accessKeyId }) => accessKeyId)).toEqual([handMade]);
  });

  it('keeps an entry that cannot be read, and the others (K11)', async () => {
    const scene = await rotated();
    scene.parameter('broken', '{');
    const { entries, invalidEntries } = await gather(scene);

    expect(entries?.map(({ id }) => id)).toEqual(['shop']);
    expect(invalidEntries).toMatchObject([{ id: 'broken', message: expect.stringContaining('not JSON') }]);
  });

  it('does not exist when it is not known whose it would be', async () => {
    const scene = await rotated();
    scene.awsFault = failing(['GetCallerIdentity'], { kind: 'error', status: 403, code: 'ExpiredToken' });

    await expect(gather(scene)).rejects.toThrow(/These AWS credentials have expired. Sign in again/);
  });
});

describe('the record', () => {
  it('is read to its last page, each event once, in order of time, also what nobody can read', async () => {
    const scene = await newScene();
    const events = Array.from({ length: 10_050 }, (_, index) => eventAt(START + index * 10));
    const texts = events.map(lineOf);
    const newer = JSON.stringify({ ...eventAt(START), schema: 'keyturn.audit/v2' });
    write(scene, [...texts, { at: START + HOUR, text: newer }, { at: START + HOUR + 1, text: '<script>' }]);
    write(scene, texts.slice(-3));
    scene.hours(2);
    const { record, failures } = await gather(scene);

    expect(failures).toEqual([]);
    expect(record?.events).toEqual(events);
    expect(record?.unreadable).toEqual([
      { at: new Date(START + HOUR), why: 'newer-schema', schema: 'keyturn.audit/v2' },
      { at: new Date(START + HOUR + 1), why: 'not-an-event' },
    ]);
    expect(scene.calls.filter(({ action }) => action === 'FilterLogEvents')).toHaveLength(3);
  });

  it('begins when its log group was made, or where its retention ends', async () => {
    const scene = await newScene();
    const made = new Date(START);
    scene.hours(2 * 24);
    expect((await gather(scene)).record?.beginsAt).toEqual(made);

    scene.account.logs.putRetentionPolicy({ logGroupName: AUDIT_LOG_GROUP, retentionInDays: 1 });
    const { record, gatheredAt } = await gather(scene);
    expect(record?.beginsAt).toEqual(earlier(gatheredAt, DAY));
  });

  it('keeps both of two events with one ID, and tells of each line that Keyturn cannot have written so', async () => {
    const scene = await newScene();
    const stored = eventAt(START, { sequence: 3, event: 'key-stored', key: 'shop' });
    const forged = { ...stored, time: new Date(START + MINUTE).toISOString(), key: 'other' };
    const wrongId = { ...eventAt(START + 2 * MINUTE), sequence: 7 };
    const wrongStream = eventAt(START + 3 * MINUTE, { function: 'rotate' });
    write(scene, [stored, forged, wrongId, wrongStream].map(lineOf));
    write(scene, [stored, forged].map(lineOf), 'sync/2026-02');
    write(scene, [lineOf(eventAt(START + 4 * MINUTE))], 'rotate/2026-01');
    scene.hours(1);
    const { record } = await gather(scene);

    expect(record?.events).toEqual([stored, forged]);
    expect(record?.unreadable).toEqual([
      { at: new Date(START + MINUTE), why: 'conflicting-id' },
      { at: new Date(START + 2 * MINUTE), why: 'wrong-id' },
      { at: new Date(START + 3 * MINUTE), why: 'wrong-stream' },
      { at: new Date(START + 4 * MINUTE), why: 'wrong-stream' },
    ]);
  });

  it('tells which stacks were of the deployment, as sealed runs say it and nobody else', async () => {
    const scene = await rotated();
    const at = scene.clock.now() - HOUR;
    const says = (stack: string, by: number) => eventAt(at + by, { facts: { stacks: [stack] } });
    const ours = await sealed([says('KeyturnKeys1', 0), eventAt(at + 1, { facts: { stacks: 'none' } })]);
    const others = await sealed([says('Strangers', 2)], otherSealKey('5ea15ea1-0000-4000-8000-000000000002'));
    write(scene, [...ours, ...others, says('Forged', 3)].map(lineOf));
    const { record } = await gather(scene);

    const stacks = record?.seals?.stacks ?? new Map<string, ReadonlySet<string>>();
    expect([...stacks].map(([stack, days]) => [stack, ...days])).toEqual([
      ['KeyturnKeys1', new Date(at).toISOString().slice(0, 10)],
    ]);
  });

  it('does not forget a run that was busy because somebody wrote an end of it', async () => {
    const scene = await newScene();
    const [started, made] = [eventAt(START), eventAt(START, { sequence: 2, event: 'key-created', key: 'shop' })];
    const end = eventAt(START, { sequence: 2, event: 'run-finished' });
    const late = { ...end, time: new Date(START + MINUTE).toISOString() };
    write(scene, [started, made, late].map(lineOf));
    scene.hours(4);
    const { record } = await gather(scene, { since: new Date(START + 2 * HOUR) });

    expect(record?.events).toEqual([started, made, late]);
    expect(record?.unreadable).toEqual([{ at: new Date(START + MINUTE), why: 'conflicting-id' }]);
  });

  it('tells the lives of keys from before the period, and of runs before it those only that did something', async () => {
    const scene = await newScene();
    const run = (at: number, ...between: AuditEvent['event'][]) =>
      (['run-started', ...between, 'run-finished'] as const).map((event, index) =>
        eventAt(at, { event, sequence: index + 1 }),
      );
    const [idle, busy, later] = [run(START), run(START + HOUR, 'key-created'), run(START + 3 * HOUR)];
    // What such a run says of a bus goes with it.
    const unsent = eventAt(START, { event: 'events-unsent', sequence: 3 });
    scene.hours(4);
    write(scene, [...idle, unsent, ...busy, ...later].map(lineOf));
    const { record } = await gather(scene, { since: new Date(START + 2 * HOUR) });

    expect(record?.events).toEqual([...busy, ...later]);
  });

  it('goes on for a while after a period that is over, so that what began in it can be seen to end', async () => {
    const scene = await newScene();
    const events = [1, 2, 4].map((hours) => eventAt(START + hours * HOUR));
    scene.hours(24);
    write(scene, events.map(lineOf));
    const { record } = await gather(scene, { until: new Date(START + HOUR + MINUTE) });

    expect(record?.events).toEqual(events.slice(0, 2));
  });

  it('that is not there is a failure that names the log group and its region', async () => {
    const scene = await rotated();
    const { record, failures } = await gather(scene, {}, '/keyturn/elsewhere');

    expect(record).toBeUndefined();
    expect(failures).toEqual([
      { source: 'audit-record', message: expect.stringMatching(/no log group \/keyturn\/elsewhere in eu-west-1/) },
    ]);
  });
});

describe("CloudTrail's event history", () => {
  it('is read to its last page, at two requests a second of each region and without calls that failed', async () => {
    const scene = await newScene();
    for (let index = 0; index < 55; index += 1) {
      scene.addUser(`user-${index}`);
      scene.createKey(`user-${index}`);
    }
    for (let index = 0; index < 2; index += 1) {
      try {
        scene.createKey('user-0');
      } catch (error) {
        expect(error).toMatchObject({ code: 'LimitExceeded' });
      }
    }
    scene.hours(1);
    // IAM has made its report by then: to wait for it would move the clock between two requests.
    await gather(scene);
    scene.calls.length = 0;
    const { trail } = await gather(scene);

    expect(trail?.writes).toHaveLength(56);
    const asked = scene.calls.filter(({ action }) => action === 'LookupEvents');
    expect(asked).toHaveLength(5);
    for (const [index, { at, region }] of asked.entries()) {
      const before = asked.slice(0, index).findLast((call) => call.region === region);
      if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(500);
    }
  });

  it('goes back 90 days and ends 15 minutes ago', async () => {
    const scene = await rotated();
    scene.hours(120 * 24);
    const { trail, gatheredAt } = await gather(scene);

    expect(trail).toEqual({ from: earlier(gatheredAt, 90 * DAY), to: earlier(gatheredAt, 15 * MINUTE), writes: [] });
  });

  it('is asked for one hour more on either side of a period that is over', async () => {
    const scene = await rotated();
    const since = new Date(START + HOUR);
    const until = new Date(START + 2 * HOUR);
    scene.hours(24);
    const { trail } = await gather(scene, { since, until });

    expect(trail).toMatchObject({ from: new Date(START), to: new Date(START + 3 * HOUR) });
    expect(trail?.writes).toHaveLength(2);
  });

  it('that does not reach back to the period is a failure that says so', async () => {
    const scene = await rotated();
    scene.hours(120 * 24);
    const evidence = await gather(scene, { until: new Date(START + DAY) });

    expect(evidence.trail).toBeUndefined();
    expect(evidence.failures).toEqual([
      { source: 'cloudtrail', message: expect.stringContaining('the whole period is outside') },
    ]);
  });

  it('has nothing of connection secrets, and of no secret but Keyturn’s', async () => {
    const scene = await rotated();
    const put = (SecretId: string) =>
      scene.account.invoke(scene.admin, 'secretsmanager', 'PutSecretValue', { SecretId, SecretString: 'x' });
    scene.secret('other/app', 'x');
    put('other/app');
    put('keyturn/connections/acme');
    scene.put('shop', 'edited');
    scene.hours(1);
    const { trail } = await gather(scene);

    expect(trail?.writes.flatMap(({ secret }) => secret ?? [])).toEqual(['keyturn/shop', 'keyturn/shop']);
  });
});

describe('a source that cannot be read stops no other (K11)', () => {
  const denied: AwsFault = { kind: 'error', status: 403, code: 'AccessDenied', message: 'User x may not' };
  const has = ({ record, trail, credentialReport, listedKeys, entries, secrets }: Evidence) => ({
    'audit-record': record !== undefined,
    cloudtrail: trail !== undefined,
    'credential-report': credentialReport !== undefined,
    iam: listedKeys !== undefined,
    registry: entries !== undefined,
    secrets: secrets !== undefined,
  });

  it.each<[EvidenceSource, string, string]>([
    ['audit-record', 'DescribeLogGroups', 'logs:DescribeLogGroups'],
    ['audit-record', 'FilterLogEvents', 'logs:FilterLogEvents'],
    ['cloudtrail', 'LookupEvents', 'cloudtrail:LookupEvents'],
    ['credential-report', 'GenerateCredentialReport', 'iam:GenerateCredentialReport'],
    ['credential-report', 'GetCredentialReport', 'iam:GetCredentialReport'],
    ['iam', 'ListAccessKeys', 'iam:ListAccessKeys'],
    ['secrets', 'ListSecrets', 'secretsmanager:ListSecrets'],
  ])('%s: where %s is denied, the permission is named and who has it', async (source, action, permission) => {
    const scene = await rotated();
    scene.awsFault = failing([action], denied);
    const evidence = await gather(scene);

    expect(evidence.failures).toEqual([{ source, message: expect.stringContaining(permission) }]);
    expect(evidence.failures[0]?.message).toContain('the managed policy KeyturnAuditor has');
    expect(evidence.failures[0]?.message).toContain('AWS says: User x may not');
    expect(has(evidence)).toEqual({
      'audit-record': true,
      cloudtrail: true,
      'credential-report': true,
      iam: true,
      registry: true,
      secrets: true,
      [source]: false,
    });
  });

  it('registry: without it nobody knows whose keys to list', async () => {
    const scene = await rotated();
    scene.awsFault = failing(['GetParametersByPath'], denied);
    const evidence = await gather(scene);

    expect(sources(evidence).sort()).toEqual(['iam', 'registry']);
    expect(evidence.failures.map(({ message }) => message).join()).toContain('which users are managed is not known');
    expect(evidence.entries).toBeUndefined();
    expect(evidence.record?.events.length).toBeGreaterThan(0);
  });

  it('all of them denied is still evidence: that nothing could be seen', async () => {
    const scene = await rotated();
    scene.awsFault = (call) => (call.action === 'GetCallerIdentity' ? undefined : denied);
    const evidence = await gather(scene);

    expect(new Set(Object.values(has(evidence)))).toEqual(new Set([false]));
    expect(sources(evidence).sort()).toEqual([
      'audit-record',
      'audit-terms',
      'cloudtrail',
      'credential-report',
      'deployment',
      'iam',
      'registry',
      'seal-key',
      'secrets',
    ]);
  });

  it('one user that cannot be listed hides no other, and is named; one that does not exist has no keys', async () => {
    const scene = await rotated();
    scene.manage('lab');
    scene.register(scene.entry('gone', { user: 'nobody' }));
    scene.awsFault = (call) => (call.input.UserName === 'ci-lab' ? denied : undefined);
    const evidence = await gather(scene);

    expect(evidence.listedKeys?.map(({ user }) => user)).toEqual(['ci-shop']);
    expect(evidence.usersNotListed).toEqual(['ci-lab']);
    expect(evidence.failures.map(({ source, message }) => `${source}: ${message}`)).toEqual([
      expect.stringMatching(/^iam: Access was denied.*ListAccessKeys.*The access keys of ci-lab could not be listed/),
      expect.stringMatching(/^iam: The access keys of nobody could not be listed.*NoSuchEntity/),
    ]);
  });

  it('a credential report that IAM does not finish is waited for, and then given up', async () => {
    const scene = await newScene({ credentialReportTime: DAY });
    scene.manage('shop');
    const { credentialReport, failures } = await gather(scene, { until: new Date(START + 1) });

    expect(credentialReport).toBeUndefined();
    expect(failures).toContainEqual({
      source: 'credential-report',
      message: expect.stringContaining('did not finish it in time'),
    });
  });
});
