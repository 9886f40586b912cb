import { describe, expect, it } from 'vitest';
import { AUDIT_SCHEMA, type AuditEvent } from '../../../functions/core/audit';
import { DAY, MINUTE } from '../../../functions/core/duration';
import { AUDIT_LOG_GROUP } from '../../../functions/core/names';
import { ALICE, type Scene } from '../../support/scene';
import { otherSealKey, sealed } from '../../support/seal-key';
import { gather, rotated } from './gathered';

const AS_ADMINISTRATOR = { level: 'administrator', caller: ALICE } as const;

async function ask(scene: Scene, document: object) {
  const whole = { schema: 'keyturn.request/v1', keys: ['shop'], why: 'a freeze', ...document };
  const { answer } = await scene.ask(whole, AS_ADMINISTRATOR);
  expect((await scene.ask({ ...whole, plan: answer?.plan?.digest }, AS_ADMINISTRATOR)).answer?.outcome).toBe('done');
}
const exempt = (scene: Scene, id = 'exempt-0123456789') =>
  ask(scene, { id, do: 'exempt', until: new Date(scene.clock.now() + 30 * DAY).toISOString() });

/** Somebody's own line, as the front of administrators would tell it. */
function forged(scene: Scene, more: Partial<AuditEvent> = {}): AuditEvent {
  const at = scene.clock.now();
  return {
    ...{ schema: AUDIT_SCHEMA, id: `forged-${at}-1`, sequence: 1, event: 'exception-accepted' },
    ...{ time: new Date(at).toISOString(), account: '111122223333', region: 'eu-west-1', run: `forged-${at}` },
    ...{ function: 'administrator', functionVersion: 'test', key: 'shop', user: 'ci-shop', outcome: 'ok' },
    facts: { by: 'mallory', why: 'fine', until: new Date(at + 30 * DAY).toISOString() },
    ...more,
  };
}

function write(scene: Scene, event: AuditEvent, timestamp = Date.parse(event.time), stream = event.function) {
  const place = { logGroupName: AUDIT_LOG_GROUP, logStreamName: `${stream}/2026-01` };
  const { logStreams } = scene.account.logs.describeLogStreams({ ...place, logStreamNamePrefix: place.logStreamName });
  if (logStreams.length === 0) scene.account.logs.createLogStream(place);
  scene.account.logs.putLogEvents({ ...place, logEvents: [{ timestamp, message: JSON.stringify(event) }] });
}

const told = async (scene: Scene, until = new Date(scene.clock.now())) =>
  (await gather(scene, { until })).record?.exemptions?.map(({ event }) => event);

describe('what was accepted, as a report reads it', () => {
  it('is read from the sealed record, with its early end, whatever the period', async () => {
    const scene = await rotated();
    await exempt(scene);
    scene.clock.advanceBy(MINUTE);
    expect(await told(scene)).toEqual(['exception-accepted']);
    const before = new Date(scene.clock.now());
    scene.hours(24 * 3);
    await ask(scene, { id: 'ended-0123456789', do: 'end-exemption' });
    scene.clock.advanceBy(MINUTE);
    // Of a period before its end the report hears of the end all the same.
    for (const until of [before, new Date(scene.clock.now())])
      expect(await told(scene, until)).toEqual(['exception-accepted', 'exception-ended']);
  });

  it('is none of what was written by whoever may write into the record (K7)', async () => {
    const scene = await rotated();
    await exempt(scene);
    await ask(scene, { id: 'ended-0123456789', do: 'end-exemption' });
    const { events: lines } = scene.account.logs.filterLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      filterPattern: '{ $.event = "exception-accepted" }',
    });
    scene.clock.advanceBy(MINUTE);
    const own = forged(scene);
    write(scene, own);
    const [byAnother = own] = await sealed(
      [{ ...own, id: 'other-key-1', run: 'other-key' }],
      otherSealKey('0a0a0a0a-0000-4000-8000-000000000000'),
    );
    write(scene, byAnother);
    // True lines, once more: later, and changed.
    const accepted = JSON.parse(lines[0]?.message ?? '') as AuditEvent;
    write(scene, accepted, scene.clock.now());
    write(scene, { ...accepted, time: own.time, facts: own.facts });
    write(scene, accepted, Date.parse(accepted.time), 'operator');
    scene.clock.advanceBy(MINUTE);
    expect(await told(scene)).toEqual(['exception-accepted', 'exception-ended']);
  });
});
