import type { Log, Sts, Trail } from '../../../functions/account/ports';
import { createAuditRecord } from '../../../functions/aws/audit-record';
import { createConnectionSecrets } from '../../../functions/aws/connection-secrets';
import { createEventBuses } from '../../../functions/aws/event-bus';
import { createFunctionStarter } from '../../../functions/aws/function-starter';
import { createIam } from '../../../functions/aws/iam';
import { createRegistry } from '../../../functions/aws/registry';
import { createSecrets } from '../../../functions/aws/secrets';
import { createSts } from '../../../functions/aws/sts';
import { createTrail } from '../../../functions/aws/trail';
import { dailyRunOf } from '../../../functions/core/config/asked';
import { MINUTE, SECOND } from '../../../functions/core/duration';
import { KeyturnError, toKeyturnError } from '../../../functions/core/errors';
import type { Trigger } from '../../../functions/core/findings/telling';
import { isLevel, REGISTRY_PATH, type RecordingFunction } from '../../../functions/core/names';
import { deactivate } from '../../../functions/deactivate/deactivate';
import { deactivateRequestOf } from '../../../functions/deactivate/trigger';
import { deleteKeys } from '../../../functions/delete/delete';
import { sealDays } from '../../../functions/delete/seal-days';
import { openTargets } from '../../../functions/hosts/register';
import { operate } from '../../../functions/operate/operate';
import { frontRequestOf } from '../../../functions/operate/trigger';
import { rotate } from '../../../functions/rotate/rotate';
import { rotateRequestOf } from '../../../functions/rotate/trigger';
import { Run } from '../../../functions/runtime/run';
import { sync } from '../../../functions/sync/sync';
import { syncRequestOf } from '../../../functions/sync/trigger';
import { seededRandom } from '../../../local/random';
import { HOST, OTHER_HOST } from './deployment';
import type { RunRecord } from './run-record';
import { inTheNameOf } from './sdk';
import { SEAL_KEY } from './signatures';
import type { SimProcess } from './sim-process';
import type { World } from './world';

/** How long Lambda lets a function live. */
export const TIMEOUT: Readonly<Record<RecordingFunction, number>> = {
  rotate: 5 * MINUTE,
  deactivate: 5 * MINUTE,
  delete: 5 * MINUTE,
  sync: 15 * MINUTE,
  operator: MINUTE,
  administrator: MINUTE,
};
const TIME_TO_FINISH = 22 * SECOND;

/** Runs one use case to its end, as its handler does. A run whose process dies never ends. */
export async function runFunction(
  world: World,
  process: SimProcess,
  name: RecordingFunction,
  event: unknown,
  runId: string,
  record: RunRecord,
): Promise<{ readonly stopped: boolean; readonly unrecorded: number }> {
  const time = { now: () => new Date(process.now()), sleep: (milliseconds: number) => process.sleep(milliseconds) };
  const auditRecord = inTheNameOf(process, world, () => createAuditRecord(SEAL_KEY));
  const ports = inTheNameOf(process, world, () => ({
    iam: createIam(),
    sts: createSts(world.account.region),
    trail: createTrail(world.account.region),
    secrets: createSecrets(),
    registry: createRegistry(REGISTRY_PATH),
    starter: createFunctionStarter({ rotate: 'rotate', deactivate: 'deactivate', sync: 'sync' }),
    targets: openTargets({
      connectionSecrets: createConnectionSecrets(),
      time,
      random: seededRandom(`${world.seed}/jitter/${process.name}`),
      allowedOrigins: new Set([HOST, OTHER_HOST]),
    }),
  }));
  const { isOwn, usesOf, usesSince } = ports.trail;
  const trail: Trail = {
    isOwn,
    usesOf: (...asked) => inTheNameOf(process, world, () => usesOf(...asked)),
    usesSince: (...asked) => inTheNameOf(process, world, () => usesSince(...asked)),
  };
  const { identify, regions } = ports.sts;
  const sts: Sts = {
    regions,
    identify: (credential, region) => inTheNameOf(process, world, () => identify(credential, region)),
  };
  const buses = world.bus && inTheNameOf(process, world, () => createEventBuses(undefined));
  const written = new Set<object>();
  const logged = (message: string, facts: unknown) => {
    if (process.isDead) return;
    world.promises.runs.isClean(`${message} ${facts === undefined ? '' : JSON.stringify(facts)}`, 'a log line');
  };
  const log: Log = { info: logged, warn: logged, error: logged };
  const send = (service: 'events' | 'sns', action: string, text: string) =>
    process.call(
      { service, action, about: '', mutates: false, repeatable: true },
      () => world.promises.runs.isClean(text, action),
      () => new KeyturnError('aws-uncertain', 'no answer', { retryable: true }),
    );
  const read = {
    rotate: rotateRequestOf,
    sync: syncRequestOf,
    deactivate: deactivateRequestOf,
    delete: dailyRunOf,
    operator: frontRequestOf,
    administrator: frontRequestOf,
  } as const;
  const trigger = triggerOf(() => read[name](event));
  const run = new Run({
    id: runId,
    function: name,
    origin: { account: world.account.accountId, region: world.account.region, functionVersion: 'test' },
    trigger,
    time,
    deadline: new Date(process.now() + TIMEOUT[name] - TIME_TO_FINISH),
    concurrency: 4,
    ...(name === 'sync' ? { keyTakes: 10 * MINUTE } : {}),
    log,
    auditLog: {
      write: (audit) => {
        if (process.isDead) return;
        record.audits.push(audit);
        const managed = audit.event === 'key-stored' ? world.witness.managed.get(audit.key ?? '') : undefined;
        if (managed !== undefined) world.asks.rotated(managed, audit);
        const taken = audit.event === 'key-promoted' ? world.witness.managed.get(audit.key ?? '') : undefined;
        if (taken !== undefined) world.asks.promoted(taken, audit);
        const line = JSON.stringify(audit);
        record.lines.set(line, audit);
        if (audit.event !== 'run-started' && audit.event !== 'run-finished') {
          written.add(audit);
          world.promises.runs.isClean(line, 'an audit event');
        }
      },
    },
    record: {
      append: async (events) => {
        try {
          await auditRecord.append(events);
        } catch (thrown) {
          record.hasLostRecord = true;
          throw thrown;
        }
      },
      told: (since) => auditRecord.told(since),
      recorded: (...asked) => auditRecord.recorded(...asked),
      ofDay: (day) => auditRecord.ofDay(day),
      ofAttempt: (attempt) => auditRecord.ofAttempt(attempt),
    },
    sealKey: {
      ...SEAL_KEY,
      sign: async (text) => {
        const call = { service: 'kms', action: 'Sign', about: '', mutates: false, repeatable: true } as const;
        if (!process.misses(call)) return SEAL_KEY.sign(text);
        record.hasLostRecord = true;
        throw new KeyturnError('aws-uncertain', 'no answer', { retryable: true });
      },
    },
    buses: buses ?? [
      {
        name: 'default',
        publish: async (events) => {
          // What was written as an audit line was looked through then.
          const more = events.filter((event) => !written.has(event));
          if (events.length > 2) await send('events', 'PutEvents', more.length === 0 ? '' : JSON.stringify(more));
          return { unpublished: 0 };
        },
      },
    ],
    notifier: { notify: async (subject, text) => void (await send('sns', 'Publish', `${subject}\n${text}`)) },
  });
  let stopped = false;
  try {
    read[name](event);
    if (isLevel(name)) {
      const { caller, document } = frontRequestOf(event);
      record.answer = await operate(ports, run, { caller, level: name }, document);
    } else if (name === 'rotate') {
      const { maxRotations } = record;
      await rotate({ ...ports, sts }, run, { maxRotations, onExposed: world.onExposed, ...rotateRequestOf(event) });
    } else if (name === 'deactivate') await deactivate({ ...ports, trail }, run, deactivateRequestOf(event));
    else if (name === 'delete') {
      await deleteKeys(ports, run);
      if (buses !== undefined) await sealDays(run);
    } else await sync({ ...ports, sts }, run, syncRequestOf(event), { tokenExpiresInDays: 14 });
  } catch (thrown) {
    stopped = true;
    const error = toKeyturnError(thrown);
    run.stopped(error);
    if (error.code === 'unexpected') {
      world.promises.broken(
        'K11',
        undefined,
        `${process.name} was stopped by ${thrown instanceof Error ? thrown.stack : thrown}`,
      );
    }
  }
  const { unrecorded } = await run.finish();
  return { stopped, unrecorded };
}

/** What is refused counts as asked for by a person, as in Lambda. */
function triggerOf(read: () => { readonly trigger: Trigger }): Trigger {
  try {
    return read().trigger;
  } catch {
    return 'request';
  }
}
