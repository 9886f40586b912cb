import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FetchedDocument, fetchedDocument, fetchedSchema } from '../../cli/documents/fetched';
import { statusSchema } from '../../cli/documents/status';
import { createEventWriter } from '../../functions/aws/audit-record';
import { reviewConfig } from '../../functions/aws/client-config';
import { createProviderRecord } from '../../functions/aws/provider-record';
import type { AuditEvent } from '../../functions/core/audit';
import { after, DAY, HOUR } from '../../functions/core/duration';
import { CLOCK_SKEW } from '../../functions/core/key/secret-state';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import { DecisionRecord } from '../../functions/provider/decision-record';
import { Scene } from '../support/scene';
import { typed } from './typed';

const STEP = '{00000000-0000-4000-8000-000000000001}';
const REPOSITORY = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
const ENVIRONMENT = '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';

let scene: Scene;
const iso = (later = 0) => new Date(scene.clock.now() + later).toISOString();
beforeEach(async () => {
  scene = await new Scene().start();
  scene.manage('api', { deliverTo: [] });
  scene.manage('api-production', { deliverTo: [] });
  await scene.day();
  return () => scene.close();
});

const openRecord = () =>
  scene.account.invoke(scene.admin, 'logs', 'CreateLogGroup', { logGroupName: PROVIDER_LOG_GROUP });

/** A provider gives a step what rules say, as it writes that down. */
async function give(secret: string, more: object = {}, as: 'provider' | 'endpoint' = 'provider'): Promise<string> {
  const { account, clock } = scene;
  const listed = account.invoke(scene.admin, 'secretsmanager', 'ListSecretVersionIds', { SecretId: secret });
  const version = listed.Versions[0]?.VersionId ?? '';
  const record = new DecisionRecord({
    as,
    run: 'a-process',
    origin: { account: account.accountId, region: account.region, functionVersion: 'test' },
    time: { now: () => new Date(clock.now()) },
    append: createEventWriter(PROVIDER_LOG_GROUP),
  });
  const facts = {
    repository: REPOSITORY,
    environment: ENVIRONMENT,
    branch: 'main',
    step: STEP,
    sources: [{ secret, version }],
    ...more,
  };
  await record.write({ event: 'secrets-given', outcome: 'ok', facts });
  return version;
}

async function status(id: string) {
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  const { stdout } = await typed(['status', id], { time });
  const { stdout: json, code } = await typed(['status', id, '--json'], { time });
  const fetched: FetchedDocument | undefined = statusSchema.parse(JSON.parse(json)).keys[0]?.fetched;
  const [, text = ''] = /Fetched last from a provider\n([\s\S]*?)\n\n/.exec(stdout) ?? [];
  return { fetched, text, code };
}

/** Somebody else writes a line into the log group. @param sentAt when it says there that it was, ms since the epoch */
function forge(message: object | string, sentAt = scene.clock.now(), logStreamName = 'provider/forged'): void {
  const at = { logGroupName: PROVIDER_LOG_GROUP, logStreamName };
  scene.account.logs.createLogStream(at);
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  scene.account.logs.putLogEvents({ ...at, logEvents: [{ timestamp: sentAt, message: text }] });
}

/** What the provider wrote last, for whoever forges it. */
function lastLine(): AuditEvent {
  const { events } = scene.account.logs.filterLogEvents({ logGroupName: PROVIDER_LOG_GROUP });
  return JSON.parse(events.at(-1)?.message ?? '') as AuditEvent;
}

const reads = () => scene.calls.filter(({ input }) => input.logGroupName === PROVIDER_LOG_GROUP).length;

describe('keyturn status says who fetched a key last from a provider', () => {
  it('by its record: which key, when, and by which step', async () => {
    await openRecord();
    const version = await give('keyturn/api', { step: '{other}' });
    scene.clock.advanceBy(2 * DAY);
    await give('keyturn/api');
    scene.clock.advanceBy(3 * DAY);
    const accessKeyId = version.split('-')[2];
    const { fetched, text } = await status('api');
    expect(fetched).toMatchObject({
      last: { accessKeyId, repository: REPOSITORY, environment: ENVIRONMENT, branch: 'main', step: STEP },
    });
    expect(fetched?.unread).toBeUndefined();
    expect(text).toBe(
      [
        `  ${accessKeyId} 3 days ago, by`,
        `    repository ${REPOSITORY}`,
        `    environment ${ENVIRONMENT}`,
        '    branch main',
        `    step ${STEP}`,
      ].join('\n'),
    );
  });

  it('and takes no key for another one whose ID begins alike', async () => {
    await openRecord();
    await give('keyturn/api-production');
    const { fetched, text } = await status('api');
    expect(fetched?.last).toBeUndefined();
    expect(text).toBe('  By no step since 2025-10-03.');
    expect((await status('api-production')).fetched?.last).toBeDefined();
  });

  it('by a process or by the endpoint, whichever was later', async () => {
    await openRecord();
    await give('keyturn/api');
    scene.clock.advanceBy(HOUR);
    await give('keyturn/api', { step: '{other}' }, 'endpoint');
    expect((await status('api')).fetched?.last?.step).toBe('{other}');
  });

  it.each<[string, (genuine: AuditEvent) => void]>([
    ['has no step', (genuine) => forge({ ...genuine, facts: { sources: genuine.facts?.sources }, time: iso() })],
    ['has no number', ({ sequence: _none, ...genuine }) => forge({ ...genuine, time: iso() })],
    ['is of a newer form', (genuine) => forge({ ...genuine, schema: 'keyturn.audit/v9' })],
    ['is no JSON', () => forge('secrets-given "keyturn/api"')],
    ['is from the year 2099', (genuine) => forge({ ...genuine, time: '2099-01-01T00:00:00.000Z' })],
    ['is told of later', (genuine) => forge({ ...genuine, time: iso(-HOUR) }, scene.clock.now() - HOUR)],
    [
      "is the endpoint's in a stream of a process",
      (genuine) => forge({ ...genuine, function: 'endpoint', time: iso() }),
    ],
    ['is another one', (genuine) => forge({ ...genuine, time: iso() }, scene.clock.now(), 'other/forged')],
    ['is of a function', (genuine) => forge({ ...genuine, function: 'rotate', time: iso() })],
  ])('and hides no giving behind a line that %s; it says that there is one', async (_name, write) => {
    await openRecord();
    await give('keyturn/api');
    scene.clock.advanceBy(2 * DAY);
    write(lastLine());
    const { fetched, text } = await status('api');
    expect(fetched).toMatchObject({ last: { step: STEP }, passedOver: 1 });
    expect(text).toContain(' 2 days ago, by\n');
    expect(text).toContain('  Not believed: 1 line about it that no provider writes so.');
  });

  it('and nothing where there is no such record', async () => {
    expect(await status('api')).toEqual({ fetched: undefined, text: '', code: 0 });
  });

  it('and that it is not known where that may not be read; the rest is shown', async () => {
    await openRecord();
    scene.awsFault = ({ input }) =>
      input.logGroupName === PROVIDER_LOG_GROUP
        ? { kind: 'error', code: 'AccessDeniedException', status: 400, message: 'not yours' }
        : undefined;
    const { fetched, text, code } = await status('api');
    expect(fetched).toEqual({ unread: expect.stringContaining('not yours') });
    expect(text).toContain('  Not known: logs:FilterLogEvents of /keyturn/provider: not yours');
    expect(code).toBe(0);
  });

  it('asks little: the latest day first, and no more than twenty calls', async () => {
    await openRecord();
    await give('keyturn/api');
    const before = reads();
    await createProviderRecord().lastGiven('keyturn/api', new Date(scene.clock.now()));
    expect(reads() - before).toBe(1);
    await createProviderRecord().lastGiven('keyturn/none', new Date(scene.clock.now()));
    expect(reads() - before).toBe(5);
  });

  it('and says so where that was not all', async () => {
    let asked = 0;
    const endless = createServer((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ events: [], nextToken: `page-${asked}` }));
    });
    endless.listen(0, '127.0.0.1');
    await once(endless, 'listening');
    const { port } = endless.address() as AddressInfo;
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
    const access = { endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials };
    const now = new Date(scene.clock.now());
    const look = await createProviderRecord(reviewConfig(access)).lastGiven('keyturn/api', now);
    endless.close();
    expect([asked, look]).toEqual([
      20,
      { readBackTo: after(now, CLOCK_SKEW), last: undefined, passedOver: 0, isCut: true },
    ]);
    expect(look && fetchedDocument(look).unread).toContain('more of it');
  });

  it('shows nothing of the record as somebody else may have written it', async () => {
    await openRecord();
    await give('keyturn/api', { branch: 'a\u001b[2Jb', sources: [{ secret: 'keyturn/api', version: 'x' }] });
    const { fetched, text } = await status('api');
    expect(text).toContain('  A key now, by');
    expect(JSON.stringify([fetched, text])).not.toContain('\\u001b');
    expect(fetchedSchema.parse(fetched)).toEqual(fetched);
  });
});
