import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { deliveredLabel, type SecretState } from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { historiesOf } from '../../../functions/report/judge/histories';
import { scopeOf } from '../../../functions/report/judge/scope';
import { DELIVERED, day, handMade, keyOf, secretOf, tagOf, versionOf } from '../../core/web-shop';
import { AnAccount } from './account';

const history = (evidence: Evidence) => historiesOf(evidence, scopeOf(evidence), [])[0];
const key = keyOf('new', day(50));
const secret = (
  versions: SecretState['versions'],
  tags: SecretState['tags'] = {},
  createdAt = day(0),
): SecretState => ({
  ...secretOf(versions, tags, createdAt),
  name: 'keyturn/key-0',
});
/** One managed key whose secret is like this, on day 100. */
const of = (given: SecretState | undefined, changes: Partial<Evidence> = {}) =>
  history(new AnAccount(1).evidence(100, 11, { secrets: given && [given], listedKeys: [], ...changes }));
const delivered = versionOf(key, 'AWSCURRENT', DELIVERED);

describe('the history of a managed key', () => {
  it('has its policy, its targets and its numbers, of the period only', () => {
    const account = new AnAccount(1).live(0, 95);
    account.run('deactivate', day(95), (run) =>
      run.tell('finding', { key: 'key-0', user: 'ci-0', reason: 'in-use', accessKeyId: account.key().accessKeyId }),
    );
    account.run('sync', day(95), (run) =>
      run.tell('finding', { key: 'key-0', user: 'ci-0', reason: 'delivery-failed' }),
    );
    const evidence = account.evidence(96, 11);
    const own = account.events.filter(({ key: of, time }) => of === 'key-0' && time >= day(11).toISOString());
    expect(history(evidence)).toMatchObject({
      key: 'key-0',
      user: 'ci-0',
      policy: account.entry().policy,
      isManagedNow: true,
      targets: ['bitbucket acme/web-shop environment Production'],
      currentAccessKeyId: account.key(1).accessKeyId,
      state: 'on-time',
      rotateDueAt: new Date(account.key(1).createdAt.getTime() + 90 * 24 * HOUR).toISOString(),
      rotations: 1,
      lateRotations: 0,
      deliveries: 1,
      holds: 1,
      incidents: 1,
      events: own.map(({ id }) => id),
    });
    expect(history(evidence)).not.toHaveProperty('undeliveredSince');
    expect(history({ ...evidence, since: day(95, 1) })).toMatchObject({
      rotations: 0,
      deliveries: 0,
      holds: 0,
      incidents: 0,
    });
  });

  it('counts the rotations that came late, of the period only', () => {
    const account = new AnAccount(1).live(0, 89).live(95, 100);
    const late = (since: number) => history(account.evidence(100, since))?.lateRotations;
    expect([late(11), late(96)]).toEqual([1, 0]);
  });

  it('that is managed no more has no targets and no date', () => {
    const account = new AnAccount(1).live(0, 3);
    const gone = history(account.evidence(3, 0, { entries: [] }));
    expect(gone).toMatchObject({ isManagedNow: false, targets: [], state: 'not-managed' });
    expect(gone).not.toHaveProperty('rotateDueAt');
  });
});

describe('the state of a managed key', () => {
  const paused = { [TAG.paused]: `${day(101).toISOString()} alice` };
  const by = day(100, -26 * HOUR);
  const replaced = { [TAG.replaced]: tagOf(key, day(60)), [TAG.deactivated]: tagOf(key, day(60)) };
  const again = { ...replaced, [TAG.reactivated]: tagOf(key, day(61)) };
  const replacedBy = { roles: ['arn:aws:iam::111122223333:role/deploy'], idleFor: 30 };
  const leaving = new AnAccount(1).entries.map((entry) => ({ ...entry, replacedBy }));

  it.each<[NonNullable<ReturnType<typeof of>>['state'], string, SecretState | undefined, Partial<Evidence>]>([
    ['on-time', 'its key is delivered and in time', secret([delivered]), {}],
    ['undelivered', 'its key is not delivered', secret([versionOf(key, 'AWSCURRENT')]), {}],
    ['unknown', 'the registry could not be read', secret([delivered]), { entries: undefined }],
    ['unknown', 'the secrets could not be described', secret([delivered]), { secrets: undefined }],
    ['unknown', 'its secret is not there', undefined, { secrets: [] }],
    ['paused', 'a person holds it', secret([delivered], paused), {}],
    ['replaced', 'roles have taken over, whatever its age', secret([delivered], replaced), { entries: leaving }],
    ['on-time', 'the record does not say it', secret([delivered], replaced), { entries: leaving }],
    ['unknown', 'IAM could not be asked', secret([delivered], replaced), { entries: leaving, listedKeys: undefined }],
    ['on-time', 'its entry names no role', secret([delivered], replaced), {}],
    ['on-time', 'somebody made it Active again since', secret([delivered], again), { entries: leaving }],
    [
      'on-time',
      'IAM lists it as Active',
      secret([delivered], replaced),
      { entries: leaving, listedKeys: [{ user: 'ci-0', ...key }] },
    ],
    ['unknown', 'somebody edited it', secret([{ versionId: handMade, labels: ['AWSCURRENT'] }]), {}],
    ['not-rotated-yet', 'a day and two hours have passed', secret([], {}, by), {}],
    ['overdue', 'more than that has passed', secret([], {}, new Date(by.getTime() - 1)), {}],
    [
      'on-time',
      'its next run is to come',
      secret([versionOf(keyOf('new', day(9, -2 * HOUR)), 'AWSCURRENT', DELIVERED)]),
      {},
    ],
    [
      'overdue',
      'its next run is over',
      secret([versionOf(keyOf('new', day(9, -2 * HOUR - 1000)), 'AWSCURRENT', DELIVERED)]),
      {},
    ],
    [
      'undelivered',
      'it is delivered to other targets',
      secret([versionOf(key, 'AWSCURRENT', deliveredLabel('0000000000000001'))]),
      {},
    ],
  ])('is %s where %s', (state, what, given, changes) => {
    const account = new AnAccount(1).live(0, 1);
    const { accessKeyId } = key;
    if (what !== 'the record does not say it')
      account.run('deactivate', day(60), (run) =>
        run.tell('key-deactivation-begun', { key: 'key-0', user: 'ci-0', accessKeyId, reason: 'replaced' }),
      );
    const record = { logGroup: 'x', beginsAt: day(0), events: account.events, unreadable: [] };
    expect(of(given, { ...changes, record: { ...record } })?.state).toBe(state);
  });
});

describe('the time since which a managed key waits for its delivery', () => {
  const waiting = secret([versionOf(key, 'AWSCURRENT', deliveredLabel('0000000000000001'))]);
  const changed = (at: Date) => ({ entriesChangedAt: new Map([['key-0', at]]) });
  const promoted = (at: Date, accessKeyId = key.accessKeyId, event: 'key-promoted' | 'key-stored' = 'key-promoted') => {
    const account = new AnAccount(1);
    account.run('rotate', at, (run) => run.tell(event, { key: 'key-0', user: 'ci-0', accessKeyId }));
    return { record: account.evidence(100).record };
  };

  it.each<[string, Partial<Evidence>, Date]>([
    ['is its creation', {}, day(50)],
    ['is the change of its targets', changed(day(60)), day(60)],
    ['is its promotion', promoted(day(70)), day(70)],
    ['is the change of its targets after its promotion', { ...changed(day(80)), ...promoted(day(70)) }, day(80)],
    ['is none that another key became current', promoted(day(70), 'OTHER'), day(50)],
    ['is none that it was stored', promoted(day(70), key.accessKeyId, 'key-stored'), day(50)],
  ])('%s', (_what, changes, since) => {
    expect(of(waiting, changes)).toMatchObject({ state: 'undelivered', undeliveredSince: since.toISOString() });
  });
});

describe('the current key of a managed key', () => {
  it('is the one that the secret names', () => {
    expect(of(secret([delivered]))).toMatchObject({
      currentAccessKeyId: key.accessKeyId,
      rotateDueAt: day(140).toISOString(),
    });
    expect(of(secret([versionOf(key, 'AWSPREVIOUS')]))?.currentAccessKeyId).toBeUndefined();
    expect(of(secret([versionOf(key, 'AWSPREVIOUS')]))).not.toHaveProperty('rotateDueAt');
  });

  const unseen = (account: AnAccount, until: number) =>
    history(account.evidence(until, 0, { secrets: undefined, listedKeys: undefined }));

  it('is the one that the record has, where no secret tells', () => {
    const account = new AnAccount(1).live(0, 95);
    expect(unseen(account, 95)).toMatchObject({
      currentAccessKeyId: account.key(1).accessKeyId,
      rotateDueAt: new Date(account.key(1).createdAt.getTime() + 90 * 24 * HOUR).toISOString(),
    });
  });

  it('is the one that the record has, though it is not delivered', () => {
    const account = new AnAccount(1);
    account.run('rotate', day(0), (run) => account.rotate(run, 0, 'first'));
    expect(unseen(account, 1)?.currentAccessKeyId).toBe(account.key().accessKeyId);
  });

  it('is none that is gone, and none that nobody stored', () => {
    const account = new AnAccount(1).live(0, 2);
    account.run('delete', day(2), (run) =>
      run.tell('key-deleted', { key: 'key-0', user: 'ci-0', accessKeyId: account.key().accessKeyId }),
    );
    expect(unseen(account, 3)?.currentAccessKeyId).toBeUndefined();
    const adopted = new AnAccount(1);
    adopted.make('ci-0', day(-10));
    const evidence = adopted.evidence(3, 0, { secrets: undefined });
    expect(history(evidence)).toMatchObject({ lives: [{ accessKeyId: adopted.key().accessKeyId }] });
    expect(history(evidence)?.currentAccessKeyId).toBeUndefined();
  });
});

it('each managed key has the changes of its own', () => {
  const evidence = new AnAccount(2).evidence(3, 0);
  const change = {
    id: 'change-1',
    at: day(1).toISOString(),
    action: 'CreateAccessKey',
    accessKeyId: 'X',
    by: 'alice',
    key: 'key-1',
    result: 'without-keyturn',
    isManaged: true,
  } as const;
  const lives = historiesOf(evidence, scopeOf(evidence), [change]);
  expect(lives.map(({ key: id, lives: of }) => [id, of.map(({ accessKeyId }) => accessKeyId)])).toEqual([
    ['key-0', []],
    ['key-1', ['X']],
  ]);
});
