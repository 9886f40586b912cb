import { expect, it } from 'vitest';
import type { Log } from '../../functions/account/ports';
import { survey } from '../../functions/account/survey';
import { createAuditRecord } from '../../functions/aws/audit-record';
import { createEventBuses } from '../../functions/aws/event-bus';
import { createNotifier } from '../../functions/aws/notifier';
import { createRegistry } from '../../functions/aws/registry';
import { createSecrets } from '../../functions/aws/secrets';
import type { AuditEvent } from '../../functions/core/audit';
import { REGISTRY_PATH } from '../../functions/core/names';
import { Run } from '../../functions/runtime/run';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { SEAL_KEY } from '../support/seal-key';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a run gathers while ListSecrets does not show the named secrets yet: AWS says that it may lag by minutes. */
async function gatherWithout(scene: Scene, ...unlisted: readonly string[]) {
  const audits: AuditEvent[] = [];
  const run = new Run({
    id: 'run-1',
    function: 'rotate',
    origin: { account: scene.account.accountId, region: scene.account.region, functionVersion: 'test' },
    trigger: 'daily',
    time: { now: () => new Date(scene.clock.now()), sleep: async () => undefined },
    deadline: new Date(scene.clock.now() + 300_000),
    concurrency: 2,
    log: silent,
    auditLog: { write: (event) => audits.push(event) },
    record: createAuditRecord(SEAL_KEY),
    sealKey: SEAL_KEY,
    buses: createEventBuses(undefined),
    notifier: createNotifier(scene.topicArn),
  });
  const secrets = createSecrets();
  const lagging = {
    ...secrets,
    list: async (prefix: string) => (await secrets.list(prefix)).filter(({ name }) => !unlisted.includes(name)),
  };
  const managed = run.surveyed(await survey({ registry: createRegistry(REGISTRY_PATH), secrets: lagging }, undefined));
  const findings = audits.filter(({ event }) => event === 'finding').map(({ key, reason }) => `${key} ${reason}`);
  return { ids: managed.map(({ entry }) => entry.id), managed, findings };
}

it('a secret that ListSecrets does not show yet is described before anybody calls it missing', async () => {
  const scene = await newScene();
  for (const id of ['a', 'b']) scene.manage(id);
  scene.register(scene.entry('c'));
  const { ids, managed, findings } = await gatherWithout(scene, 'keyturn/b');
  expect(ids).toEqual(['a', 'b']);
  expect(managed[1]?.secret).toMatchObject({ name: 'keyturn/b', versions: [], createdAt: expect.any(Date) });
  expect(findings).toEqual(['c secret-missing']);
  expect(scene.calls.filter(({ action }) => action === 'DescribeSecret').map(({ input }) => input.SecretId)).toEqual([
    'keyturn/b',
    'keyturn/c',
  ]);
});

it('a secret that may not be described is missing, because IAM denies what is not there', async () => {
  const scene = await newScene();
  scene.register(scene.entry('c'));
  scene.awsFault = ({ action }) =>
    action === 'DescribeSecret' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  expect((await gatherWithout(scene)).findings).toEqual(['c secret-missing']);
});

it('every key comes with when its entry was written', async () => {
  const scene = await newScene();
  scene.manage('a');
  const { managed } = await gatherWithout(scene);
  expect(managed[0]?.changedAt).toEqual(new Date(scene.clock.now()));
});
