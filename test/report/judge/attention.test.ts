import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { attentionOf, type Judged } from '../../../functions/report/judge/attention';
import type {
  AccessKeyLine,
  Attention,
  Change,
  ControlVerdict,
  KeyLife,
  ManagedKeyHistory,
} from '../../../functions/report/judge/model';
import type { OpenFinding } from '../../../functions/report/judge/open-findings';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const evidence = new AnAccount(0).evidence(100, 10);
const NOTHING: Judged = {
  accessKeys: [],
  managedKeys: [],
  controls: [],
  reconciliation: { changes: [], all: [], doubtful: new Set(), skew: 0, unmatchable: 0, ownerless: new Set() },
  gaps: [],
  own: [],
  findings: [],
};
const items = (judged: Partial<Judged>) => attentionOf(evidence, { ...NOTHING, ...judged });

const at = day(50).toISOString();
const about = { key: 'shop', user: 'ci-shop', accessKeyId: 'AKIA1' };

describe('a change', () => {
  const change = (more: Partial<Change> = {}): Change => ({
    id: 'change-1',
    at,
    action: 'DeleteAccessKey',
    by: 'alice',
    ...about,
    trailEventId: 'trail-1',
    result: 'without-keyturn',
    isManaged: true,
    ...more,
  });
  const ofChange = (more: Partial<Change> = {}, sets: Partial<Judged['reconciliation']> = {}) =>
    items({ reconciliation: { ...NOTHING.reconciliation, changes: [change(more)], ...sets } });
  const item = {
    id: 'change-1',
    kind: 'without-keyturn',
    severity: 'high',
    title: 'AKIA1 of ci-shop was deleted without Keyturn',
    detail: `By alice at ${at}. No audit event tells of it.`,
    at,
    ...about,
    events: [],
  };

  it.each<[Partial<Change>, string]>([
    [{}, 'AKIA1 of ci-shop was deleted'],
    [{ accessKeyId: undefined }, 'An access key of ci-shop was deleted'],
    [{ action: 'CreateAccessKey' }, 'AKIA1 of ci-shop was created'],
    [{ action: 'CreateAccessKey', accessKeyId: undefined }, 'An access key of ci-shop was created'],
    [{ action: 'UpdateAccessKey', status: 'Active' }, 'AKIA1 of ci-shop was made Active'],
    [{ action: 'UpdateAccessKey' }, 'AKIA1 of ci-shop was made Active or Inactive'],
    [{ action: 'UpdateAccessKey', accessKeyId: undefined }, 'An access key of ci-shop was made Active or Inactive'],
    [{ action: 'PutSecretValue' }, 'A value was stored in the secret of shop'],
    [{ action: 'PutSecretValue', key: undefined }, 'A value was stored in the secret of ci-shop'],
    [{ action: 'PutSecretValue', version: 'v1' }, 'A value was stored in the secret of shop (version v1)'],
  ])('without Keyturn says what was done: %j', (more, what) => {
    const { key, accessKeyId } = { ...about, ...more };
    expect(ofChange(more)).toEqual([{ ...item, title: `${what} without Keyturn`, key, accessKeyId }]);
  });

  it('has its note beside it, and its event', () => {
    expect(ofChange({ note: 'A note.', event: 'event-1' })).toEqual([
      { ...item, detail: `${item.detail} A note.`, events: ['event-1'] },
    ]);
  });

  it('that CloudTrail does not have says so', () => {
    expect(ofChange({ result: 'without-trail', event: 'event-1' })).toEqual([
      {
        ...item,
        kind: 'without-trail',
        title: 'AKIA1 of ci-shop was deleted, says the record; CloudTrail does not have it',
        detail: `Event event-1 at ${at}.`,
        events: ['event-1'],
      },
    ]);
  });

  it('of nobody may concern a managed user', () => {
    expect(ofChange({ isManaged: false }, { ownerless: new Set(['change-1']) })).toEqual([
      {
        ...item,
        title: 'DeleteAccessKey: CloudTrail does not say whose it is',
        detail: `By alice at ${at}. It may concern a managed user: read the record trail-1.`,
      },
    ]);
  });

  it('by another principal is doubtful', () => {
    expect(ofChange({ result: 'matched', event: 'event-1' }, { doubtful: new Set(['change-1']) })).toEqual([
      {
        ...item,
        title: "AKIA1 of ci-shop was deleted by another principal than Keyturn's",
        detail: `At ${at}; the record has the event event-1.`,
        events: ['event-1'],
      },
    ]);
  });

  it.each<[string, Partial<Change>]>([
    ['that the record tells too', { result: 'matched' }],
    ['of a user that is not managed', { isManaged: false }],
  ])('%s is no matter', (_what, more) => {
    expect(ofChange(more, { doubtful: new Set(['change-2']), ownerless: new Set(['change-2']) })).toEqual([]);
  });
});

describe('a managed key', () => {
  const life = (more: Partial<KeyLife> = {}): KeyLife => ({
    accessKeyId: 'AKIA1',
    origin: 'keyturn',
    phases: [],
    marks: [],
    ...more,
  });
  const history = (more: Partial<ManagedKeyHistory>) =>
    [{ key: 'shop', user: 'ci-shop', state: 'on-time', lives: [], ...more }] as unknown as ManagedKeyHistory[];
  const late = life({
    lateDays: 5,
    phases: [
      { phase: 'current', from: day(0).toISOString(), to: at },
      { phase: 'overlap', from: at },
    ],
    marks: [
      { kind: 'created', at, label: 'Created', event: 'event-1' },
      { kind: 'incident', at, label: 'x' },
    ],
  });
  const item = { severity: 'medium', ...about, events: [] };

  it('whose key was found changed has no time of it', () => {
    const found = { kind: 'incident', at, label: 'Found deleted', isFound: true } as const;
    const marks = [found, { ...found, isFound: undefined }, { ...found, kind: 'deleted' as const }];
    expect(items({ managedKeys: history({ lives: [life({ marks }), life({ marks: [found] })] }) })).toEqual(
      ['found-1', 'found-2'].map((id) => ({
        id,
        kind: 'without-keyturn',
        ...item,
        severity: 'high',
        title: 'AKIA1 of ci-shop: Found deleted',
        detail: `Seen at ${at}; it happened before. Neither an audit event nor CloudTrail tells of it.`,
      })),
    );
  });

  it('that was rotated late says by how much, with its events', () => {
    expect(items({ managedKeys: history({ lives: [late, life({ ...late, lateDays: undefined })] }) })).toEqual([
      {
        ...item,
        id: 'late-AKIA1',
        kind: 'late-rotation',
        title: 'shop was rotated 5 days late',
        detail: `AKIA1 of ci-shop stayed current until ${at}.`,
        at,
        events: ['event-1'],
      },
    ]);
  });

  it('that was late before the period is no matter', () => {
    const phases = [{ phase: 'current' as const, from: at, to: day(5).toISOString() }];
    expect(items({ managedKeys: history({ lives: [life({ ...late, phases })] }) })).toEqual([]);
  });

  it.each<[string, Partial<ManagedKeyHistory>, string]>([
    [
      'since its key was due',
      { currentAccessKeyId: 'AKIA1', rotateDueAt: at },
      `AKIA1 of ci-shop was due at ${at}, and has no successor.`,
    ],
    ['for its first rotation', {}, 'Its secret holds no key of ci-shop yet, and more than one daily run has passed.'],
  ])('is overdue %s', (_what, more, detail) => {
    expect(items({ managedKeys: history({ state: 'overdue', ...more }) })).toEqual([
      {
        ...item,
        id: 'overdue-shop',
        kind: 'late-rotation',
        title: 'shop is overdue',
        detail,
        at: more.rotateDueAt,
        accessKeyId: more.currentAccessKeyId,
      },
    ]);
  });

  it.each([
    ['it took longer than two hours', 1, true],
    ['it is two hours old', 0, false],
  ])('waits for its delivery where %s', (_what, more, isLate) => {
    const undeliveredSince = day(100, -2 * HOUR - more).toISOString();
    const managedKeys = history({ undeliveredSince, currentAccessKeyId: 'AKIA1' });
    expect(items({ managedKeys })).toEqual(
      isLate
        ? [
            {
              ...item,
              id: 'late-delivery-shop',
              kind: 'late-delivery',
              title: 'shop is not delivered',
              detail: `AKIA1 waits for its delivery since ${undeliveredSince}.`,
              at: undeliveredSince,
            },
          ]
        : [],
    );
  });
});

describe('an access key', () => {
  const line = (more: Partial<AccessKeyLine> = {}) =>
    ({ id: 'AKIA1', ...about, controls: [], events: ['event-0', 'event-1', 'event-2'], ...more }) as AccessKeyLine;

  it('beyond its dates has its last event', () => {
    const beyond = line({ overlap: { state: 'beyond', until: at } });
    expect(items({ accessKeys: [beyond, line(), line({ overlap: { state: 'held', until: at } })] })).toEqual([
      {
        id: 'late-deactivation-AKIA1',
        kind: 'late-deactivation',
        severity: 'medium',
        title: 'shop is behind its dates: AKIA1 is still Active',
        detail: 'It is superseded, and should have been made Inactive on 2026-02-20.',
        at,
        ...about,
        events: ['event-2'],
      },
    ]);
  });

  const failing = (...users: readonly (string | undefined)[]) => [
    ...users.map((user, index) =>
      line({
        ...(user === undefined ? {} : { user, accessKeyId: undefined }),
        controls: [
          { control: 'other', verdict: 'fail', why: 'No.' },
          { control: 'cis-1.14', verdict: 'fail', why: `Why ${index}.` },
        ],
      }),
    ),
    line({ controls: [{ control: 'cis-1.14', verdict: 'pass', why: 'Fine.' }] }),
  ];
  const control = (failed: number, verdict: ControlVerdict['verdict'] = 'fail') =>
    ({
      id: 'cis-1.14',
      framework: 'CIS',
      reference: '1.14 (5.0.0: 1.13)',
      title: 'Rotated',
      verdict,
      failed,
    }) as ControlVerdict;

  it.each<[string, AccessKeyLine[], string, string, string[]]>([
    ['one, with its events', failing(undefined), '1 key fails', 'AKIA1: Why 0.', ['event-0', 'event-1', 'event-2']],
    ['two, with none', failing(undefined, 'alice'), '2 keys fail', 'AKIA1: Why 0. alice: Why 1.', []],
    [
      'six, of which five are named',
      failing('a', 'b', 'c', 'd', 'e', 'f'),
      '6 keys fail',
      'a: Why 0. b: Why 1. c: Why 2. d: Why 3. e: Why 4. And 1 more.',
      [],
    ],
    ['five', failing('a', 'b', 'c', 'd', 'e'), '5 keys fail', 'a: Why 0. b: Why 1. c: Why 2. d: Why 3. e: Why 4.', []],
  ])('that fails a control is named under it: %s', (_what, accessKeys, title, detail, events) => {
    expect(items({ accessKeys, controls: [control(accessKeys.length - 1)] })).toEqual([
      {
        id: 'control-cis-1.14',
        kind: 'control-failed',
        severity: 'medium',
        title: `${title} CIS 1.14: Rotated`,
        detail,
        events,
      },
    ]);
  });

  it.each(['pass', 'exception', 'unknown', 'not-applicable'] as const)(
    'is named under no control of the verdict %s',
    (verdict) => {
      expect(items({ accessKeys: failing(undefined), controls: [control(1, verdict)] })).toEqual([]);
    },
  );
});

describe('an open finding', () => {
  const last = { reason: 'two-keys', ...about, message: 'It is so.', time: at, id: 'event-1' };
  const finding = (more: object = {}, times = 1) =>
    ({ last: { ...last, ...more }, firstSeen: day(40).toISOString(), times }) as OpenFinding;
  const item = {
    id: 'finding-1',
    kind: 'open-finding',
    severity: 'medium',
    title: 'two-keys of shop is open',
    detail: `It is so. Seen at ${at}. No later run has cleared it.`,
    at,
    ...about,
    events: ['event-1'],
  };

  it.each<[string, OpenFinding, Partial<Attention>]>([
    ['once', finding(), {}],
    [
      'three times',
      finding({}, 3),
      { detail: `It is so. Seen 3 times, from ${day(40).toISOString()} to ${at}. No later run has cleared it.` },
    ],
    ['of the whole run', finding({ key: undefined }), { title: 'two-keys is open', key: undefined }],
    ['without a code', finding({ reason: undefined }), { title: 'finding of shop is open' }],
    ['without words', finding({ message: undefined }), { detail: `Seen at ${at}. No later run has cleared it.` }],
    ['of a pause', finding({ reason: 'paused' }), { title: 'paused of shop is open', severity: 'low' }],
    ['of a key in use', finding({ reason: 'in-use' }), { title: 'in-use of shop is open', severity: 'low' }],
  ])('that was seen %s', (_what, given, changes) => {
    expect(items({ findings: [given] })).toEqual([{ ...item, ...changes }]);
  });
});

it('what is most serious comes first, then by kind, the youngest first, and by name', () => {
  const gap = (kind: Attention['kind'], severity: Attention['severity'], time?: number): Omit<Attention, 'id'> => ({
    kind,
    severity,
    title: 'x',
    detail: 'x',
    ...(time === undefined ? {} : { at: day(time).toISOString() }),
    events: [],
  });
  const kinds = [
    'without-keyturn',
    'without-trail',
    'tampering',
    'log-gap',
    'late-rotation',
    'late-deactivation',
    'late-delivery',
    'control-failed',
    'open-finding',
    'incomplete-run',
  ] as const;
  const gaps = [
    gap('log-gap', 'low', 1),
    gap('log-gap', 'medium', 1),
    gap('log-gap', 'medium', 2),
    gap('log-gap', 'medium'),
    gap('log-gap', 'medium', 2),
    ...[...kinds].reverse().map((kind) => gap(kind, 'high', 1)),
  ];
  expect(items({ gaps }).map(({ id, kind, severity, at: time }) => [severity, kind, time, id])).toEqual([
    ...kinds.map((kind, index) => ['high', kind, day(1).toISOString(), `gap-${15 - index}`]),
    ['medium', 'log-gap', day(2).toISOString(), 'gap-3'],
    ['medium', 'log-gap', day(2).toISOString(), 'gap-5'],
    ['medium', 'log-gap', day(1).toISOString(), 'gap-2'],
    ['medium', 'log-gap', undefined, 'gap-4'],
    ['low', 'log-gap', day(1).toISOString(), 'gap-1'],
  ]);
});
