import { config } from 'zod';
import { checkLiveness } from '../../../cli/rehearsal/witness/liveness';
import type { PromiseName } from '../../../cli/rehearsal/witness/promise-names';
import type { Allowances, Violation } from '../../../cli/rehearsal/witness/verdicts';
import { DAY, HOUR } from '../../../functions/core/duration';
import { seededRandom } from '../../../local/random';
import { DEPLOYED, Deployment } from './deployment';
import { Exposures } from './exposures';
import {
  type Disturbance,
  disturbancesOf,
  FAULT_NAMES,
  type FaultName,
  FIRST_FAULTS,
  faultsBefore,
  NEW_KEY_DELAY,
} from './faults';
import { Forgeries } from './forgeries';
import type { Line } from './history';
import { HostEdits } from './host-edits';
import type { Safe } from './leaks';
import { Operators } from './operators';
import { People } from './people';
import { SimulatedPipelines } from './pipelines';
import { RecycledNames } from './recycled-names';
import { Redeployments } from './redeployments';
import { Replacements } from './replacements';
import { Rules } from './rules';
import { Strikes } from './strikes';
import { Surroundings } from './surroundings';
import { World } from './world';

/** What people do to a repository by its name, and to what is delivered there. */
const AT_A_REPOSITORY: ReadonlySet<FaultName> = new Set(['host-edits', 'drift', 'config']);
const START = Date.parse('2026-01-01T00:00:00Z');

// Some schemas are made for a single answer: to compile them takes longer than to ask them.
config({ jitless: true });
// Refusals are made by the million, and nobody reads how they came about.
Error.stackTraceLimit = 3;

export { exhaust } from './exhaustive';

/** One history to live through. */
export interface Scenario {
  readonly seed: number;
  /** Days in which things go wrong. @default 730 */
  readonly days?: number;
  /** Days after that in which nothing does, and everything has to settle. @default 50 */
  readonly calm?: number;
  /** @default 20 */
  readonly keys?: number;
  /** Disturbances in a year. @default 60 */
  readonly perYear?: number;
  /** Requests an hour that Bitbucket takes of a token. @default 1000 */
  readonly hostRequests?: number;
  /** Ends after so many days. @default - at the end of the calm */
  readonly until?: number;
  /** Only this fault. */
  readonly fault?: FaultName | undefined;
  /** A history as they were drawn at first: fewer faults, and no workspaces. Early regressions are such. @default false */
  readonly isFirst?: boolean;
  /** A history as they were drawn before this fault was thought of. */
  readonly before?: FaultName;
  /** Nothing is passed over, not even a run that would find exactly what the last one found. @default false */
  readonly everyRun?: boolean;
  /** Only these disturbances, by id. */
  readonly only?: readonly string[] | undefined;
}

/** What a history came to. */
export interface Outcome {
  readonly seed: number;
  readonly days: number;
  readonly keyYears: number;
  readonly violations: readonly Violation[];
  readonly disturbances: readonly Disturbance[];
  /** Calls struck or deeds done, by fault. */
  readonly struck: Readonly<Record<string, number>>;
  readonly checks: Readonly<Record<PromiseName, number>>;
  readonly allowed: Allowances;
  readonly runs: number;
  readonly calls: number;
  readonly passedOver: number;
  readonly logins: number;
  readonly pipelines: number;
  /** Milliseconds from the start of each rotation's run until its key was marked delivered. */
  readonly handOvers: readonly number[];
  /** How long leaked keys were a danger. */
  readonly safe: readonly Safe[];
  readonly lines: readonly Line[];
  /** What is there at the end, by managed key: keys, versions, tags and places. Times in tags count to the hour. */
  readonly state: Readonly<Record<string, readonly string[]>>;
  /** Over everything that happened: equal for equal scenarios. */
  readonly digest: string;
}

/** Lives through one history and judges it; ends at the first promise that does not hold. */
export async function simulate(scenario: Scenario): Promise<Outcome> {
  const { seed, days = 730, calm = 50, keys = 20, perYear = 60, until = days + calm, fault, only } = scenario;
  const { isFirst = false, before, everyRun = false, hostRequests } = scenario;
  const random = seededRandom(`${seed}/nature`);
  const natural = (name: FaultName, most: number) => (fault === undefined || fault === name ? random() * most : 0);
  const mixture = before === undefined ? FAULT_NAMES : faultsBefore(before);
  const among = fault !== undefined ? [fault] : isFirst ? FIRST_FAULTS : mixture;
  const world = new World({
    seed,
    start: START,
    newKeyDelay: Math.floor(natural('slow-iam', NEW_KEY_DELAY)),
    lastUsedDelay: Math.floor(natural('late-last-used', 6 * HOUR)),
    hostRequests,
    isFirst,
    // A year of a dead host is a year of hourly runs, and tells little of anything else.
    hasTwoHosts: fault === 'dead-host' || (among.includes('dead-host') && seed % 16 === 0),
    // Chosen by the seed alone, so that the histories that once showed something stay what they were.
    hidesIds: !isFirst && before === undefined && seed % 4 === 1,
    // As histories were drawn before there was one: its days are read from the record, every one of them.
    hasBus: !isFirst && (before === undefined || faultsBefore(before).includes('closed-bus')),
  });
  if (world.lastUsedDelay > 0) world.countStrike('late-last-used');
  const deployment = new Deployment(world);
  const people = new People(world);
  const surroundings = new Surroundings(world, deployment, () => rules.launch('rotate', DEPLOYED));
  const redeployments = new Redeployments(world, deployment, () => rules.launch('rotate', DEPLOYED));
  const recycledNames = new RecycledNames(world, deployment, () => rules.launch('rotate', DEPLOYED));
  const replacements = new Replacements(world, deployment, {
    deployed: () => rules.launch('rotate', DEPLOYED),
    late: (managed) => pipelines.late(managed),
  });
  const forgeries = new Forgeries(world);
  const hostEdits = new HostEdits(world, (managed) => deployment.resolve(managed));
  const operators = new Operators(world, {
    rotate: (event) => rules.launch('rotate', event),
    front: (level, event, answered) => rules.ask(level, event, answered),
  });
  const exposures = new Exposures(world, operators, (event) => rules.exposed(event));
  if (among.includes('leaked')) world.onExposed = 'rotate';
  const doers: Partial<Record<FaultName, { act(disturbance: Disturbance): void }>> = {
    'people-keys': people,
    'people-secrets': people,
    'forged-dates': forgeries,
    'future-dates': forgeries,
    'forged-labels': forgeries,
    'host-edits': hostEdits,
    drift: hostEdits,
    requested: operators,
    asked: operators,
    'rolled-back': operators,
    leaked: exposures,
    config: surroundings,
    environment: surroundings,
    token: surroundings,
    oauth: surroundings,
    'bad-entry': surroundings,
    paging: surroundings,
    'leftover-copy': surroundings,
    'recreated-user': surroundings,
    'deleted-secret': surroundings,
    'changed-user': redeployments,
    'emptied-registry': redeployments,
    'forged-entry': redeployments,
    'id-renamed': redeployments,
    observed: redeployments,
    'recycled-slug': recycledNames,
    replaced: replacements,
    'host-words': surroundings,
  };
  const deed = (disturbance: Disturbance) => {
    const { fault, key } = disturbance;
    if (AT_A_REPOSITORY.has(fault) && recycledNames.keeps(world.witness.bornAs(`key-${key}`))) return;
    doers[fault]?.act(disturbance);
  };
  const strikes = new Strikes(world, deed);
  world.reportTime = () => strikes.reportTime();
  world.closedBus = () => strikes.closedBus();
  const rules = new Rules(world, strikes, { everyRun });
  const pipelines = new SimulatedPipelines(world);
  deployment.prepare();
  if (among.includes('changed-user')) redeployments.prepare(keys);
  if (among.includes('recycled-slug')) recycledNames.prepare();
  for (let index = 0; index < keys; index++) deployment.add(index, false);

  const disturbances = disturbancesOf(seed, { days, keys, perYear, among }).filter(
    ({ id }) => only === undefined || only.includes(id),
  );
  for (const disturbance of disturbances) {
    world.loop.at(START + disturbance.from, () => {
      if (disturbance.fault === 'oauth' || doers[disturbance.fault] === undefined) strikes.arm(disturbance);
      if (disturbance.on !== undefined && doers[disturbance.fault] !== undefined) strikes.wait(disturbance);
      else deed(disturbance);
      return false;
    });
  }
  const isOver = () => world.promises.violations.length > 0;
  const end = START + days * DAY;
  rules.start(days + calm);
  pipelines.start(end + calm * DAY);
  for (let day = 0; day < days + calm; day++) {
    world.loop.at(
      START + day * DAY + 6 * HOUR,
      () => {
        checkLiveness(world);
        return false;
      },
      true,
    );
  }
  await world.loop.runUntil(Math.min(end, START + until * DAY), isOver);
  if (!isOver() && until > days) {
    strikes.clear();
    world.bitbucket.paging = {};
    world.restores.all();
    people.tidyUp();
    world.disturb(undefined);
    await world.loop.runUntil(START + until * DAY, isOver);
    if (!isOver()) world.bus?.judge(world.promises, world.now());
  }
  const lived = (world.now() - START) / DAY;
  return {
    seed,
    days: lived,
    keyYears: (lived * keys) / 365,
    violations: world.promises.violations,
    disturbances,
    struck: Object.fromEntries(world.struck),
    checks: Object.fromEntries(world.promises.checks) as Record<PromiseName, number>,
    allowed: world.promises.allowed,
    runs: rules.runs,
    calls: world.calls,
    passedOver: rules.passedOver,
    logins: pipelines.logins,
    pipelines: pipelines.starts,
    handOvers: world.handOvers,
    safe: world.leaks.safe,
    state: world.state(),
    lines: world.history.lines(),
    digest: world.history.digest(),
  };
}
