import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BitbucketFault } from '../../local/hosts/bitbucket/fault';
import { CanaryLife } from './canary-life';
import { hunt } from './hunt';
import { capturePrinted, commandLines, filesIn } from './surroundings';

/** What Bitbucket can answer when it does not do what it is asked to. */
const STATUSES = [302, 400, 401, 403, 404, 409, 422, 429, 500, 503] as const;
const BROKEN: readonly BitbucketFault[] = [{ kind: 'drop-before' }, { kind: 'drop-after' }, { kind: 'garbage' }];

/** What AWS can answer, by the call that it answers. */
const REFUSALS = [
  ['rotate', 'CreateAccessKey', 400, 'ValidationError'],
  ['rotate', 'CreateAccessKey', 409, 'LimitExceeded'],
  ['rotate', 'GetCallerIdentity', 403, 'SignatureDoesNotMatch'],
  ['rotate', 'PutSecretValue', 400, 'InvalidParameterException'],
  ['rotate', 'PutSecretValue', 400, 'ResourceExistsException'],
  ['rotate', 'TagResource', 400, 'InvalidRequestException'],
  ['rotate', 'ListAccessKeys', 404, 'NoSuchEntity'],
  ['rotate', 'ListSecrets', 400, 'InvalidNextTokenException'],
  ['rotate', 'PutLogEvents', 400, 'InvalidParameterException'],
  ['rotate', 'PutEvents', 400, 'InternalException'],
  ['rotate', 'Publish', 400, 'InvalidParameter'],
  ['sync', 'GetSecretValue', 400, 'DecryptionFailure'],
  ['sync', 'GetSecretValue', 500, 'InternalServiceError'],
  ['sync', 'UpdateSecretVersionStage', 400, 'InvalidParameterException'],
  ['sync', 'GetParametersByPath', 400, 'InvalidFilterKey'],
] as const;

const place = mkdtempSync(join(tmpdir(), 'keyturn-leaks-'));
const before = process.env.TMPDIR;
let life: CanaryLife;
let printed: ReturnType<typeof capturePrinted>;

beforeAll(async () => {
  // Whatever the run writes to a temporary folder is here.
  process.env.TMPDIR = place;
  printed = capturePrinted();
  life = await CanaryLife.start();
  const { deployed, canaries } = life;
  await deployed.until(21);

  const sayAll = { type: 'error', error: { message: canaries.echo(), detail: canaries.echo() } };
  for (const status of STATUSES) {
    life.forgetDeliveries();
    const headers = {
      'x-echo': canaries.echo(),
      location: `https://127.0.0.1:1/${encodeURIComponent(canaries.echo())}`,
    };
    life.faults.bitbucket = { kind: 'status', status, body: sayAll, headers };
    await life.run('sync');
  }
  for (const fault of BROKEN) {
    life.forgetDeliveries();
    life.faults.bitbucket = fault;
    await life.run('sync');
  }
  life.faults.bitbucket = undefined;
  await life.run('sync');
  for (const [name, action, status, code] of REFUSALS) {
    life.faults.aws = undefined;
    await deployed.until(deployed.day, 2);
    life.makeRoom();
    if (name === 'sync') life.forgetDeliveries();
    life.faults.aws = (call) =>
      call.action === action ? { kind: 'error', status, code, message: canaries.echo() } : undefined;
    await life.run(name, name === 'rotate' ? { keys: ['access-token', 'oauth'] } : {});
  }
  life.faults.aws = undefined;
  await life.run('sync', { SecretString: canaries.echo() });
  await deployed.until(Math.ceil(deployed.day));

  // People put secrets where they do not belong: what cannot be read is not quoted.
  const { account } = deployed.world;
  const [secret = ''] = canaries.secrets.values();
  for (const SecretString of [secret, JSON.stringify({ accessToken: secret, token: secret }), `{"${secret}": 1}`]) {
    account.secretsManager.putSecretValue({ SecretId: 'keyturn/connections/oauth', SecretString });
    life.forgetDeliveries();
    await life.run('sync');
  }
  account.invoke(deployed.admin, 'secretsmanager', 'PutSecretValue', {
    SecretId: 'keyturn/api-token',
    ClientRequestToken: 'access-key-AKIAIOSFODNN7EXAMPLE-20260102T030405Z',
    SecretString: JSON.stringify({ accessKeyId: secret, secretAccessKey: 1, userName: secret, createdAt: secret }),
  });
  await life.run('sync');
  await deployed.until(deployed.day + 22);
}, 120_000);

afterAll(async () => {
  printed.release();
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await life.deployed.close();
  rmSync(place, { recursive: true, force: true });
});

describe('K6: a canary runs through every path', () => {
  it('the paths were taken', () => {
    const history = new Set(life.deployed.history());
    for (const moment of ['target-delivered', 'target-failed', 'key-proved', 'version-delivered']) {
      expect(history, moment).toContain(`sync ${moment}`);
    }
    for (const moment of ['key-stored', 'key-discarded', 'step-failed', 'finding step-failed']) {
      expect(history, moment).toContain(`rotate ${moment}`);
    }
    expect(history).toContain('deactivate key-deactivated');
    expect(history).toContain('delete key-deleted');
    const codes = new Set(life.deployed.world.logs.flatMap(({ line }) => /"code":"([\w-]+)"/.exec(line)?.[1] ?? []));
    expect([...codes].sort()).toEqual(
      expect.arrayContaining([
        ...[
          'aws-rejected',
          'aws-uncertain',
          'repository-not-found',
          'secret-invalid',
          'host-answer-invalid',
          'host-down',
        ],
        ...['host-rejected', 'invalid-connection', 'rate-limited', 'scope-missing', 'token-rejected'],
      ]),
    );
  });

  it('secrets of every kind were there to be found', () => {
    const labels = [...life.canaries.secrets.keys()].join('\n');
    for (const kind of [
      'access token',
      'API token',
      'OAuth consumer',
      'OAuth token',
      'secret of AKIA',
      'role’s secret',
    ]) {
      expect(labels).toContain(kind);
    }
    expect(life.canaries.secrets.size).toBeGreaterThan(20);
  });

  it('no secret is in a log, an event, a message, a parameter, a tag, a queue, a result or the CDK output', () => {
    const written = life.written();

    expect(written.find(({ place: name }) => name === 'event bus')?.text).toContain('keyturn.audit/v1');
    for (const { place: name, text } of written.slice(0, 9))
      expect(text.length, name).toBeGreaterThan(name === 'queues' ? -1 : 0);
    expect(hunt(written, life.canaries.secrets)).toEqual([]);
  });

  it('no secret is in what was printed, in a temporary file or in a process’s arguments', () => {
    const elsewhere = [
      { place: 'standard output and error', text: printed.text() },
      ...filesIn(place, 'temporary file'),
    ];

    expect(hunt(elsewhere, life.canaries.secrets)).toEqual([]);
    if (process.platform !== 'linux') return;
    const lines = commandLines();
    expect(lines.length).toBeGreaterThan(0);
    expect(hunt(lines, life.canaries.secrets)).toEqual([]);
  });
});
