import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { type Random, seededRandom } from '../../../local/random';
import type { FaultKind } from './kinds';

/** One thing that goes wrong; it depends on the seed, its number and the length of the life only. */
export interface Episode {
  /** `f17`. */
  readonly id: string;
  readonly kind: FaultKind;
  /** ms since the deployment. */
  readonly from: number;
  /** It begins with the first call of this action after that (`*` for any); undefined for at once. */
  readonly at: string | undefined;
  /** How long it lasts once it has begun, in ms. */
  readonly lasts: number;
  /** Calls that it strikes at most. */
  readonly strikes: number;
  /** Calls of its action that it lets pass first. */
  readonly passes: number;
  /** How likely a single call is struck. */
  readonly odds: number;
  readonly phase: 'before' | 'after';
  /** Decides among the fault's varieties, and between keys. */
  readonly variety: number;
}

/** The rare calls come first and more often: they are where a life can turn. */
export const CHANGES = [
  'CreateAccessKey',
  'PutSecretValue',
  'UpdateAccessKey',
  'DeleteAccessKey',
  'UpdateSecretVersionStage',
  'TagResource',
] as const;
const READS = [
  'ListAccessKeys',
  'DescribeSecret',
  'GetSecretValue',
  'GetCallerIdentity',
  'GetAccessKeyLastUsed',
  'ListSecrets',
  'GetParametersByPath',
  'GetCredentialReport',
  'GetResourcePolicy',
  'PutLogEvents',
  'Sign',
] as const;
/** As `hosts/host.ts` calls what a function asks of a CI host. */
export const HOST_ACTIONS = ['write', 'read'] as const;

/** Days for each fault of a life: all kinds come within some months. */
const DAYS_EACH = 5;
/** The last days of a life have none, so that everything can come into order (days). */
const MOST_QUIET = 10;

export function quietDays(days: number): number {
  return Math.min(MOST_QUIET, Math.ceil(days / 4));
}

/** The faults of one life: every kind at least once, one after the other in an order of chance. */
export function drawEpisodes(seed: string, days: number, kinds: readonly FaultKind[]): readonly Episode[] {
  if (kinds.length === 0) return [];
  const count = Math.max(kinds.length, Math.round(days / DAYS_EACH));
  const span = (days - quietDays(days)) * DAY;
  const deck = seededRandom(`${seed}/faults`);
  let left: FaultKind[] = [];
  return Array.from({ length: count }, (_, index) => {
    if (left.length === 0) left = [...kinds];
    const [kind] = left.splice(Math.floor(deck() * left.length), 1);
    if (kind === undefined) throw new Error('there is no kind of fault to draw');
    const random = seededRandom(`${seed}/fault/${index}`);
    const from = Math.floor(((index + random()) * span) / count);
    const variety = random();
    const at = actionOf(kind, random);
    return {
      id: `f${index}`,
      kind,
      from,
      at,
      lasts: Math.floor(lengthOf(kind, at, random)),
      strikes: strikesOf(kind, at, random),
      passes: kind === 'killed' ? Math.floor(random() * 3) : 0,
      odds: 0.2 + 0.8 * random(),
      phase: random() < 0.5 ? 'before' : 'after',
      variety,
    };
  });
}

function actionOf(kind: FaultKind, random: Random): string | undefined {
  const draw = random();
  const action = random();
  const among = (some: readonly string[]) => some[Math.floor(action * some.length)];
  switch (kind) {
    case 'killed':
      return draw < 0.5 ? among(CHANGES) : draw < 0.75 ? among(HOST_ACTIONS) : among([...CHANGES, ...READS]);
    case 'aws-throttle':
    case 'aws-down':
      return draw < 0.4 ? among(CHANGES) : draw < 0.7 ? among(READS) : '*';
    case 'lost-answer':
      return draw < 0.6 ? among(CHANGES) : among(READS);
    // A fresh key is on its way to the host, or somebody looks there.
    case 'host-down':
    case 'host-throttle':
    case 'host-error':
      return draw < 0.5 ? 'PutSecretValue' : 'read';
    default:
      return undefined;
  }
}

function lengthOf(kind: FaultKind, at: string | undefined, random: Random): number {
  const draw = random();
  switch (kind) {
    case 'aws-throttle':
    case 'aws-down':
      // What strikes every call is over sooner.
      return at === '*' ? 2 * MINUTE + draw ** 2 * HOUR : 5 * MINUTE + draw ** 2 * 4 * HOUR;
    case 'host-down':
      return 5 * MINUTE + draw ** 2 * 8 * HOUR;
    case 'host-throttle':
    case 'host-error':
      return 5 * MINUTE + draw ** 2 * 4 * HOUR;
    case 'half-refused':
      return MINUTE + draw ** 4 * 2 * DAY;
    case 'slow-report':
      return DAY + draw * 6 * DAY;
    case 'skipped-run':
      return 2 * DAY;
    default:
      return HOUR;
  }
}

/** Some take a few calls, the others every one of their time. */
function strikesOf(kind: FaultKind, at: string | undefined, random: Random): number {
  const few = 1 + Math.floor(random() * 5);
  switch (kind) {
    case 'killed':
    case 'drift':
      return 1;
    case 'lost-answer':
      return Math.min(few, 2);
    case 'skipped-run':
    case 'lost-event':
      return Math.min(few, 3);
    case 'aws-throttle':
    case 'aws-down':
      return at === '*' ? Number.POSITIVE_INFINITY : few * 2;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
