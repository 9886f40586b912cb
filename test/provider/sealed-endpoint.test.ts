import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import { ProvidedLines } from '../../functions/aws/provided-lines';
import { createProvidedReader } from '../../functions/aws/provided-reader';
import { createSealKey } from '../../functions/aws/seal-key';
import { type AuditEvent, attemptOf, attemptOfEvent, eventId } from '../../functions/core/audit';
import { HOUR } from '../../functions/core/duration';
import { PROVIDER_LOG_GROUP, PROVIDER_SEAL_KEY_ALIAS, SEAL_KEY_ALIAS } from '../../functions/core/names';
import type { Verified } from '../../functions/core/seal/verified';
import { gatherEvidence } from '../../functions/report/evidence/gather-evidence';
import { makeReport } from '../../functions/report/judge/make-report';
import { AttemptSeal } from '../../functions/runtime/attempt-seal';
import { typed } from '../cli/typed';
import { ServedEndpoint } from './served-endpoint';

let served: ServedEndpoint;
let folder: string;
/** What the endpoint has called of KMS. */
const signed: string[] = [];
beforeAll(async () => {
  served = await new ServedEndpoint().start();
  folder = mkdtempSync(join(tmpdir(), 'keyturn-sealed-'));
  const { arn: KeyId, publicKey: PublicKey } = await createSealKey(PROVIDER_SEAL_KEY_ALIAS, config()).publicKey();
  writeFileSync(join(folder, 'seal.json'), JSON.stringify({ KeyId, PublicKey }));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  return served.close();
});
beforeEach(async () => {
  signed.length = 0;
  served.fault = ({ action, input }) => {
    if (action === 'Sign') signed.push(String((input as { KeyId?: string }).KeyId));
    return undefined;
  };
  await served.restart();
});

const config = () => ({
  ...served.access,
  maxAttempts: 1,
  retryMode: 'standard' as const,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true as const },
});

/** The lines of the endpoint's streams, as whoever copies them has them. */
const lines = () =>
  served.world.account.logs
    .filterLogEvents({ logGroupName: PROVIDER_LOG_GROUP })
    .events.map(({ message }) => message)
    .filter((line) => line.includes('"function":"endpoint"'));

/** What `keyturn verify` says of a copy. */
async function verified(copy: readonly string[], as = '--provider-public-key') {
  writeFileSync(join(folder, 'provider.jsonl'), copy.map((line) => `${line}\n`).join(''));
  const { code, stdout, stderr } = await typed(['verify', folder, as, join(folder, 'seal.json'), '--json']);
  if (stdout === '') return { code, problems: [stderr], notOurs: [], events: 0 };
  const { problems, notOurs, events } = JSON.parse(stdout) as Verified;
  return { code, problems: problems.map((one) => one.code), notOurs: notOurs.map((one) => one.code), events };
}

/** What a report is told of the record. */
const read = () => {
  const now = served.now;
  return createProvidedReader(config()).read(new Date(now - 48 * HOUR), new Date(now + HOUR));
};

const step = async (status = 200) => expect((await served.ask(served.good())).status).toBe(status);

describe('what the endpoint decides', () => {
  it('is sealed before it is answered, and one signature of KMS is enough for an instance (K7)', async () => {
    for (let at = 0; at < 3; at++) await step();
    expect(signed).toHaveLength(1);
    const events = (await served.recorded()).slice(-4);
    expect(events.map(({ event }) => event)).toEqual(['run-started', ...Array(3).fill('secrets-given')]);
    expect(events.every(({ seal }) => seal !== undefined)).toBe(true);
    expect(await verified(lines())).toMatchObject({ code: 0, problems: [], notOurs: [] });
    expect(await read()).toEqual({ unreadable: [], missing: [] });
  });

  it('is a chain without a gap also where the record took nothing for a while', async () => {
    await step();
    served.fault = ({ action }) =>
      action === 'PutLogEvents' ? { kind: 'error', code: 'AccessDeniedException', status: 400 } : undefined;
    await step(503);
    served.fault = undefined;
    await step();
    const attempts = (await served.recorded()).slice(-3).map(attemptOfEvent);
    expect(new Set(attempts).size).toBe(2);
    expect(await verified(lines())).toMatchObject({ code: 0, problems: [], notOurs: [] });
    expect(await read()).toEqual({ unreadable: [], missing: [] });
  });

  it('is given to nobody while it cannot be sealed', async () => {
    served.fault = ({ action }) =>
      action === 'Sign' ? { kind: 'error', code: 'KMSInternalException', status: 500 } : undefined;
    const before = lines().length;
    await step(503);
    served.fault = undefined;
    served.now += 2_000;
    expect(lines()).toHaveLength(before);
    await step();
  });

  it('is sealed by a key that no other role may use, and its role may use no other (K12)', async () => {
    const signs = async (role: string, alias: string, session = 'somebody') => {
      const arn = `arn:aws:iam::111122223333:role/${role}`;
      const { accessKeyId, secretAccessKey, sessionToken } = served.world.account.roleSession(arn, session);
      const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
      const client = new KMSClient({ ...config(), credentials });
      const command = new SignCommand({
        KeyId: alias,
        Message: Buffer.from('keyturn.seal/v1'),
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      return client.send(command).then(
        () => 'signs',
        (thrown: Error) => thrown.name,
      );
    };
    const own = 'Keyturn-KeyRotationProvider';
    const { roles, functions } = served.deployment;
    const rotate = roles.find(({ roleName }) => /RotateRole/.test(roleName))?.roleName ?? '';
    // Its guardrails let it do nothing but in its own function.
    const lambda = functions.find(({ logicalId }) => /RotateFunction/.test(logicalId))?.functionName;
    expect(await signs(own, PROVIDER_SEAL_KEY_ALIAS)).toBe('signs');
    expect(await signs(own, SEAL_KEY_ALIAS)).toBe('AccessDeniedException');
    expect(await signs(rotate, SEAL_KEY_ALIAS, lambda)).toBe('signs');
    expect(await signs(rotate, PROVIDER_SEAL_KEY_ALIAS, lambda)).toBe('AccessDeniedException');
    served.enforcement.denied.length = 0;
  });
});

describe('who changes what it has recorded is found', () => {
  beforeEach(async () => {
    for (let at = 0; at < 3; at++) await step();
  });

  it('in a copy where a line is missing', async () => {
    const all = lines();
    for (const at of [all.length - 2, all.length - 4]) {
      const { code, problems } = await verified(all.filter((_line, which) => which !== at));
      expect([code, problems]).toEqual([1, ['missing-event']]);
    }
  });

  it.each([
    ['another repository', (line: string) => line.replace(/"repository":"\{./, '"repository":"{f')],
    ['another outcome', (line: string) => line.replace('secrets-given', 'secrets-refused')],
    ['another address', (line: string) => line.replace(/"address":"[^"]*"/, '"address":"192.0.2.1"')],
    ['no seal', (line: string) => line.replace(/,"seal":.*\}$/, '}')],
  ])('in a copy where a line has %s', async (_name, change) => {
    const all = lines();
    const changed = all.map((line, at) => (at === all.length - 2 ? change(line) : line));
    expect(changed).not.toEqual(all);
    const { code, problems } = await verified(changed);
    expect(code).toBe(1);
    expect(problems.length).toBeGreaterThan(0);
  });

  it('in a copy where a line says to be of another function, sealed by whoever has the role of the endpoint', async () => {
    const { account } = served.world;
    const { accessKeyId, secretAccessKey, sessionToken } = account.roleSession(
      'arn:aws:iam::111122223333:role/Keyturn-KeyRotationProvider',
      'thief',
    );
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    const [{ seal: _seal, ...last } = expect.fail('it decides')] = (await served.recorded()).slice(-1);
    const run = 'made-up';
    const attempt = attemptOf({ run }, new Date(served.now));
    const forged = (of: string): AuditEvent => ({
      ...{ ...last, run, id: eventId(attempt, 1), sequence: 1 },
      ...{ function: of, event: of === 'rotate' ? 'run-started' : 'secrets-refused' },
    });
    const sealedAs = async (of: string) => {
      const key = createSealKey(PROVIDER_SEAL_KEY_ALIAS, { ...config(), credentials });
      const by = { account: last.account, region: last.region, function: of, attempt };
      return JSON.stringify((await new AttemptSeal(key, by).seal([forged(of)]))[0]);
    };
    const { events } = await verified(lines());
    // His own function's: only the other logs and CloudTrail contradict that.
    expect(await verified([...lines(), await sealedAs('endpoint')])).toMatchObject({ code: 0, events: events + 1 });
    const both = await verified([...lines(), await sealedAs('rotate')]);
    expect(both).toMatchObject({ code: 0, events, notOurs: ['other-key'] });
    // Nor does a key of the other functions count for the endpoint.
    expect(await verified(lines(), '--public-key')).toMatchObject({ code: 2 });
  });

  it('by the report, where a line is gone', async () => {
    const all = lines();
    const since = new Date(served.now - 48 * HOUR);
    const lacking = new ProvidedLines(since, await createSealKey(PROVIDER_SEAL_KEY_ALIAS, config()).publicKey());
    const gone = all.at(-2);
    for (const message of all.filter((line) => line !== gone)) {
      const { time, function: of } = JSON.parse(message) as AuditEvent;
      const at = Date.parse(time);
      lacking.add({ message, at, takenAt: at, stream: `${of}/2027-01` });
    }
    const { id } = JSON.parse(gone ?? '') as AuditEvent;
    expect(lacking.read()).toMatchObject({ unreadable: [], missing: [{ events: id }] });
  });

  it('by the report, where lines that the endpoint did not write stand in its streams', async () => {
    const logs = new CloudWatchLogsClient(config());
    const [last = ''] = lines().slice(-1);
    const logStreamName = `endpoint/${new Date(served.now).toISOString().slice(0, 7)}`;
    const at = { logGroupName: PROVIDER_LOG_GROUP, logStreamName };
    const put = (message: string, timestamp = served.now, stream = logStreamName) =>
      logs.send(new PutLogEventsCommand({ ...at, logStreamName: stream, logEvents: [{ timestamp, message }] }));
    const time = (JSON.parse(last) as { time: string }).time;
    await put('{}');
    await put(last.replace(/,"seal":.*\}$/, '}'));
    await put(last.replace('secrets-given', 'secrets-refused'), Date.parse(time));
    await logs.send(new CreateLogStreamCommand({ ...at, logStreamName: 'endpoint/other' }));
    await put(last.replace('"function":"endpoint"', '"function":"provider"'), Date.parse(time), 'endpoint/other');
    // The true one once more, at another time.
    await put(last, served.now + 60_000);
    served.now += HOUR;
    const now = () => new Date(served.now);
    const ports = createEvidencePorts({ time: { now, sleep: async () => {} }, access: served.access });
    const evidence = await gatherEvidence(ports, { since: new Date(served.now - 48 * HOUR), until: now() });
    const told = makeReport(evidence).attention.map(({ title }) => title);
    expect(told, JSON.stringify(evidence.failures)).toContain(
      "1 line of the record of the provider's endpoint without a seal (2027-01-01)",
    );
    const { unreadable, missing } = await read();
    expect(missing).toEqual([]);
    expect(unreadable.map(({ why }) => why).sort()).toEqual([
      'false-seal',
      'not-an-event',
      'unsealed',
      'wrong-stream',
      'wrong-time',
    ]);
  });
});
