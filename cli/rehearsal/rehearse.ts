import type { RegistryEntry } from '../../functions/core/config/registry';
import { type TargetConfig, targetName } from '../../functions/core/hosts/target';
import type { AccountEvent } from '../../local/account/account';
import type { AwsCall } from '../../local/account/wire/server';
import { type Random, seededRandom } from '../../local/random';
import { World } from '../../local/world';
import type { WayOutRow } from '../documents/simulate';
import { type Assembly, assemblyOf, homeOf } from './assembly';
import { quietDays } from './faults/draw';
import { Faults } from './faults/faults';
import { FAULTS, type FaultKind } from './faults/kinds';
import { Trouble } from './faults/trouble';
import { hostsWithFaults, openPlaces, type Places } from './hosts/register';
import { type Configuration, Leaving } from './leaving';
import { NodeLogins } from './node-logins';
import { judge, type Verdict } from './promises';
import { ProviderSteps } from './provider-steps';
import { QuietHours } from './quiet-hours';
import { RehearsedPipelines } from './rehearsed-pipelines';
import { RoleSteps } from './role-steps';
import { ADDRESS_HEADER } from './sts-client';
import { closeTokens, makeSurroundings, makeTakenRoles } from './surroundings';
import { type Audit, auditOf, countsOf, type Moment, Timeline } from './timeline';
import { trustedSteps } from './trusted-steps';
import { Watch } from './witness/watch';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The day on which the stack is deployed. */
const DEPLOYED = Date.parse('2026-01-01T00:00:00Z');
/** How old the keys are that people made before. */
const OLD_KEYS = 400 * DAY;

/** What is broken goes on being broken: so many are told. */
const MOST_TOLD = 20;
/** For how long pipelines have been running with those. */
const PIPELINES_BEFORE = 3 * DAY;

export interface RehearsalOptions {
  /** Folder of the synthesized cloud assembly. */
  readonly cdkOut: string;
  readonly days: number;
  readonly seed: string;
  /** What it was synthesized from: keys whose roles stand ready are moved to them. @default - no key is moved */
  readonly configuration?: {
    /** `keyturn.yaml`. */
    readonly text: string;
    /** @returns the folder of the cloud assembly of another text */
    readonly synthesize: (text: string) => string | Promise<string>;
  };
  /** Whether hourly runs that cannot find anything new take place all the same. @default false */
  readonly everyHour?: boolean;
  /** What goes wrong, drawn from the seed. @default nothing does */
  readonly faults?: readonly FaultKind[];
  /** Told what the stack's outputs are, before the first day. */
  readonly onDeployed?: (outputs: Readonly<Record<string, string>>) => void;
  /** Called at the end of every day; a test may do there what people and accidents do. */
  readonly onDay?: (day: number, world: World) => Promise<void> | void;
  /** Called when the days have been judged, before the world is closed: for whoever wants to look at its account. */
  readonly onEnd?: (world: World, days: { readonly since: Date; readonly until: Date }) => Promise<void>;
}

export interface KeyRow {
  readonly key: string;
  readonly user: string;
  readonly accessKeyId: string;
  readonly status: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly ageDays: number;
  /** Targets that hold this key now. */
  readonly heldBy: readonly string[];
}

/** Everything that a rehearsal saw; what `--json` prints. */
export interface Report {
  readonly days: number;
  readonly seed: string;
  readonly start: string;
  readonly managedKeys: number;
  /** Invocations of the functions. */
  readonly runs: number;
  /** Hourly runs that were not made, because nothing had been written since one that had nothing to do. */
  readonly passedOver: number;
  readonly rotations: number;
  /** To each target by itself, as the report counts them. */
  readonly deliveries: number;
  readonly deactivations: number;
  readonly deletions: number;
  readonly findings: number;
  readonly pipelineLogins: number;
  readonly pipelineLoginFailures: number;
  readonly longestTornMilliseconds: number;
  readonly awsCalls: number;
  readonly keys: readonly KeyRow[];
  readonly promises: readonly Verdict[];
  /** Whether every promise held. */
  readonly held: boolean;
  readonly timeline: readonly Moment[];
  /** Keys that leave, as roles take over from them. */
  readonly wayOut: readonly WayOutRow[];
  readonly realSeconds: number;
  /** What went wrong, where faults were asked for. */
  readonly faults?: FaultsReport;
}

/** What the faults of a life came to. */
export interface FaultsReport {
  /** The last days, in which nothing went wrong. */
  readonly quietDays: number;
  readonly kinds: readonly FaultRow[];
  /** Pipelines that found a pair torn, or what somebody had edited, within the time that the promises give. */
  readonly excusedPipelines: { readonly torn: number; readonly edited: number };
  /** Longest time that a pair was torn, in ms: half of it refused, or a run killed between the two. */
  readonly longestTornMilliseconds: number;
  /** What broke a promise, in order; the first ones of them. */
  readonly violations: readonly BrokenPromise[];
}

export interface BrokenPromise {
  readonly promise: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly key?: string | undefined;
  readonly message: string;
}

export interface FaultRow {
  readonly kind: FaultKind;
  readonly says: string;
  /** Calls, runs, events, keys or variables that it met. */
  readonly strikes: number;
  /** Longest time until everything was in order again, in ms; not there where nothing was struck. */
  readonly inOrderWithin?: number;
  /** Whether everything was in order in the end. */
  readonly isInOrder: boolean;
}

/** Deploys a synthesized stack into a local world and lives through the days. */
export async function rehearse(options: RehearsalOptions): Promise<Report> {
  const { cdkOut, days, onDeployed, onDay, onEnd } = options;
  const startedAt = performance.now();
  const assembly = assemblyOf(cdkOut);
  const lived = await begin(options, assembly);
  const { world, places, pipelines, watch } = lived;
  try {
    makeSurroundings(assembly, world.account, places);
    places.onWrite((write) => lived.timeline.wrote(write));
    world.clock.advanceTo(DEPLOYED - PIPELINES_BEFORE);
    pipelines.start(assembly.entries);
    lived.nodeLogins.start(assembly.entries);
    await world.runUntil(new Date(DEPLOYED));
    for (const entry of assembly.entries) watch.manage(entry);
    const deployment = await world.deployAll(cdkOut);
    onDeployed?.(deployment.outputs);
    closeTokens(assembly, deployment, world.account);
    makeTakenRoles(assembly, deployment, world.account);
    const trusted = world.account.iam.roles.all().flatMap(trustedSteps);
    if (options.configuration !== undefined) {
      lived.leaving.begin(deployedAgain(options.configuration, lived), new Set(trusted.map(({ role }) => role.arn)));
    }
    lived.roleSteps.start(trusted);
    if (assembly.provider !== undefined) lived.providerSteps.start(assembly.provider);
    lived.trouble?.begin(DEPLOYED);
    for (let day = 1; day <= days; day += 1) {
      await world.runUntil(new Date(DEPLOYED + day * DAY));
      lived.trouble?.endDay();
      await lived.leaving.endDay();
      await onDay?.(day, world);
    }
    const report = reportOf(options, lived.leaving.deployed, lived, startedAt);
    await onEnd?.(world, { since: new Date(DEPLOYED), until: new Date(world.clock.now()) });
    return report;
  } finally {
    pipelines.close();
    await world.close();
  }
}

/** What people do with a configuration that has changed. */
function deployedAgain(
  { text, synthesize }: NonNullable<RehearsalOptions['configuration']>,
  { world, watch }: Lived,
): Configuration {
  const deploy = async (changed: string) => {
    const cdkOut = await synthesize(changed);
    await world.deployAll(cdkOut);
    watch.look();
    const { entries } = assemblyOf(cdkOut);
    for (const entry of entries) watch.manage(entry);
    return entries;
  };
  return { text, deploy };
}

/** A world, and everybody who follows what happens in it. */
interface Lived {
  readonly world: World;
  readonly places: Places;
  readonly watch: Watch;
  readonly pipelines: RehearsedPipelines;
  readonly roleSteps: RoleSteps;
  readonly providerSteps: ProviderSteps;
  readonly nodeLogins: NodeLogins;
  readonly leaving: Leaving;
  readonly timeline: Timeline;
  readonly quietHours: QuietHours;
  readonly audits: readonly Audit[];
  readonly trouble: Trouble | undefined;
}

async function begin(options: RehearsalOptions, assembly: Assembly): Promise<Lived> {
  const { seed, everyHour } = options;
  const quietHours = new QuietHours(assembly.entries);
  const faults = faultsOf(options, assembly);
  const world = await World.start({
    start: new Date(DEPLOYED - OLD_KEYS),
    seed,
    account: {
      ...homeOf(assembly),
      newKeyDelay: 8 * SECOND,
      lastUsedDelay: 2 * HOUR,
      ...(faults && { newKeySpread: faults.newKeySpread, credentialReportTime: () => faults.reportTime() }),
    },
    passOver: everyHour
      ? undefined
      : (target, payload) => faults?.isAnythingPassing !== true && quietHours.passOver(target, payload, world),
    ...(faults && whereTheyStrike(faults)),
    accountServer: {
      fault: (call) => faults?.aws(call),
      onCall: (call, outcome) => watch.saw(call, outcome),
      latency: latencyOf(seededRandom(`${seed}/account-latency`)),
      sourceIp: ({ headers }) => String(headers[ADDRESS_HEADER] ?? '127.0.0.1'),
      // Who looks at the account at the end lives in another time.
      allowedSkew: Number.POSITIVE_INFINITY,
    },
  });
  const places = openPlaces(world);
  const watch = new Watch(world.account, places);
  const leaving = new Leaving(world, assembly.entries, { since: DEPLOYED, days: options.days });
  const pipelines = new RehearsedPipelines(world, places, seededRandom(`${seed}/pipelines`), leaving);
  const roleSteps = new RoleSteps(world, seededRandom(`${seed}/role-steps`), assembly.stepRoles, leaving);
  const providerSteps = new ProviderSteps(world, seededRandom(`${seed}/provider-steps`));
  const nodeLogins = new NodeLogins(world, seededRandom(`${seed}/node-logins`));
  const timeline = new Timeline(DEPLOYED, places);
  const audits: Audit[] = [];
  const targets = targetsByName(assembly.entries);
  world.onLog(({ line }) => {
    const audit = auditOf(line);
    if (audit === undefined) return;
    audits.push(audit);
    quietHours.heard(audit, world);
    timeline.heard(audit, targets.get(audit.target ?? ''));
  });
  const random = seededRandom(`${seed}/pipelines/soon`);
  const { entries } = assembly;
  const trouble =
    faults && new Trouble({ world, faults, watch, places, pipelines, entries, random }, options.faults ?? []);
  providerSteps.trouble = trouble;
  return {
    world,
    places,
    watch,
    pipelines,
    roleSteps,
    providerSteps,
    nodeLogins,
    leaving,
    timeline,
    quietHours,
    audits,
    trouble,
  };
}

function faultsOf({ seed, days, faults: kinds = [] }: RehearsalOptions, assembly: Assembly): Faults | undefined {
  const { region = 'eu-west-1' } = homeOf(assembly);
  return kinds.length === 0 ? undefined : new Faults({ seed, days, kinds, start: DEPLOYED, region });
}

/** Everywhere but at the account's front. */
function whereTheyStrike(faults: Faults) {
  return {
    hosts: hostsWithFaults((request) => faults.host(request)),
    lose: (targetArn: string, payload: string) => faults.lose(targetArn, payload),
    tamper: (event: AccountEvent, delay: number) => faults.tamper(event, delay),
    // Who waits before asking again waits on the clock: hours of throttling take no real time.
    timersOnClock: true,
  };
}

function reportOf(
  { days, seed }: RehearsalOptions,
  entries: readonly RegistryEntry[],
  lived: Lived,
  startedAt: number,
): Report {
  const { world, places, watch, pipelines, timeline, quietHours, audits, trouble } = lived;
  const promises = judge({ ...lived, entries, lines: linesOf(world) });
  const { runs, ...changes } = countsOf(audits);
  return {
    days,
    seed,
    start: new Date(DEPLOYED).toISOString(),
    managedKeys: entries.length,
    runs,
    passedOver: quietHours.passedOver,
    ...changes,
    pipelineLogins: pipelines.logins,
    pipelineLoginFailures: pipelines.failures.length + pipelines.excused,
    longestTornMilliseconds: longestTorn(timeline.moments),
    awsCalls: world.calls.total(),
    keys: entries.flatMap((entry) => keyRows(world, places, entry)),
    promises,
    held: promises.every(({ held }) => held),
    timeline: timeline.moments,
    wayOut: lived.leaving.rows,
    realSeconds: Math.round((performance.now() - startedAt) / 100) / 10,
    ...(trouble && { faults: faultsReport(trouble, watch, days) }),
  };
}

function faultsReport({ tolls, excused }: Trouble, { verdicts }: Watch, days: number): FaultsReport {
  return {
    quietDays: quietDays(days),
    kinds: [...tolls.values()].map(({ kind, strikes, longest, open }) => ({
      kind,
      says: FAULTS[kind],
      strikes,
      ...(strikes > 0 && { inOrderWithin: longest }),
      isInOrder: open === 0,
    })),
    excusedPipelines: { ...excused },
    longestTornMilliseconds: verdicts.allowed.longestTorn,
    violations: verdicts.violations
      .slice(0, MOST_TOLD)
      .map(({ at, ...violation }) => ({ ...violation, at: new Date(at).toISOString() })),
  };
}

function linesOf({ logs }: World): readonly string[] {
  return logs.map(({ line }) => line);
}

function longestTorn(moments: readonly Moment[]): number {
  return Math.max(0, ...moments.flatMap(({ tornMilliseconds }) => tornMilliseconds ?? []));
}

/** 15 to 60 ms a call of the functions. The administrator looks at the world as it is, and takes none of its time. */
function latencyOf(random: Random): (call: AwsCall) => number {
  return ({ principal }) => (principal.kind === 'root' ? 0 : 15 + Math.floor(random() * 46));
}

function targetsByName(entries: readonly RegistryEntry[]): ReadonlyMap<string, TargetConfig> {
  return new Map(entries.flatMap(({ targets }) => targets.map((target) => [targetName(target), target] as const)));
}

function keyRows({ account, clock }: World, places: Places, entry: RegistryEntry): readonly KeyRow[] {
  const holding = entry.targets.map((target) => [places.scopeOf(target), places.pairAt(target)?.accessKeyId] as const);
  return account.iam.accessKeys.of(account.iam.users.get(entry.user)).map(({ id, status, createdAt }) => ({
    key: entry.id,
    user: entry.user,
    accessKeyId: id,
    status,
    createdAt: new Date(createdAt).toISOString(),
    ageDays: Math.floor((clock.now() - Number(createdAt)) / DAY),
    heldBy: holding.flatMap(([scope, held]) => (held === id ? [scope] : [])),
  }));
}
