import { expect, it } from 'vitest';
import { ProvidedLines } from '../../functions/aws/provided-lines';
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

async function read(events: readonly AuditEvent[], since: Date) {
  const lines = new ProvidedLines(since, await SEAL_KEY.publicKey());
  for (const event of events) {
    const at = Date.parse(event.time);
    lines.add({ message: JSON.stringify(event), at, takenAt: at, stream: 'endpoint/2026-01' });
  }
  return lines.read();
}

const whys = ({ unreadable }: { readonly unreadable: readonly UnreadableLine[] }) => unreadable.map(({ why }) => why);

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
