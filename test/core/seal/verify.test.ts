import { beforeAll, describe, expect, it } from 'vitest';
import { type AuditEvent, attemptOfEvent, eventId } from '../../../functions/core/audit';
import { DayEnds, manifestsOf } from '../../../functions/core/seal/manifest';
import type { Verified } from '../../../functions/core/seal/verified';
import { ArchiveCheck } from '../../../functions/core/seal/verify';
import { otherSealKey, SEAL_KEY, sealed } from '../../support/seal-key';

type Kind = AuditEvent['event'];

/** When an attempt begins, and what it writes, a second after the other. */
function attempt(run: string, begins: string, kinds: readonly (Kind | Pick<AuditEvent, 'event' | 'facts'>)[]) {
  const started = Date.parse(begins);
  return kinds.map((kind, at): AuditEvent => {
    const sequence = at + 1;
    return {
      schema: 'keyturn.audit/v1',
      id: eventId(`${run}-${started.toString(36)}`, sequence),
      sequence,
      time: new Date(started + at * 1_000).toISOString(),
      account: '111122223333',
      region: 'eu-west-1',
      run,
      function: 'delete',
      functionVersion: 'test',
      outcome: 'ok',
      ...(typeof kind === 'string' ? { event: kind } : kind),
    };
  });
}

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'];
const WORK = ['run-started', 'key-created', 'run-finished'] as const;
/** Attempts of a record by name: `work 02` of March 2 at 12:00, and `daily 02`, which writes the manifest of the day before. */
let record: ReadonlyMap<string, readonly AuditEvent[]>;

beforeAll(async () => {
  record = await deployed(DAYS);
});

/** @param key that of its deployment */
async function deployed(days: readonly string[], key = SEAL_KEY): Promise<ReadonlyMap<string, readonly AuditEvent[]>> {
  const all = new Map<string, readonly AuditEvent[]>();
  let previous: string | undefined;
  for (const day of days) {
    const [before] = days.filter((other) => other < day).slice(-1);
    const ends = new DayEnds(before ?? '');
    for (const event of [...all.values()].flat()) ends.add(event, event);
    const manifests = before === undefined ? [] : manifestsOf(before, ends.ends(), previous);
    const told = manifests.map((facts) => ({ event: 'manifest-written', facts }) as const);
    const name = day.slice(-2);
    const daily = attempt(`daily${name}`, `${day}T03:40:00.000Z`, ['run-started', ...told, 'run-finished']);
    all.set(`daily ${name}`, await sealed(daily, key));
    all.set(`work ${name}`, await sealed(attempt(`work${name}`, `${day}T12:00:00.000Z`, WORK), key));
    const last = all.get(`daily ${name}`)?.find(({ event }) => event === 'manifest-written');
    previous = last?.seal?.signature ?? previous;
  }
  return all;
}

const of = (name: string): readonly AuditEvent[] => record.get(name) ?? expect.fail(`no ${name}`);
const one = (name: string, sequence: number): AuditEvent => of(name)[sequence - 1] ?? expect.fail(`no ${sequence}`);

interface Line {
  readonly event: object | string;
  /** @default - the day of the event */
  readonly day?: string | undefined;
}

function linesOf(...events: readonly (AuditEvent | Line)[]): readonly Line[] {
  return events.map((event) => ('schema' in event ? { event } : event) as Line);
}

/** All of the record but some events. */
function without(...gone: readonly AuditEvent[]): readonly Line[] {
  return linesOf(...[...record.values()].flat().filter((event) => !gone.includes(event)));
}

async function check(lines: readonly Line[], trusted = [SEAL_KEY]): Promise<Verified> {
  const archive = new ArchiveCheck(await Promise.all(trusted.map((key) => key.publicKey())));
  for (const [at, { event, day }] of lines.entries()) {
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    const own = typeof event === 'string' ? DAYS[1] : (event as AuditEvent).time?.slice(0, 10);
    archive.add({ text, place: `line ${at + 1}`, day: day ?? own });
  }
  return archive.verified();
}

/** Code and place of what breaks the record, and of what is not ours. */
async function told(lines: readonly Line[], trusted = [SEAL_KEY]) {
  const { problems, notOurs } = await check(lines, trusted);
  const text = ({ code, at }: { readonly code: string; readonly at: string }) => `${code} ${at}`;
  return { problems: problems.map(text), notOurs: notOurs.map(text) };
}

const nothing = { problems: [], notOurs: [] };
const next = () => `line ${[...record.values()].flat().length + 1}`;
const unsealed = ({ seal: _seal, ...event }: AuditEvent, more: Partial<AuditEvent> = {}): AuditEvent => ({
  ...event,
  ...more,
});
const nameOf = (name: string): string => attemptOfEvent(one(name, 1));

describe('a record', () => {
  it('is intact, and the check counts what it proves', async () => {
    expect(await check(without())).toEqual({
      events: 23,
      attempts: 8,
      days: { first: '2026-03-01', last: '2026-03-04', withManifest: 3 },
      isFromStart: true,
      before: 0,
      repeated: 0,
      unfinished: [],
      unnamed: [nameOf('daily 04'), nameOf('work 04')],
      gaps: [],
      problems: [],
      notOurs: [],
    });
  });

  it('proves nothing without a key, and calls nothing broken', async () => {
    const { events, days, isFromStart, before, problems, notOurs } = await check(without(), []);
    expect({ events, days, isFromStart, before, problems, notOurs: notOurs.length }).toEqual({
      events: 0,
      days: undefined,
      isFromStart: false,
      before: 0,
      problems: [],
      notOurs: 23,
    });
    expect(await check([{ event: unsealed(one('work 01', 1)) }])).toMatchObject({ events: 0, before: 0 });
  });

  it('has the same verdict in any order, and counts what is there twice', async () => {
    const reversed = [...without()].reverse();
    expect(await check([...reversed, ...reversed])).toMatchObject({
      events: 23,
      repeated: 23,
      problems: [],
      notOurs: [],
    });
  });

  it('counts an attempt that died, and holds it against nobody', async () => {
    expect(await check(without(one('work 04', 3)))).toMatchObject({ unfinished: [nameOf('work 04')], problems: [] });
  });

  it('is intact where an attempt says after its end what a bus lacks (K7)', async () => {
    const lacking = attempt('shut', '2026-03-04T14:00:00.000Z', [...WORK, 'events-unsent', 'events-unsent']);
    const lines = linesOf(...(await sealed(lacking)));
    expect(await check([...without(), ...lines])).toMatchObject({ events: 28, unfinished: [], problems: [] });
  });

  it('may begin in the middle of an attempt, a day and a chain of manifests: what is before is kept elsewhere', async () => {
    const gone = [...['daily 01', 'work 01', 'daily 02'].flatMap(of), one('work 02', 1)];
    expect(await check(without(...gone))).toMatchObject({
      days: { first: '2026-03-02', withManifest: 2 },
      isFromStart: false,
      problems: [],
    });
  });

  it('is not from the start where its first manifest names one before, and is where it has none yet', async () => {
    expect(await check(without(...of('daily 02'), ...of('work 01'), ...of('daily 01')))).toMatchObject({
      isFromStart: false,
    });
    expect(await check(linesOf(...of('work 01')))).toMatchObject({ isFromStart: false, days: { withManifest: 0 } });
  });
});

describe('what is missing is told by its place', () => {
  it.each<[string, () => readonly AuditEvent[], () => readonly string[]]>([
    ['one event', () => [one('work 02', 2)], () => [`missing-event ${one('work 02', 2).id}`]],
    ['the first one', () => [one('work 02', 1)], () => [`missing-event ${one('work 02', 1).id}`]],
    [
      'the first two',
      () => [one('work 02', 1), one('work 02', 2)],
      () => [`missing-event ${one('work 02', 1).id} to 2`],
    ],
    ['the last one', () => [one('work 02', 3)], () => [`missing-attempt ${nameOf('work 02')} (2026-03-02)`]],
    ['an attempt', () => of('work 02'), () => [`missing-attempt ${nameOf('work 02')} (2026-03-02)`]],
    [
      'a manifest in the middle',
      () => [one('daily 03', 2)],
      () => [
        `missing-event ${one('daily 03', 2).id}`,
        `broken-manifests ${one('daily 04', 2).id}`,
        'missing-manifest 2026-03-02',
      ],
    ],
    ['the last manifest: nobody can know of it', () => of('daily 04'), () => []],
    [
      'a day',
      () => [...of('daily 03'), ...of('work 03')],
      () => [
        `broken-manifests ${one('daily 04', 2).id}`,
        `missing-attempt ${nameOf('daily 03')} (2026-03-03)`,
        `missing-attempt ${nameOf('work 03')} (2026-03-03)`,
        'missing-manifest 2026-03-02',
        'missing-day 2026-03-03',
      ],
    ],
  ])('%s', async (_what, gone, problems) => {
    expect(await told(without(...gone()))).toEqual({ problems: problems(), notOurs: [] });
  });
});

describe('a line that no key proves is a change where it stands for an event that the record lacks', () => {
  it.each<[string, () => readonly AuditEvent[], () => readonly Line[], () => readonly string[]]>([
    [
      'in the middle of an attempt',
      () => [one('work 02', 2)],
      () => [{ event: unsealed(one('work 02', 2)) }],
      () => [`unsealed line 23`, `missing-event ${one('work 02', 2).id}`],
    ],
    [
      'at the end of one that a manifest names',
      () => [one('work 02', 3)],
      () => [{ event: { ...one('work 02', 3), outcome: 'failed' } }],
      () => [`false-seal line 23`, `missing-attempt ${nameOf('work 02')} (2026-03-02)`],
    ],
    [
      'at the beginning of one that has no manifest yet',
      () => [one('work 04', 1)],
      () => [{ event: unsealed(one('work 04', 1)) }],
      () => [`unsealed line 23`, `missing-event ${one('work 04', 1).id}`],
    ],
    [
      'at the end of one that has neither end nor manifest',
      () => [one('work 04', 3)],
      () => [{ event: unsealed(one('work 04', 3)) }],
      () => ['unsealed line 23'],
    ],
    [
      'anywhere in an attempt of which a manifest alone tells',
      () => of('work 02'),
      () => linesOf(...of('work 02').map((event) => unsealed(event))),
      () => [
        'unsealed line 21',
        'unsealed line 22',
        'unsealed line 23',
        `missing-attempt ${nameOf('work 02')} (2026-03-02)`,
      ],
    ],
    [
      'on a day before all that is proved, which a manifest names',
      () => ['daily 01', 'work 01', 'daily 02', 'work 02'].flatMap(of),
      () => [{ event: unsealed(one('work 02', 3)) }],
      () => ['unsealed line 13'],
    ],
  ])('%s', async (_what, gone, more, problems) => {
    expect(await told([...without(...gone()), ...more()])).toEqual({ problems: problems(), notOurs: [] });
  });
});

describe('a line that no key proves is not ours', () => {
  it.each<[string, () => Line, string]>([
    ['beside the true one', () => ({ event: unsealed(one('work 02', 2)) }), 'unsealed'],
    [
      'beside the true one, with another text',
      () => ({ event: { ...one('work 02', 2), outcome: 'failed' } }),
      'false-seal',
    ],
    [
      'after the end of an attempt',
      () => ({ event: unsealed(one('work 04', 3), { id: `${nameOf('work 04')}-4`, sequence: 4 }) }),
      'unsealed',
    ],
    [
      'after what the manifest names as the end',
      () => ({ event: unsealed(one('work 02', 3), { id: `${nameOf('work 02')}-9`, sequence: 9 }) }),
      'unsealed',
    ],
    [
      'of an attempt that nobody knows',
      () => ({ event: unsealed(one('work 02', 1), { id: 'other-abc-1' }) }),
      'unsealed',
    ],
    [
      'of an attempt without a time in its name',
      () => ({ event: unsealed(one('work 02', 1), { id: '!-1' }) }),
      'unsealed',
    ],
    ['that is no JSON', () => ({ event: 'hello' }), 'not-an-event'],
    ['that is no event', () => ({ event: '{"level":"INFO"}' }), 'not-an-event'],
    ['of a version to come', () => ({ event: '{"schema":"keyturn.audit/v2"}' }), 'newer-schema'],
    [
      'that two programs read as two things',
      () => ({ event: JSON.stringify(one('work 02', 2)).replace('{', '{"user":"a","user":"b",') }),
      'ambiguous',
    ],
  ])('%s', async (_what, line, code) => {
    expect(await told([...without(), line()])).toEqual({ problems: [], notOurs: [`${code} ${next()}`] });
  });

  it('after the end that a manifest names of an attempt that died', async () => {
    const died = [one('work 04', 2), one('work 04', 3)];
    const ends = new DayEnds('2026-03-04');
    for (const event of [...record.values()].flat()) if (!died.includes(event)) ends.add(event, event);
    const [facts] = manifestsOf('2026-03-04', ends.ends(), one('daily 04', 2).seal?.signature);
    const more = await sealed(
      attempt('daily05', '2026-03-05T03:40:00.000Z', [
        'run-started',
        { event: 'manifest-written', facts },
        'run-finished',
      ]),
    );
    const lines = linesOf(...more, unsealed(one('work 04', 2)));
    expect(await told([...without(...died), ...lines])).toEqual({ problems: [], notOurs: ['unsealed line 25'] });
  });

  it('of a day that is kept elsewhere, in the folder of one that is here', async () => {
    const gone = ['daily 01', 'work 01', 'daily 02', 'work 02'].flatMap(of);
    const late = { event: unsealed(one('work 02', 3)), day: '2026-03-03' };
    expect(await told([...without(...gone), late])).toEqual({ problems: [], notOurs: ['unsealed line 13'] });
  });

  it('of the head of an attempt that is kept elsewhere', async () => {
    const gone = [...['daily 01', 'work 01', 'daily 02'].flatMap(of), one('work 02', 1)];
    expect(await told([...without(...gone), { event: unsealed(one('work 02', 1)) }])).toEqual({
      problems: [],
      notOurs: ['unsealed line 15'],
    });
  });
});

describe('an unsealed event is from before the seal', () => {
  const older = (time: string): AuditEvent => unsealed(one('work 01', 1), { id: 'old-abc-1', time });

  it.each<[string, string, string | undefined, number]>([
    ['the day before', '2026-02-28T12:00:00.000Z', undefined, 1],
    ['while a run of the version before is at work', '2026-03-01T03:59:59.999Z', undefined, 1],
    ['not later', '2026-03-01T04:00:00.000Z', undefined, 0],
    ['in the folder of the first day, as Firehose sorts it', '2026-02-28T23:59:00.000Z', '2026-03-01', 1],
    ['not in the folder of a later day', '2026-02-28T23:59:00.000Z', '2026-03-02', 0],
  ])('%s', async (_what, time, day, count) => {
    const { before: counted, notOurs, problems } = await check([...without(), { event: older(time), day }]);
    expect({ counted, notOurs: notOurs.length, problems }).toEqual({
      counted: count,
      notOurs: 1 - count,
      problems: [],
    });
  });

  it('but not where a manifest shows that there were seals before, and never with a false one', async () => {
    const gone = ['daily 01', 'work 01', 'daily 02'].flatMap(of);
    const line = { event: older('2026-03-01T12:00:00.000Z') };
    expect(await check([...without(...gone), line])).toMatchObject({ before: 0, notOurs: [{ code: 'unsealed' }] });
    const lying = { event: { ...older('2026-02-28T12:00:00.000Z'), seal: one('work 01', 1).seal } };
    expect(await check([...without(), lying])).toMatchObject({ before: 0, notOurs: [{ code: 'false-seal' }] });
  });
});

describe('a true event', () => {
  it.each<[string, () => readonly Line[], () => object]>([
    [
      'that is copied to a later day is replayed, and to an earlier one too',
      () => [
        { event: one('work 03', 2), day: '2026-03-02' },
        ...without(),
        { event: one('work 02', 2), day: '2026-03-04' },
      ],
      () => ({ problems: [], notOurs: ['replayed line 25', 'replayed line 1'] }),
    ],
    [
      'that is moved is found by its place',
      () => [...without(one('work 02', 2)), { event: one('work 02', 2), day: '2026-03-04' }],
      () => ({ problems: ['wrong-day line 23'], notOurs: [] }),
    ],
    [
      'that is moved and copied is found once',
      () => [
        ...without(one('work 02', 2)),
        { event: one('work 02', 2), day: '2026-03-04' },
        { event: one('work 02', 2), day: '2026-03-01' },
      ],
      () => ({ problems: ['wrong-day line 23'], notOurs: ['replayed line 24'] }),
    ],
    [
      'of a day that is not in this copy belongs elsewhere: before',
      () => [...without(...of('daily 01'), ...of('work 01')), { event: one('work 01', 2), day: '2026-03-02' }],
      () => ({ problems: [], notOurs: ['replayed line 19'] }),
    ],
    [
      'of a day that is not in this copy belongs elsewhere: after',
      () => [...without(...of('daily 04'), ...of('work 04')), { event: one('work 04', 2), day: '2026-03-02' }],
      () => ({ problems: [], notOurs: ['replayed line 18'] }),
    ],
  ])('%s', async (_what, lines, expected) => {
    expect(await told(lines())).toEqual(expected());
  });

  it('of the last minutes of a day may lie in the next day’s folder, as Firehose sorts it', async () => {
    const late = await sealed(attempt('late', '2026-03-04T23:40:00.000Z', WORK));
    const lines = late.map((event) => ({ event, day: '2026-03-05' }));
    expect(await told([...without(), ...lines])).toEqual(nothing);
    const earlier = await sealed(attempt('late', '2026-03-04T23:39:50.000Z', WORK));
    expect(
      (await told([...without(), ...earlier.map((event) => ({ event, day: '2026-03-05' }))])).problems,
    ).toHaveLength(3);
  });
});

describe('what only who can sign can do', () => {
  it.each<[string, () => Promise<readonly Line[]>, () => readonly string[]]>([
    [
      'an attempt that a whole manifest does not name',
      async () => [...without(), ...linesOf(...(await sealed(attempt('added', '2026-03-02T13:00:00.000Z', WORK))))],
      () => [`unnamed-attempt ${attemptOfEvent(attempt('added', '2026-03-02T13:00:00.000Z', WORK)[0] as AuditEvent)}`],
    ],
    [
      'another event under an ID',
      async () => [...without(), ...linesOf(...(await sealed([unsealed(one('work 02', 1), { outcome: 'failed' })])))],
      () => [`conflicting-id ${next()}`],
    ],
    [
      'another event in its place',
      async () => [...without(one('work 02', 2)), ...linesOf(...(await sealed([unsealed(one('work 02', 2))])))],
      () => ['added-event line 23', 'broken-chain line 23', 'broken-chain line 10'],
    ],
    [
      'an event after the end',
      async () => [
        ...without(),
        ...linesOf(...(await sealed([unsealed(one('work 04', 2), { id: `${nameOf('work 04')}-4`, sequence: 4 })]))),
      ],
      () => [`added-event ${next()}`, `broken-chain ${next()}`, `added-event ${nameOf('work 04')}-4`],
    ],
    [
      'an ID that the functions do not give',
      async () => [...without(), ...linesOf(...(await sealed([unsealed(one('work 02', 1), { id: 'odd-abc_1' })])))],
      () => [`wrong-id ${next()}`],
    ],
    [
      'a first event that follows another one',
      async () => {
        const [, second] = await sealed([
          ...attempt('odd', '2026-03-04T13:00:00.000Z', ['run-started']),
          ...attempt('odd', '2026-03-04T13:00:00.000Z', ['run-finished']),
        ]);
        return [...without(), ...linesOf(second as AuditEvent)];
      },
      () => [`broken-chain ${next()}`],
    ],
  ])('is found: %s', async (_what, lines, problems) => {
    const { problems: found, notOurs } = await told(await lines());
    expect({ found: [...found].sort(), notOurs }).toEqual({ found: [...problems()].sort(), notOurs: [] });
  });

  it('may be that the stack was deployed again on that day: a manifest speaks of its own key only', async () => {
    const next = otherSealKey('5ea15ea1-0000-4000-8000-00000000000d');
    const work = await sealed(attempt('anew', '2026-03-04T18:00:00.000Z', WORK), next);
    const ends = new DayEnds('2026-03-04');
    for (const event of work) ends.add(event, event);
    const [facts] = manifestsOf('2026-03-04', ends.ends(), undefined);
    const daily = attempt('anew05', '2026-03-05T03:40:00.000Z', [
      'run-started',
      { event: 'manifest-written', facts },
      'run-finished',
    ]);
    const lines = [...without(), ...linesOf(...work, ...(await sealed(daily, next)))];
    expect(await told(lines, [SEAL_KEY, next] as never)).toEqual(nothing);
  });
});

describe('a manifest that was recorded in part only', () => {
  /** What a run of March 5 leaves that dies after one part of two, and what the next one writes. */
  async function made(up: boolean): Promise<readonly Line[]> {
    const ends = new DayEnds('2026-03-04');
    for (const event of [...record.values()].flat()) ends.add(event, event);
    const [facts] = manifestsOf('2026-03-04', ends.ends(), one('daily 04', 2).seal?.signature);
    const half = { event: 'manifest-written', facts: { ...facts, parts: 2 } } as const;
    const died = await sealed(attempt('died', '2026-03-05T03:40:00.000Z', ['run-started', half]));
    const whole = { event: 'manifest-written', facts: { ...facts, previous: died[1]?.seal?.signature } } as const;
    const after = attempt('after', '2026-03-05T04:40:00.000Z', ['run-started', whole, 'run-finished']);
    return [...without(), ...linesOf(...died, ...(up ? await sealed(after) : []))];
  }

  it('is missing until the next run has made up for it', async () => {
    expect(await told(await made(false))).toEqual({ problems: ['missing-manifest 2026-03-04'], notOurs: [] });
    expect(await told(await made(true))).toEqual(nothing);
  });
});

describe('a stack that was destroyed, and deployed again days later', () => {
  const again = otherSealKey('5ea15ea1-0000-4000-8000-00000000000e') as typeof SEAL_KEY;
  const AGAIN = ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12'];
  const gap = { from: '2026-03-04T12:00:02.000Z', to: '2026-03-09T03:40:00.000Z' };
  let second: ReadonlyMap<string, readonly AuditEvent[]>;
  beforeAll(async () => {
    second = await deployed(AGAIN, again);
  });

  /** Of the first deployment and the second all but those of some attempts. */
  const but = (...gone: readonly string[]) =>
    [record, second].flatMap((all) =>
      linesOf(...[...all].filter(([name]) => !gone.includes(name)).flatMap(([, events]) => events)),
    );
  async function judged(lines: readonly Line[]) {
    const { problems, notOurs, gaps } = await check(lines, [SEAL_KEY, again]);
    return { problems: problems.map(({ code, at }) => `${code} ${at}`), notOurs, gaps };
  }
  const codes = async (lines: readonly Line[]) =>
    new Set((await judged(lines)).problems.map((text) => text.split(' ')[0]));

  it('is intact, with a gap of which nothing is proved', async () => {
    expect(await judged(but())).toEqual({ problems: [], notOurs: [], gaps: [gap] });
  });

  it('is intact where its last day and the one before have no manifest any more', async () => {
    expect((await judged(but('daily 04', 'work 04'))).problems).toEqual([]);
  });

  it.each([
    [
      'a day of the first one',
      ['daily 03', 'work 03'],
      ['broken-manifests', 'missing-attempt', 'missing-manifest', 'missing-day'],
    ],
    ['its last manifests', ['daily 03', 'daily 04'], ['missing-manifest']],
    ['the first day of the second one', ['daily 09', 'work 09'], ['missing-attempt']],
    [
      'its first days',
      ['daily 09', 'work 09', 'daily 10', 'work 10'],
      ['broken-manifests', 'missing-manifest', 'missing-day'],
    ],
    [
      'a day in the middle of it',
      ['daily 11', 'work 11'],
      ['broken-manifests', 'missing-attempt', 'missing-manifest', 'missing-day'],
    ],
  ])('hides nothing: %s', async (_what, gone, wanted) => {
    const found = await codes(but(...gone));
    expect(wanted.filter((code) => !found.has(code))).toEqual([]);
  });

  it('is one more time without a stack where it is deployed a third time', async () => {
    const key = otherSealKey('5ea15ea1-0000-4000-8000-00000000000f');
    const third = await deployed(['2026-03-20'], key as typeof SEAL_KEY);
    const { gaps, problems } = await check(
      [...but(), ...linesOf(...[...third.values()].flat())],
      [SEAL_KEY, again, key as typeof SEAL_KEY],
    );
    expect({ problems, gaps: gaps.length }).toEqual({ problems: [], gaps: 2 });
  });

  it('is not what stopped for days and has the same key still', async () => {
    const same = await deployed(AGAIN);
    const { problems, gaps } = await check([...without(), ...linesOf(...[...same.values()].flat())]);
    expect(gaps).toEqual([]);
    expect(problems.map(({ code }) => code)).toContain('missing-day');
  });
});
