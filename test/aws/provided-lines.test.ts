import { expect, it } from 'vitest';
import { ProvidedLines, type ProvidedMost } from '../../functions/aws/provided-lines';
import { AUDIT_SCHEMA, type AuditEvent, attemptOf, eventId } from '../../functions/core/audit';
import type { UnreadableLine } from '../../functions/report/evidence/evidence';
import { day } from '../core/web-shop';
import { otherSealKey, SEAL_KEY, sealed } from '../support/seal-key';

/** One attempt of an endpoint, an event an hour from an instant on. */
function attempt(run: string, from: Date, count: number): readonly AuditEvent[] {
  const name = attemptOf({ run }, from);
  return Array.from({ length: count }, (_, at) => ({
    schema: AUDIT_SCHEMA,
    id: eventId(name, at + 1),
    sequence: at + 1,
    time: new Date(from.getTime() + at * 3_600_000).toISOString(),
    account: '111122223333',
    region: 'eu-west-1',
    functionVersion: 'test',
    run,
    function: 'endpoint',
    event: at === 0 ? 'run-started' : 'secrets-given',
    outcome: 'ok',
  }));
}

async function added(events: readonly AuditEvent[], since: Date, most?: ProvidedMost) {
  const lines = new ProvidedLines(since, await SEAL_KEY.publicKey(), most);
  for (const event of events) {
    const at = Date.parse(event.time);
    lines.add({ message: JSON.stringify(event), at, takenAt: at, stream: 'endpoint/2026-01' });
  }
  return lines;
}

const read = async (events: readonly AuditEvent[], since: Date) => (await added(events, since)).read();

const whys = ({ unreadable }: { readonly unreadable: readonly UnreadableLine[] }) =>
  unreadable.flatMap(({ why, lines = 1 }) => Array.from({ length: lines }, () => why));

it('what an endpoint before the present one has sealed is no sign of tampering, and what another key seals since then is', async () => {
  const before = await sealed(attempt('before', day(1), 3), otherSealKey('5ea15ea1-0000-4000-8000-00000000000e'));
  const present = await sealed(attempt('now', day(5), 3));
  const forged = await sealed(attempt('forged', day(6), 1), otherSealKey('5ea15ea1-0000-4000-8000-00000000000f'));
  const healthy = await read([...before, ...present], day(0));
  expect(healthy).toMatchObject({ unreadable: [], missing: [], before: { lines: 3 } });
  expect(healthy.before?.until).toEqual(new Date(before.at(-1)?.time ?? ''));
  expect(whys(await read([...before, ...present, ...forged], day(0)))).toEqual(['other-key']);
  // Where nothing of the present key is there, nobody can say who was first.
  expect(whys(await read(before, day(0)))).toEqual(['other-key', 'other-key', 'other-key']);
});

it('what the retention has taken of an attempt nobody has taken away, and what lacks of a later one somebody has', async () => {
  const old = await sealed(attempt('old', day(1), 4));
  const young = await sealed(attempt('young', day(3), 3));
  expect((await read([...old.slice(2), ...young], day(0))).missing).toEqual([]);
  expect((await read([...old.slice(2), ...young.slice(1)], day(0))).missing).toHaveLength(1);
  expect((await read([...old.slice(0, 1), ...old.slice(2)], day(0))).missing).toHaveLength(1);
});

it('what an instance has written is checked to its end, however much that is', async () => {
  const long = await sealed(attempt('long', day(1), 500));
  const withoutOne = (at: number) => long.filter((_event, which) => which !== at);
  expect(await read(long, day(0))).toMatchObject({ unreadable: [], missing: [] });
  for (const at of [1, 250, 498]) expect((await read(withoutOne(at), day(0))).missing).toHaveLength(1);
  // One that comes twice, and one that stands in the place of another.
  const [first = expect.fail('it has events')] = long;
  const again = await sealed(attempt('long', day(1), 500));
  expect(whys(await read([first, ...long], day(0)))).toEqual([]);
  expect(whys(await read([...long.slice(0, 300), ...again.slice(300, 301), ...long.slice(300)], day(0)))).toContain(
    'conflicting-id',
  );
});

it('lines that no endpoint writes take no more room the more they are', async () => {
  const lines = await added([], day(0));
  for (let at = 0; at < 5_000; at++) {
    const time = day(1).getTime() + at * 60_000;
    lines.add({ message: `{"at":${at}}`, at: time, takenAt: time, stream: 'endpoint/2026-01' });
  }
  const { unreadable } = lines.read();
  expect(unreadable.map(({ at, lines: count }) => [at.toISOString().slice(0, 10), count])).toEqual([
    ['2026-01-02', 1_260],
    ['2026-01-03', 1_440],
    ['2026-01-04', 1_440],
    ['2026-01-05', 860],
  ]);
});

it.each<[string, ProvidedMost]>([
  ['lines', { lines: 6, attempts: 100 }],
  ['attempts', { lines: 100, attempts: 2 }],
])('more %s than it has room for are not read, and it says from when on', async (_what, most) => {
  const all = [];
  for (let at = 1; at <= 4; at++) all.push(...(await sealed(attempt(`run-${at}`, day(at), 3))));
  const lines = await added(all.slice(0, 6), day(0), most);
  expect(lines.isFull).toBe(false);
  expect(lines.read().readUntil).toBeUndefined();
  const more = await added(all, day(0), most);
  expect(more.isFull).toBe(true);
  expect(more.read()).toMatchObject({ unreadable: [], missing: [], readUntil: new Date(all[6]?.time ?? '') });
});
