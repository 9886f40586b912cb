import type { RegistryEntry } from '../../functions/core/config/registry';
import { secretName } from '../../functions/core/names';
import type { TrailRecord } from '../../local/account/trail';
import type { World } from '../../local/world';
import { pipelineTargets } from './assembly';
import type { Pipelines } from './pipelines';
import { credentialAt } from './surroundings';
import type { Audit } from './timeline';

const SECOND = 1000;
const DAY = 86_400_000;
/** The rules run once a day. */
const ONE_RUN = DAY;

/** A promise of DESIGN, and what this run saw of it. */
export interface Verdict {
  readonly promise: string;
  readonly says: string;
  readonly held: boolean;
  /** What was compared, with numbers. */
  readonly evidence: string;
}

export interface Observed {
  readonly world: World;
  readonly entries: readonly RegistryEntry[];
  readonly pipelines: Pipelines;
  readonly audits: readonly Audit[];
  readonly lines: readonly string[];
  /** Most keys that any managed user had at once. */
  readonly mostKeys: number;
  /** Secrets that must never show anywhere. */
  readonly secrets: ReadonlySet<string>;
  /** Keys that Keyturn may retire: those from before the deployment, and those that its functions made. */
  readonly own: ReadonlySet<string>;
  /** Keys that its functions deactivated or deleted. */
  readonly changed: readonly string[];
  /** Instants at which a key of a managed user stopped working, with what its targets held then. */
  readonly retirements: readonly Retirement[];
}

/** A key was made Inactive or deleted. */
export interface Retirement {
  readonly at: number;
  readonly event: 'deactivated' | 'deleted';
  readonly entry: RegistryEntry;
  readonly accessKeyId: string;
  /** Key IDs that the targets held at that instant. */
  readonly held: readonly (string | undefined)[];
}

/** Judges a rehearsal by what the account, the CI host and the pipelines saw, not by what the functions say. */
export function judge(observed: Observed): readonly Verdict[] {
  const verdicts = [delivery, k1, k2, k3, k4, k5, k6, k7, k8, k10];
  return verdicts.map((verdict) => verdict(observed));
}

/** No promise by number, but what everything is for. */
function delivery({ world, entries }: Observed): Verdict {
  const stored = writes(world, 'PutSecretValue');
  const missing = entries.filter((entry) => {
    const token = tokenOf(stored.findLast((write) => isOf(write, entry)));
    const held = pipelineTargets(entry).map((target) => credentialAt(world.hosts.bitbucket, target)?.accessKeyId);
    return held.some((id) => id === undefined || !token.includes(id));
  });
  return {
    promise: 'delivery',
    says: 'in the end every target holds its current key',
    held: missing.length === 0,
    evidence:
      missing.length === 0 ? `${entries.length} keys` : `not at its targets: ${missing.map(({ id }) => id).join(', ')}`,
  };
}

function k1({ pipelines }: Observed): Verdict {
  const [first] = pipelines.failures;
  const failure =
    first === undefined ? '' : `; first: ${first.target} at ${new Date(first.at).toISOString()} (${first.error})`;
  return {
    promise: 'K1',
    says: 'what a target holds authenticates at every instant',
    held: pipelines.logins > 0 && pipelines.failures.length === 0,
    evidence: `${pipelines.logins} logins, ${pipelines.failures.length} failed${failure}`,
  };
}

function k2({ audits }: Observed): Verdict {
  const deliveries = audits.filter(({ event }) => event === 'target-delivered');
  const unproved = deliveries.filter((delivery) => {
    const before = audits.slice(0, audits.indexOf(delivery));
    return !before.some(
      ({ event, accessKeyId, function: name }) =>
        event === 'key-proved' && accessKeyId === delivery.accessKeyId && name === delivery.function,
    );
  });
  return {
    promise: 'K2',
    says: 'only keys that have just authenticated are delivered',
    held: unproved.length === 0,
    evidence: `${deliveries.length} deliveries, ${unproved.length} without proof`,
  };
}

function k3({ world, retirements }: Observed): Verdict {
  const deactivated = retirements.filter(({ event }) => event === 'deactivated');
  const stored = writes(world, 'PutSecretValue');
  const wrong = deactivated.filter(({ at, entry, accessKeyId, held }) => {
    if (held.includes(accessKeyId)) return true;
    const before = stored.filter((write) => isOf(write, entry) && write.at <= at);
    // Without a first rotation there is no successor yet: a forgotten key makes room for it.
    if (before.length === 0) return entry.adopt !== 'replace-idle';
    const overlap = (entry.policy.deactivateAfter - entry.policy.rotateAfter) * DAY;
    const successors = held.length > 0 ? held : [tokenOf(before.at(-1)).split('-')[2]];
    return !successors.every((id) =>
      before.some((write) => id !== undefined && tokenOf(write).includes(id) && at - write.at >= overlap - SECOND),
    );
  });
  return {
    promise: 'K3',
    says: 'a key is deactivated only after its successor is everywhere and the overlap has passed',
    held: wrong.length === 0,
    evidence: `${deactivated.length} deactivations, ${wrong.length} too early`,
  };
}

function k4({ retirements }: Observed): Verdict {
  const deleted = retirements.filter(({ event }) => event === 'deleted');
  const wrong = deleted.filter(({ at, entry, accessKeyId }) => {
    const inactive = retirements.find((other) => other.event === 'deactivated' && other.accessKeyId === accessKeyId);
    const recovery = (entry.policy.deleteAfter - entry.policy.deactivateAfter) * DAY;
    return inactive === undefined || at - inactive.at < recovery - SECOND;
  });
  return {
    promise: 'K4',
    says: 'a key is deleted only after its whole recovery period',
    held: wrong.length === 0,
    evidence: `${deleted.length} deletions, ${wrong.length} too early`,
  };
}

function k5({ own, changed }: Observed): Verdict {
  const foreign = changed.filter((accessKeyId) => !own.has(accessKeyId));
  return {
    promise: 'K5',
    says: 'a key that people made by hand is never changed',
    held: foreign.length === 0,
    evidence: `${changed.length} keys changed, ${foreign.length} of them foreign`,
  };
}

function k6({ lines, secrets, world }: Observed): Verdict {
  const written = [...lines, ...world.account.trail.map((record) => JSON.stringify(record))].join('\n');
  const leaked = [...secrets].filter((secret) =>
    [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')].some((form) => written.includes(form)),
  );
  return {
    promise: 'K6',
    says: 'no secret is in a log or an event',
    held: secrets.size > 0 && leaked.length === 0,
    evidence: `${secrets.size} secrets searched in ${lines.length} log lines and ${world.account.trail.length} trail records`,
  };
}

function k7({ world, audits }: Observed): Verdict {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['created', keyWrites(world, 'CreateAccessKey').length, audited(audits, 'key-created')],
    ['stored', writes(world, 'PutSecretValue').length, audited(audits, 'key-stored')],
    ['deactivated', keyWrites(world, 'UpdateAccessKey').length, audited(audits, 'key-deactivated')],
    [
      'deleted',
      keyWrites(world, 'DeleteAccessKey').length,
      audited(audits, 'key-deleted') + audited(audits, 'key-discarded'),
    ],
  ];
  return {
    promise: 'K7',
    says: 'every change leaves an audit event',
    held: pairs.every(([, done, told]) => done === told),
    evidence: pairs.map(([name, done, told]) => `${name} ${done}/${told}`).join(', '),
  };
}

function k8({ world, entries }: Observed): Verdict {
  const late: string[] = [];
  for (const entry of entries) {
    const rotated = writes(world, 'PutSecretValue')
      .filter((write) => isOf(write, entry))
      .map(({ at }) => at);
    const limit = entry.policy.rotateAfter * DAY + ONE_RUN;
    const ends = [...rotated.slice(1), world.clock.now()];
    if (rotated.some((at, index) => (ends[index] ?? 0) - at > limit)) late.push(entry.id);
  }
  return {
    promise: 'K8',
    says: 'no key is current for longer than rotateAfter and one run',
    held: late.length === 0,
    evidence: late.length === 0 ? `${entries.length} keys on time` : `late: ${late.join(', ')}`,
  };
}

function k10({ mostKeys }: Observed): Verdict {
  return {
    promise: 'K10',
    says: 'no user ever has more than two keys',
    held: mostKeys <= 2,
    evidence: `${mostKeys} at most`,
  };
}

interface Write {
  readonly at: number;
  readonly record: TrailRecord;
}

/** Successful writes of one kind that the functions made. */
function writes(world: World, eventName: string): readonly Write[] {
  return world.account.trail
    .filter(
      (record) =>
        record.eventName === eventName && record.errorCode === undefined && record.userIdentity.type === 'AssumedRole',
    )
    .map((record) => ({ at: Date.parse(record.eventTime), record }));
}

function keyWrites(world: World, ...names: readonly string[]): readonly Write[] {
  const all = names.length === 0 ? ['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'] : names;
  return all.flatMap((name) => writes(world, name));
}

function tokenOf(write: Write | undefined): string {
  return String(write?.record.requestParameters?.clientRequestToken);
}

function isOf({ record }: Write, entry: RegistryEntry): boolean {
  return String(record.requestParameters?.secretId).endsWith(secretName(entry.id));
}

function audited(audits: readonly Audit[], event: string): number {
  return audits.filter((audit) => audit.event === event).length;
}
