import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import type { Evidence, EvidenceSource, ReportedKey } from '../../../functions/report/evidence/evidence';
import { limitsOf, type WeighedLimit } from '../../../functions/report/judge/limits';
import { type Reconciliation, reconcile } from '../../../functions/report/judge/reconcile';
import { scopeOf } from '../../../functions/report/judge/scope';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const account = new AnAccount(1).live(0, 2);
const whole = account.evidence(2, 0);

function limits(changes: Partial<Evidence> = {}, found: Partial<Reconciliation> = {}): readonly WeighedLimit[] {
  const evidence = { ...whole, ...changes };
  return limitsOf(evidence, scopeOf(evidence), { ...reconcile(evidence, scopeOf(evidence)), ...found });
}

type PartOf<Name extends 'record' | 'trail' | 'credentialReport'> = NonNullable<Evidence[Name]>;
const record = (changes: Partial<PartOf<'record'>>) => ({ record: whole.record && { ...whole.record, ...changes } });
const trail = (changes: Partial<PartOf<'trail'>>) => ({ trail: whole.trail && { ...whole.trail, ...changes } });
const report = (changes: Partial<PartOf<'credentialReport'>>) => ({
  credentialReport: whole.credentialReport && { ...whole.credentialReport, ...changes },
});
const decisive = (source: WeighedLimit['source'], message: string) => ({ source, message, isDecisive: true });
const minor = (source: WeighedLimit['source'], message: string) => ({ source, message, isDecisive: false });

describe('a report that could see everything', () => {
  it('has no limit', () => {
    expect(limits()).toEqual([]);
  });
});

describe("a provider's record", () => {
  it('that is larger than there is room for says from when on nobody looked', () => {
    expect(limits({ provided: { unreadable: [], missing: [], readUntil: day(1) } })).toEqual([
      minor('provider-record', expect.stringContaining(`from ${day(1).toISOString()} on was not looked at`)),
    ]);
  });

  it('of an endpoint before the present one is counted', () => {
    expect(limits({ provided: { unreadable: [], missing: [], before: { lines: 2, until: day(1) } } })).toEqual([
      minor('provider-record', expect.stringMatching(/^2 lines .* are sealed by another key/)),
    ]);
  });
});

describe('a source that is missing', () => {
  it.each<[EvidenceSource, Partial<Evidence>, string]>([
    [
      'audit-record',
      { record: undefined },
      'The audit record could not be read: no rotation, delivery or deletion can be proved.',
    ],
    [
      'cloudtrail',
      { trail: undefined },
      "CloudTrail's event history could not be read: nothing is reconciled, and changes without Keyturn do not show.",
    ],
    [
      'credential-report',
      { credentialReport: undefined },
      'There is no IAM credential report: only keys of managed users are listed, and no last use is known.',
    ],
    [
      'iam',
      { listedKeys: undefined },
      'IAM did not list the keys of the managed users: keys that people made, deactivated or deleted may not show.',
    ],
    [
      'registry',
      { entries: undefined },
      'The registry could not be read: which keys are managed is known from the record only.',
    ],
    [
      'secrets',
      { secrets: undefined },
      'The secrets could not be described: which key is current is known from the record only.',
    ],
  ])('%s could turn a yes into a no, and says why where that is known', (source, changes, message) => {
    expect(limits(changes, { unmatchable: 0 })).toEqual([decisive(source, message)]);
    const failures = [{ source, message: 'AccessDenied.' }];
    expect(limits({ ...changes, failures }, { unmatchable: 0 })).toEqual([
      decisive(source, `${message} AccessDenied.`),
    ]);
  });

  it.each(['audit-record', 'cloudtrail', 'credential-report', 'iam', 'registry', 'secrets'] as const)(
    '%s of which a part is there could do so too',
    (source) => {
      const failures = [{ source, message: 'The page 2 failed.' }];
      expect(limits({ failures })).toEqual([decisive(source, 'Only a part could be read: The page 2 failed.')]);
    },
  );

  it('audit-terms makes the report stricter, so that a yes stays one', () => {
    expect(limits({ failures: [{ source: 'audit-terms', message: 'AccessDenied.' }] })).toEqual([
      minor(
        'audit-terms',
        'Which frameworks were chosen and which exceptions accepted could not be read: every control is judged, and ' +
          'nothing is accepted. AccessDenied.',
      ),
    ]);
  });

  it('is told of each user that IAM did not list, and of each entry that cannot be read', () => {
    const invalidEntries = [{ id: 'key-9', message: 'expected a user' }];
    expect(limits({ usersNotListed: ['ci-0', 'ci-1'], invalidEntries })).toEqual([
      ...['ci-0', 'ci-1'].map((user) =>
        decisive('iam', `IAM did not list the access keys of the managed user ${user}: which it has is not known.`),
      ),
      decisive(
        'registry',
        'The registry entry "key-9" cannot be read, so its key is not judged by it: expected a user',
      ),
    ]);
  });
});

describe('a record that begins after the period', () => {
  const beginsAt = day(0, 2 * HOUR);
  const message =
    `The record /keyturn/audit begins at ${beginsAt.toISOString()}, after the start of the period: it was made then, or ` +
    'its retention has passed, or somebody deleted it.';
  /** What somebody had accepted before that. */
  const acceptedBefore = minor('audit-record', expect.stringContaining('an exception may be accepted for a year'));
  const since = (at: Date) => ({ secrets: whole.secrets?.map((secret) => ({ ...secret, createdAt: at })) });

  it.each([
    ['a key was managed for more than a day before', day(-1, 2 * HOUR - 1), true],
    ['a key was managed for a day before', day(-1, 2 * HOUR), false],
    ['the first key came with it', beginsAt, false],
  ])('could turn a yes into a no only where %s: %s', (_what, at, isDecisive) => {
    expect(limits({ ...record({ beginsAt }), ...since(at) })).toEqual([
      { source: 'audit-record', message, isDecisive },
      ...(isDecisive ? [acceptedBefore] : []),
    ]);
  });

  it('could where one of its keys was managed before', () => {
    const two = new AnAccount(2).live(0, 2);
    const [old, young] = two.evidence(2, 0).secrets ?? [];
    if (old === undefined || young === undefined) throw new Error('two secrets');
    const secrets = [
      { ...old, createdAt: day(-9) },
      { ...young, createdAt: day(1) },
    ];
    expect(limits({ ...two.evidence(2, 0), ...record({ beginsAt }), secrets }, { skew: 0 })).toEqual([
      decisive('audit-record', message),
      acceptedBefore,
    ]);
  });

  it('could not where nobody knows since when a key is managed', () => {
    const nobody = { ...record({ beginsAt, events: [] }), secrets: [] };
    expect(limits(nobody)).toEqual([minor('audit-record', message)]);
  });

  it('is none where it begins with the period', () => {
    expect(limits(record({ beginsAt: whole.since }))).toEqual([]);
  });
});

describe('the seals of the record', () => {
  const sealed = (since: Date | undefined, before = 2) => record({ seals: { keys: [], events: 1, since, before } });
  const at = day(1).toISOString();
  const none = 'No event of the record has a seal: whoever may write into the log group may have written any.';

  it.each<[string, Partial<Evidence>, readonly WeighedLimit[]]>([
    ['there are none', sealed(undefined), [decisive('seal-key', none)]],
    ['they are as old as the period', sealed(whole.since), []],
    ['nothing was written before them', sealed(day(1), 0), []],
    [
      'an event is older',
      sealed(day(1), 1),
      [
        minor(
          'seal-key',
          `The functions seal what they write since ${at}. 1 event from before is as true as those are who could write into the log group.`,
        ),
      ],
    ],
    [
      'two events are older',
      sealed(day(1)),
      [
        minor(
          'seal-key',
          `The functions seal what they write since ${at}. 2 events from before are as true as those are who could write into the log group.`,
        ),
      ],
    ],
    [
      'there is nothing to seal',
      record({ events: [], seals: { keys: [], events: 0, since: undefined, before: 0 } }),
      [],
    ],
  ])('say how far it can be trusted, where %s', (_what, changes, expected) => {
    expect(limits(changes).filter(({ source }) => source === 'seal-key')).toEqual(expected);
  });

  it('could not be checked without their key', () => {
    expect(limits({ failures: [{ source: 'seal-key', message: 'AccessDenied.' }] })).toEqual([
      decisive(
        'seal-key',
        'The public key of the seal could not be read, so no seal was checked: whoever may write into the log group may ' +
          'have written any event. AccessDenied.',
      ),
    ]);
  });
});

describe("CloudTrail's event history", () => {
  it('that does not reach back to the start of the period takes something from a yes', () => {
    const from = day(0, 1);
    expect(limits(trail({ from }))).toEqual([
      {
        ...minor(
          'cloudtrail',
          "CloudTrail's event history goes back 90 days. The files of a trail have what is older: name them in " +
            `audit.trailFiles. What was changed from ${whole.since.toISOString()} to ${from.toISOString()} is known from ` +
            'the audit record only, and changes without Keyturn do not show.',
        ),
        caveat: "Changes before 2026-01-01 are out of CloudTrail's reach.",
      },
    ]);
    expect(limits(trail({ from: whole.since }))).toEqual([]);
  });

  it.each([
    [1, false],
    [HOUR, false],
    [HOUR + 1, true],
  ])('that ends %i ms before the period could turn a yes into a no: %s', (early, isDecisive) => {
    const to = day(2, -early);
    const message = `CloudTrail was asked up to ${to.toISOString()}: it shows events some minutes late. What is younger is not reconciled.`;
    expect(limits(trail({ to }))).toEqual([{ source: 'cloudtrail', message, isDecisive }]);
  });

  it('is asked up to the end of the period, and no limit where it is', () => {
    expect(limits(trail({ to: whole.until }))).toEqual([]);
  });

  it.each([
    [['change-1'], "1 record of CloudTrail's does not say whose access key or secret was changed."],
    [['change-1', 'change-2'], "2 records of CloudTrail's do not say whose access key or secret was changed."],
  ])('may not say whose %j are', (ids, message) => {
    expect(limits({}, { ownerless: new Set(ids) })).toEqual([decisive('cloudtrail', message)]);
  });

  it.each([
    [1, "1 write of CloudTrail's to"],
    [2, "2 writes of CloudTrail's to"],
  ])('may have %i writes that no record could account for', (unmatchable, what) => {
    expect(limits({}, { unmatchable })).toEqual([
      decisive(
        'cloudtrail',
        `${what} managed users and secrets could not be matched, because there is no audit record.`,
      ),
    ]);
  });

  it('that was not asked has no other limit', () => {
    expect(limits({ trail: undefined }, { unmatchable: 1, ownerless: new Set(['change-1']) })).toHaveLength(1);
  });
});

describe('the IAM credential report', () => {
  it.each<[number, string | undefined, boolean]>([
    [5 * MINUTE, undefined, false],
    [5 * MINUTE + 1, '5 minutes', false],
    [5 * HOUR, '300 minutes', false],
    [5 * HOUR + 1, '300 minutes', true],
  ])('of %i ms ago is %s old, and could turn a yes into a no: %s', (age, old, isDecisive) => {
    const generatedAt = day(2, -age);
    const message =
      `The IAM credential report is of ${generatedAt.toISOString()}, ${old} old (IAM makes one in four hours at most). ` +
      'What unmanaged users did since does not show.';
    expect(limits(report({ generatedAt }))).toEqual(
      old === undefined ? [] : [{ source: 'credential-report', message, isDecisive }],
    );
  });

  it('may have columns that nobody read', () => {
    expect(limits(report({ unknownColumns: ['passkey_1', 'passkey_2'] }))).toEqual([
      minor(
        'credential-report',
        'The IAM credential report has columns that this version does not know and did not read: passkey_1, passkey_2.',
      ),
    ]);
  });

  const slot = (changes: Partial<ReportedKey>): ReportedKey => ({
    slot: 1,
    active: true,
    createdAt: day(0),
    lastUsed: 'never',
    ...changes,
  });
  const principals = (...keys: ReportedKey[]) =>
    keys.map((key, at) => ({ user: `u${at + 1}`, arn: 'arn', isRoot: false, keys: [key] }));
  const silent = slot({ lastUsed: 'unknown' });

  it.each<[string, readonly ReportedKey[], string | undefined]>([
    ['a key that was never used', [slot({})], undefined],
    ['an Inactive key without a date', [slot({ active: false, createdAt: undefined })], undefined],
    ['an Active key without a date', [slot({ createdAt: undefined, slot: 2 })], '1 key: u1 slot 2'],
    ['a key of unknown use', [silent], '1 key: u1 slot 1'],
    ['five of them', Array(5).fill(silent), '5 keys: u1 slot 1, u2 slot 1, u3 slot 1, u4 slot 1, u5 slot 1'],
    [
      'seven of them',
      Array(7).fill(silent),
      '7 keys: u1 slot 1, u2 slot 1, u3 slot 1, u4 slot 1, u5 slot 1, and 2 more',
    ],
  ])('may tell too little of %s', (_what, keys, which) => {
    const message = `The IAM credential report has no information about the creation or last use of ${which}. What depends on it is unknown.`;
    expect(limits(report({ principals: principals(...keys) }))).toEqual(
      which === undefined ? [] : [minor('credential-report', message)],
    );
  });
});

describe('a clock', () => {
  const events = whole.record?.events ?? [];
  const shifted = (at: number, by: number): AuditEvent[] =>
    events.map((event, index) =>
      index === at ? { ...event, time: new Date(Date.parse(event.time) + by).toISOString() } : event,
    );
  const inOrder = (all: AuditEvent[]) => all.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const finding = (at: Date): AuditEvent => ({ ...(events[0] as AuditEvent), id: 'x-1', time: at.toISOString() });

  it.each<[number, string | undefined]>([
    [0, undefined],
    [1, 'is'],
  ])('is wrong where an event is %i ms more than the tolerance ahead', (more, is) => {
    const future = finding(day(2, 5 * MINUTE + more));
    const message = `1 event of the record ${is} from the future (x-1 says ${future.time}): a clock is wrong, or somebody made them up.`;
    expect(limits(record({ events: [...events, future] }))).toEqual(
      is === undefined ? [] : [decisive('clock', message)],
    );
  });

  it('is wrong where two events are from the future, of which the first is named', () => {
    const [one, two] = [finding(day(3)), { ...finding(day(4)), id: 'y-1' }];
    expect(limits(record({ events: [...events, one, two] }))).toEqual([
      decisive(
        'clock',
        `2 events of the record are from the future (x-1 says ${one.time}): a clock is wrong, or somebody made them up.`,
      ),
    ]);
  });

  it.each([
    [6 * MINUTE, '6 minutes'],
    [DAY, '1440 minutes'],
    [MINUTE, '1 minute'],
  ])('differs from CloudTrail by %i ms', (skew, apart) => {
    expect(limits({}, { skew })).toEqual([
      minor(
        'clock',
        `Events and CloudTrail's records of the same deed are up to ${apart} apart, more than the 5 minutes that clocks may ` +
          'differ. They are matched by access key ID; times may be wrong by as much.',
      ),
    ]);
  });

  it('was set back where an event is more than the tolerance later than one with a higher number', () => {
    const second = events.findIndex(({ sequence }) => sequence === 2);
    const last = events.findIndex(({ event }) => event === 'run-finished');
    const behind = (by: number) => limits(record({ events: inOrder(shifted(second, by)) }), { skew: 0 });
    const apart = Date.parse(events[last]?.time ?? '') - Date.parse(events[second]?.time ?? '');
    const third = events.findIndex(({ sequence }) => sequence === 3);
    const next = Date.parse(events[third]?.time ?? '') - Date.parse(events[second]?.time ?? '');
    expect(behind(next + 5 * MINUTE)).toEqual([]);
    expect(behind(apart + 5 * MINUTE + 1)).toEqual([
      minor(
        'clock',
        `Event ${events[last]?.id} is earlier than the one before it in its run: the clock was set back, or somebody made it up.`,
      ),
    ]);
  });

  it.each<[string, readonly (readonly [sequence: number, minutes: number])[], number | undefined]>([
    [
      'numbers are in order, however long that takes',
      [
        [1, 0],
        [2, 10],
        [3, 20],
      ],
      undefined,
    ],
    [
      'a lower number comes six minutes after a higher one',
      [
        [1, 0],
        [3, 1],
        [2, 7],
      ],
      3,
    ],
    [
      'a lower number comes five minutes after a higher one',
      [
        [1, 0],
        [3, 1],
        [2, 6],
      ],
      undefined,
    ],
    [
      'the highest one before counts, and not the last one',
      [
        [3, 0],
        [1, 1],
        [2, 10],
      ],
      3,
    ],
    [
      'one number comes twice',
      [
        [1, 0],
        [2, 1],
        [2, 20],
      ],
      undefined,
    ],
    [
      'one number comes twice, and the first time counts',
      [
        [3, 0],
        [3, 4],
        [2, 6],
      ],
      3,
    ],
  ])('was set back or not, where %s', (_what, numbers, expected) => {
    const told = numbers.map(([sequence, minutes]) => ({
      ...(events[0] as AuditEvent),
      id: `a-${sequence}`,
      sequence,
      time: day(1, minutes * MINUTE).toISOString(),
    }));
    expect(limits(record({ events: told }), { skew: 0 }).map(({ message }) => message)).toEqual(
      expected === undefined
        ? []
        : [
            `Event a-${expected} is earlier than the one before it in its run: the clock was set back, or somebody made it up.`,
          ],
    );
  });

  it('was not set back by another run', () => {
    const other = { ...finding(day(1, 9 * HOUR)), id: 'other-1', sequence: 1 };
    expect(limits(record({ events: inOrder([...events, other]) }))).toEqual([]);
  });
});

describe('the own policy of a secret', () => {
  const NAME = 'keyturn/key-0';
  const found = new Map([[NAME, { arn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x', policy: undefined }]]);

  it('that hides is told: who may read the value is not known, and that is no small print of a table', () => {
    const used =
      whole.entries?.flatMap(({ connections }) => Object.values(connections).map(({ secret }) => secret)) ?? [];
    const readable = new Map([...used].map((name) => [name, { arn: name, policy: undefined }]));
    expect(limits({ secretPolicies: readable })).toEqual([
      minor(
        'secret-policies',
        `The own policy of 1 secret could not be read: ${NAME}. Who may read its value is not known.`,
      ),
    ]);
    expect(limits({ secretPolicies: new Map([...readable, ...found]) })).toEqual([]);
  });

  it('of many is told with some of their names', () => {
    const many = new AnAccount(9).live(0, 2).evidence(2, 0);
    const [limit] = limitsOf({ ...many, secretPolicies: new Map() }, scopeOf(many), reconcile(many, scopeOf(many)));
    expect(limit?.message).toMatch(
      /^The own policy of \d+ secrets could not be read: .*, and \d+ more\. Who may read their values/,
    );
  });
});
