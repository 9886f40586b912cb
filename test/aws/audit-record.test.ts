import { describe, expect, it } from 'vitest';
import { createAuditRecord } from '../../functions/aws/audit-record';
import type { AuditEvent } from '../../functions/core/audit';
import { HOUR } from '../../functions/core/duration';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import type { AwsFault } from '../../local/account/wire/server';
import { startHost } from '../hosts/http/scripted-host';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { otherSealKey, SEAL_KEY, SEAL_KEY_ARN, sealed } from '../support/seal-key';
import { START } from '../support/stage';

const event = (sequence: number, more: Partial<AuditEvent> = {}): AuditEvent => ({
  schema: 'keyturn.audit/v1',
  id: `run-1-abc-${sequence}`,
  sequence,
  event: 'key-created',
  time: new Date(START + sequence * 1_000).toISOString(),
  account: '111122223333',
  region: 'eu-central-1',
  run: 'run-1',
  function: 'rotate',
  functionVersion: 'test',
  outcome: 'ok',
  ...more,
});
const events = (count: number, more: Partial<AuditEvent> = {}) =>
  Array.from({ length: count }, (_, index) => event(index + 1, more));
const throttled: AwsFault = { kind: 'error', status: 400, code: 'ThrottlingException' };

function linesOf(scene: Scene, logStreamName: string): readonly AuditEvent[] {
  const { events: lines } = scene.account.logs.getLogEvents({
    logGroupName: AUDIT_LOG_GROUP,
    logStreamName,
    startFromHead: true,
  });
  return lines.map(({ message }) => JSON.parse(message));
}

describe('the record keeps events (K7)', () => {
  it('in a stream of their function and month, which the first of them makes', async () => {
    const scene = await newScene();
    const record = createAuditRecord(SEAL_KEY);
    await record.append(events(2));
    await record.append([event(3)]);
    expect(linesOf(scene, 'rotate/2026-01')).toEqual(events(3));
    expect(scene.calls.map(({ action }) => action)).toEqual([
      'PutLogEvents',
      'CreateLogStream',
      'PutLogEvents',
      'PutLogEvents',
    ]);
  });

  it('of two runs that find no stream at the same time', async () => {
    const scene = await newScene();
    const other = events(2, { run: 'run-2' }).map((one) => ({ ...one, id: `run-2-abc-${one.sequence}` }));
    await Promise.all([createAuditRecord(SEAL_KEY).append(events(2)), createAuditRecord(SEAL_KEY).append(other)]);
    const kept = linesOf(scene, 'rotate/2026-01').map(({ id }) => id);
    expect([...kept].sort()).toEqual([...events(2), ...other].map(({ id }) => id).sort());
  });

  it('in a stream that another run made in between', async () => {
    const scene = await newScene();
    scene.awsFault = ({ action }) => {
      const logs = { logGroupName: AUDIT_LOG_GROUP, logStreamName: 'rotate/2026-01' };
      if (action === 'CreateLogStream') scene.account.logs.createLogStream(logs);
      return undefined;
    };
    await createAuditRecord(SEAL_KEY).append(events(1));
    expect(linesOf(scene, 'rotate/2026-01')).toEqual(events(1));
  });

  it('in order of time, whatever order they come in', async () => {
    const scene = await newScene();
    await createAuditRecord(SEAL_KEY).append([...events(3)].reverse());
    expect(linesOf(scene, 'rotate/2026-01')).toEqual(events(3));
  });

  it('each in the month of its own time', async () => {
    const scene = await newScene({ start: Date.parse('2026-02-01') });
    const last = event(1, { time: '2026-01-31T23:59:59.999Z' });
    const first = event(2, { time: '2026-02-01T00:00:00.000Z' });
    await createAuditRecord(SEAL_KEY).append([last, first]);
    expect(linesOf(scene, 'rotate/2026-01')).toEqual([last]);
    expect(linesOf(scene, 'rotate/2026-02')).toEqual([first]);
  });

  it('10,000 a call at most', async () => {
    await newScene();
    const sizes: number[] = [];
    process.env.AWS_ENDPOINT_URL = await startHost((_request, response, body) => {
      const { logEvents }: { logEvents: unknown[] } = JSON.parse(body);
      sizes.push(logEvents.length);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{}');
    });
    // Real events are so long that 1 MiB is full before.
    const { time, function: name } = event(1);
    const short = { time, function: name } as AuditEvent;
    await createAuditRecord(SEAL_KEY).append(Array.from({ length: 10_001 }, () => short));
    expect(sizes).toEqual([10_000, 1]);
  });

  it.each([
    ['fill it to the last byte', 0, [2]],
    ['need one byte more', 1, [1, 1]],
  ])(
    '1 MiB a call at most, in bytes and with the 26 that CloudWatch adds to each: two that %s',
    async (_what, over, calls) => {
      await newScene();
      const made: number[] = [];
      process.env.AWS_ENDPOINT_URL = await startHost((_request, response, body) => {
        const { logEvents }: { logEvents: unknown[] } = JSON.parse(body);
        made.push(logEvents.length);
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{}');
      });
      const half = 'ä'.repeat(250_000);
      const bytes = (some: readonly AuditEvent[]) =>
        some.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)) + 26, 0);
      const left = 1_048_576 - bytes([event(1, { message: half }), event(2, { message: half })]);
      await createAuditRecord(SEAL_KEY).append([
        event(1, { message: half }),
        event(2, { message: half + 'x'.repeat(left + over) }),
      ]);
      expect(made).toEqual(calls);
    },
  );

  it('with no call at all for nothing', async () => {
    const scene = await newScene();
    await createAuditRecord(SEAL_KEY).append([]);
    expect(scene.calls).toEqual([]);
  });

  it.each<[string, AwsFault]>([
    ['a throttle', throttled],
    ['a cut connection', { kind: 'drop-before' }],
  ])('once after %s', async (_what, fault) => {
    const scene = await newScene();
    scene.account.logs.createLogStream({ logGroupName: AUDIT_LOG_GROUP, logStreamName: 'rotate/2026-01' });
    let asked = 0;
    scene.awsFault = () => {
      asked += 1;
      return asked === 1 ? fault : undefined;
    };
    await createAuditRecord(SEAL_KEY).append(events(2));
    expect(asked).toBe(2);
    expect(linesOf(scene, 'rotate/2026-01')).toEqual(events(2));
  });

  it('twice when the answer was lost, under the same IDs', async () => {
    const scene = await newScene();
    let asked = 0;
    scene.awsFault = ({ action }) => {
      if (action !== 'PutLogEvents') return undefined;
      asked += 1;
      return asked === 2 ? { kind: 'drop-after' } : undefined;
    };
    await createAuditRecord(SEAL_KEY).append(events(1));
    expect(linesOf(scene, 'rotate/2026-01')).toEqual([event(1), event(1)]);
  });
});

describe('the record says that it did not keep events', () => {
  it.each<[string, AwsFault, string]>([
    ['AWS denies it', { kind: 'error', status: 400, code: 'AccessDeniedException' }, 'aws-denied'],
    ['AWS refuses it', { kind: 'error', status: 400, code: 'InvalidParameterException' }, 'aws-rejected'],
  ])('when %s', async (_what, fault, code) => {
    const scene = await newScene();
    scene.awsFault = () => fault;
    const doing = expect.stringContaining('logs:PutLogEvents of /keyturn/audit');
    await expect(createAuditRecord(SEAL_KEY).append(events(1))).rejects.toMatchObject({ code, message: doing });
  });

  it('when the log group is gone', async () => {
    const scene = await newScene();
    scene.account.logs.deleteLogGroup({ logGroupName: AUDIT_LOG_GROUP });
    await expect(createAuditRecord(SEAL_KEY).append(events(1))).rejects.toMatchObject({
      code: 'aws-rejected',
      message: expect.stringContaining('/keyturn/audit'),
    });
  });

  it('when CloudWatch takes the call and leaves events out because of their time', async () => {
    await newScene();
    process.env.AWS_ENDPOINT_URL = await startHost((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } }));
    });
    await expect(createAuditRecord(SEAL_KEY).append(events(2))).rejects.toMatchObject({ code: 'aws-rejected' });
  });
});

/** Another account's key that calls itself by the name of ours. */
function liar() {
  const { publicKey, sign } = otherSealKey('5ea15ea1-0000-4000-8000-00000000000f');
  return { publicKey, sign: async (text: string) => ({ ...(await sign(text)), key: SEAL_KEY_ARN }) };
}

describe('what people were told', () => {
  const told = (sequence: number, more: Partial<AuditEvent> = {}) =>
    event(sequence, { event: 'people-told', reason: 'two-keys', key: 'shop', ...more });

  it('is one kind of event; each kind can be read, and those with one reason alone', async () => {
    await newScene();
    const record = createAuditRecord(SEAL_KEY);
    const kinds = await sealed([
      told(1),
      event(2, { event: 'finding', reason: 'report-unavailable', facts: { next: 'k7' } }),
      event(3, { event: 'finding', reason: 'two-keys' }),
      event(4),
    ]);
    const [, missing, , created] = kinds;
    await record.append(kinds);
    const since = new Date(START);
    expect(await record.recorded(since, 'finding', 'report-unavailable')).toEqual([missing]);
    expect(await record.recorded(since, 'finding')).toHaveLength(2);
    expect(await record.recorded(since, 'key-created')).toEqual([created]);
    expect(await record.recorded(since, 'target-failed')).toEqual([]);
    expect(await record.recorded(new Date(START + 2_001), 'finding', 'report-unavailable')).toEqual([]);
  });

  it('is read since an instant, from all functions, and nothing else is', async () => {
    const scene = await newScene();
    const record = createAuditRecord(SEAL_KEY);
    const [early, late, other] = await sealed([told(1), told(20), event(21)]);
    const ofSync = await sealed([told(30, { function: 'sync' })]);
    await record.append([early, late, other].flatMap((one) => one ?? []));
    await record.append(ofSync);
    expect(await record.told(new Date(START + 10_000))).toEqual([late, ...ofSync]);
    expect(scene.calls.filter(({ action }) => action === 'FilterLogEvents')).toHaveLength(1);
  });

  it('leaves out lines that are no events, and events of a newer schema', async () => {
    const scene = await newScene();
    const record = createAuditRecord(SEAL_KEY);
    const ours = await sealed([told(1)]);
    await record.append(ours);
    scene.account.logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName: 'rotate/2026-01',
      logEvents: [
        { timestamp: START + HOUR, message: '{"event": "people-told"}' },
        { timestamp: START + HOUR, message: JSON.stringify({ ...told(2), schema: 'keyturn.audit/v2' }) },
        { timestamp: START + HOUR, message: 'people-told' },
      ],
    });
    expect(await record.told(new Date(START))).toEqual(ours);
  });

  it('leaves out what one function says in the name of another: a stream has the events of its own', async () => {
    const scene = await newScene();
    const record = createAuditRecord(SEAL_KEY);
    const ours = await sealed([told(1), told(2, { function: 'sync' })]);
    const [elsewhere] = await sealed([told(3)]);
    for (const one of ours) await record.append([one]);
    scene.account.logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName: 'sync/2026-01',
      logEvents: [{ timestamp: START + 3_000, message: JSON.stringify(elsewhere) }],
    });
    expect(await record.told(new Date(START))).toEqual(ours);
  });

  it.each<[string, (line: AuditEvent) => Promise<object> | object, number?]>([
    ['has no seal', ({ seal: _seal, ...line }) => line],
    [
      'was sealed by another key',
      async ({ seal: _seal, ...line }) => ({
        ...(await sealed([line], otherSealKey('5ea15ea1-0000-4000-8000-00000000000e')))[0],
      }),
    ],
    [
      'was sealed by a key that only says to be ours',
      async ({ seal: _seal, ...line }) => ({ ...(await sealed([line], liar()))[0] }),
    ],
    ['has the seal of another event', (line) => ({ ...line, key: 'other' })],
    ['is true, and was written again a day later', (line) => line, 24 * HOUR],
  ])(
    'leaves out a line that %s: it decides nothing, whoever may write into the log group (K7)',
    async (_what, forge, later = 0) => {
      const scene = await newScene();
      const record = createAuditRecord(SEAL_KEY);
      const [line] = await sealed([told(1)]);
      if (line === undefined) throw new Error('there is a line');
      scene.account.logs.createLogStream({ logGroupName: AUDIT_LOG_GROUP, logStreamName: 'rotate/2026-01' });
      scene.clock.advanceBy(later);
      scene.account.logs.putLogEvents({
        logGroupName: AUDIT_LOG_GROUP,
        logStreamName: 'rotate/2026-01',
        logEvents: [{ timestamp: Date.parse(line.time) + later, message: JSON.stringify(await forge(line)) }],
      });
      expect(await record.told(new Date(START))).toEqual([]);
      await record.append([line]);
      expect(await record.told(new Date(START))).toEqual([line]);
    },
  );

  it('is read to the last page, over pages that are empty', async () => {
    await newScene();
    const lines = await sealed([told(1), told(2)]);
    const [first, second] = lines.map((one) => ({
      logStreamName: 'rotate/2026-01',
      timestamp: Date.parse(one.time),
      message: JSON.stringify(one),
    }));
    const asked: unknown[] = [];
    const pages: Readonly<Record<string, object>> = {
      first: { events: [first], nextToken: 'second' },
      second: { nextToken: 'third' },
      third: { events: [second] },
    };
    process.env.AWS_ENDPOINT_URL = await startHost((_request, response, body) => {
      const input: Record<string, unknown> = JSON.parse(body);
      asked.push(input);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(pages[String(input.nextToken ?? 'first')]));
    });
    expect(await createAuditRecord(SEAL_KEY).told(new Date(START))).toEqual(lines);
    const question = {
      logGroupName: '/keyturn/audit',
      startTime: START,
      filterPattern: '{ $.event = "people-told" }',
    };
    expect(asked).toEqual([question, { ...question, nextToken: 'second' }, { ...question, nextToken: 'third' }]);
  });

  it('is an error when it cannot be read: silence is not "nobody was told"', async () => {
    const scene = await newScene();
    scene.awsFault = () => ({ kind: 'error', status: 400, code: 'AccessDeniedException' });
    await expect(createAuditRecord(SEAL_KEY).told(new Date(START))).rejects.toMatchObject({ code: 'aws-denied' });
  });
});
