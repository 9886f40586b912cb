import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Log } from '../../functions/account/ports';
import { archiveBatch } from '../../functions/archive/archive';
import { createArchive } from '../../functions/aws/archive';
import type { AwsFault } from '../../local/account/wire/server';
import { newScene } from '../support/dispose';

const DAY = 86_400_000;
const BUCKET = 'evidence';
const MIDNIGHT = Date.parse('2026-03-02T00:00:00Z');

/** A locked bucket, and an archive that writes into it over HTTP. */
async function lockedBucket() {
  const scene = await newScene();
  const { s3 } = scene.account;
  s3.createBucket(BUCKET, { versioned: true, objectLock: true, retention: { mode: 'COMPLIANCE', days: 365 } });
  const lines: string[] = [];
  const line = (message: string, facts: unknown) => lines.push(JSON.stringify({ message, facts }));
  const log: Log = { info: line, warn: line, error: line };
  const archive = createArchive(BUCKET);
  const keys = () => s3.listObjectsV2({ Bucket: BUCKET }).Contents.map(({ Key }) => Key);
  const versions = () => s3.bucket(BUCKET).versions(keys()[0] ?? '').length;
  const read = (Key: string) => s3.getObject({ Bucket: BUCKET, Key });
  return { scene, lines, keys, versions, read, run: (event: unknown) => archiveBatch(archive, log, event) };
}

interface Line {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

/** What CloudWatch Logs starts the function with. */
function handedOver(logEvents: readonly Line[], more: Record<string, unknown> = {}) {
  const batch = {
    messageType: 'DATA_MESSAGE',
    owner: '1',
    logGroup: '/keyturn/audit',
    logStream: 's',
    logEvents,
    ...more,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}

const lines = (...times: readonly number[]): readonly Line[] =>
  times.map((timestamp, at) => ({ id: String(at).padStart(56, '0'), timestamp, message: `{"id":"event-${at}"}` }));

describe('what the record hands over', () => {
  it('becomes one locked object of JSON lines a day, named by the first event', async () => {
    const { run, keys, read } = await lockedBucket();
    const events = lines(MIDNIGHT - 2_000, MIDNIGHT - 1_000, MIDNIGHT);

    expect(await run(handedOver(events))).toEqual({ events: 3, objects: 2 });

    const [before = '', after = ''] = keys();
    expect([before, after]).toEqual([
      expect.stringMatching(/^events\/2026\/03\/01\/235958Z-[0-9a-f]{20}\.jsonl$/),
      expect.stringMatching(/^events\/2026\/03\/02\/000000Z-[0-9a-f]{20}\.jsonl$/),
    ]);
    expect(read(before).Body.toString()).toBe('{"id":"event-0"}\n{"id":"event-1"}\n');
    expect(read(after)).toMatchObject({ ContentType: 'application/x-ndjson', ObjectLockMode: 'COMPLIANCE' });
  });

  it('that is handed over again is the same object, which stays as it is', async () => {
    const { run, keys, versions, read } = await lockedBucket();
    const event = handedOver(lines(MIDNIGHT, MIDNIGHT + 1));
    await run(event);
    const content = read(keys()[0] ?? '').Body.toString();
    await run(event);

    expect(keys()).toHaveLength(1);
    expect(versions()).toBe(1);
    expect(read(keys()[0] ?? '').Body.toString()).toBe(content);
  });

  it('of the same IDs with other content gets a name of its own: a name stands for its content', async () => {
    const { run, keys } = await lockedBucket();
    const [line] = lines(MIDNIGHT);
    await run(handedOver([line as Line]));
    await run(handedOver([{ ...(line as Line), message: '{"id":"forged"}' }]));

    expect(keys()).toHaveLength(2);
  });

  it('of other events at the same time gets a name of its own', async () => {
    const { run, keys } = await lockedBucket();
    await run(handedOver(lines(MIDNIGHT)));
    await run(handedOver([{ id: 'another', timestamp: MIDNIGHT, message: '{}' }]));

    expect(keys()).toHaveLength(2);
  });

  it('is written with a checksum, whatever the environment says of checksums: S3 refuses a locked object without one', async () => {
    process.env.AWS_REQUEST_CHECKSUM_CALCULATION = 'when_required';
    onTestFinished(() => {
      delete process.env.AWS_REQUEST_CHECKSUM_CALCULATION;
    });
    const { run, keys } = await lockedBucket();
    await run(handedOver(lines(MIDNIGHT)));

    expect(keys()).toHaveLength(1);
  });

  it('is finished by the next attempt where one object could not be written', async () => {
    const { scene, run, keys } = await lockedBucket();
    const event = handedOver(lines(MIDNIGHT - 1, MIDNIGHT));
    const refused: AwsFault = { kind: 'error', status: 400, code: 'InvalidRequest' };
    scene.awsFault = ({ action, input }) =>
      action === 'PutObject' && String(input.Key).includes('2026/03/02') ? refused : undefined;
    await expect(run(event)).rejects.toMatchObject({ code: 'aws-rejected' });
    expect(keys()).toHaveLength(1);

    scene.awsFault = undefined;
    expect(await run(event)).toEqual({ events: 2, objects: 2 });
    expect(keys()).toHaveLength(2);
  });

  it('may be as much as Lambda takes in one event', async () => {
    const { run, keys, read } = await lockedBucket();
    const message = JSON.stringify({ id: 'x'.repeat(1000) });
    const events = Array.from({ length: 60_000 }, (_, at) => ({ id: String(at), timestamp: MIDNIGHT + at, message }));

    expect(await run(handedOver(events))).toEqual({ events: 60_000, objects: 6 });
    expect(keys().map((key) => read(key).ContentLength)).toEqual(Array(6).fill(10_000 * (message.length + 1)));
  }, 60_000);

  it('may be nothing: CloudWatch Logs asks whether anybody is there', async () => {
    const { run, keys } = await lockedBucket();

    expect(await run(handedOver([], { messageType: 'CONTROL_MESSAGE', logGroup: '' }))).toEqual({
      events: 0,
      objects: 0,
    });
    expect(keys()).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['no Base64 of gzip', { awslogs: { data: 'e30=' } }],
    ['gzip of no JSON', { awslogs: { data: gzipSync('{').toString('base64') } }],
    ['another group’s events', handedOver(lines(MIDNIGHT), { logGroup: '/aws/lambda/Keyturn-Archive' })],
    ['events without an ID', handedOver([{ id: '', timestamp: MIDNIGHT, message: '{}' }])],
    ['a gzip bomb', { awslogs: { data: gzipSync(Buffer.alloc(130 * 1024 * 1024)).toString('base64') } }],
  ])('is refused, and so kept by the queue, when it is %s', async (_what, event) => {
    const { run, keys, lines: logged } = await lockedBucket();

    await expect(run(event)).rejects.toThrow(/is no batch of the log group \/keyturn\/audit/);
    expect([keys(), logged]).toEqual([[], []]);
  });

  it('K6: is not quoted in the function’s own log', async () => {
    const { run, lines: logged } = await lockedBucket();
    await run(handedOver([{ id: '1', timestamp: MIDNIGHT + DAY, message: '{"secret":"planted"}' }]));

    expect(logged).toEqual(['{"message":"audit events archived","facts":{"events":1,"objects":1}}']);
  });
});
