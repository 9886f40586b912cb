import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { type Random, seededRandom } from '../../../local/random';

/** What can go wrong, each also available alone. */
export const FAULTS = {
  crash: 'a run dies right before or right after one of its calls takes effect',
  throttle: 'AWS calls are throttled',
  refuse: 'AWS calls fail with a 5xx or get no answer, without effect',
  'lost-answer': 'AWS calls take effect and their answers are lost, or the client library repeats them',
  'slow-iam':
    'each region knows a new key at its own time, some forget it again for minutes, and lists are stale for seconds',
  'late-last-used': 'a use shows up to six hours late',
  events: 'events are lost, doubled, hours late, out of order or forged',
  schedule: 'schedules are skipped for days, or start two copies at once',
  'host-down': 'Bitbucket is down for minutes to days',
  'host-throttle': 'Bitbucket answers 429',
  'host-lost-answer': "Bitbucket's answers to writes are lost",
  'host-stale': 'Bitbucket shows variables as they were before the last write',
  environment: 'a deployment environment is renamed or deleted, and comes back later',
  token: "Bitbucket's token expires, and is replaced later",
  'clock-skew': "functions' clocks are minutes off",
  'people-keys': 'people create, deactivate, reactivate and delete keys by hand',
  'people-secrets': 'people edit secrets, labels and tags by hand',
  config: 'targets come and go, policies get shorter, keys are removed and added again',
  'bad-entry': 'a registry entry is broken, or its user is missing',
  'leftover-copy': 'something keeps using an old key',
  'slow-calls': 'every call takes seconds, so that a run does not fit its time and leaves keys to the next one',
  'rotation-cap': 'a run may rotate few keys, and more are due',
  requested: 'an operator asks for rotations before their time',
  oauth: "the connection is an OAuth consumer's, and its tokens expire in the middle of a run",
  'forged-dates': "people write other dates into the secret's tags",
  'future-dates': "people write dates into the secret's tags that are still to come",
  'forged-labels': 'people put DELIVERED-* labels on versions by hand',
  'host-edits': 'people edit or delete pipeline variables at the host',
  'recreated-user': 'an IAM user is deleted with its keys, and made again',
  'deleted-secret': 'a secret is deleted, and restored within its recovery window',
  record: "calls of the audit record are throttled, refused, lost or repeated, or are a run's last",
  'dead-host': 'one of two hosts is dead for half a year, and the keys of the other one live on',
  'slow-report': 'the credential report takes minutes, or is not finished at all',
  drift: 'an environment is deleted and made again, or variables are put back as they were, and nobody says so',
  'half-refusal': 'one half of the pairs of a key is refused with 400 or 403 for minutes to days',
  paging: 'lists have no link to their next page, no size, or ten items a page whatever is asked for',
  'changed-user': 'a key gets another user, a new one or one that it had before',
  'emptied-registry':
    'a bad deployment takes all keys or half of them out of the registry, and a good one brings them back',
  'forged-entry': 'somebody writes another registry entry than the deployed one, and a deployment puts it right',
  'host-words': "an environment's name repeats a secret or the token, is 1.2 MB long, or has lines of its own",
  'id-renamed':
    'a key gets another id, at once or after it was taken out, and goes on after the secret of the one before',
  'recycled-slug': "a repository's name comes to mean somebody else's, and is put right, or the configuration follows",
  'closed-bus': 'the event bus refuses all events or some of them, or does not answer, for hours to days',
  observed: 'a key is deployed with mode: observe in the middle of anything, and later with mode: rotate again',
  asked: 'one or two operators at once ask a front to rotate, deliver, pause or resume, in the middle of anything',
  'rolled-back': 'one or two administrators at once take a key back, or one does while an operator asks for something',
  leaked: 'AWS or an administrator says in the middle of anything that keys have leaked, or somebody forges that',
  replaced:
    'roles take over from a key, pipelines move to them, a few of them late, and some teams want their key back',
} as const;
export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];
/** Those that there were at first: the histories of early regressions are drawn from them. */
export const FIRST_FAULTS = faultsBefore('slow-calls');

/** Those that there were before one was thought of. */
export function faultsBefore(fault: FaultName): readonly FaultName[] {
  return FAULT_NAMES.slice(0, FAULT_NAMES.indexOf(fault));
}

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/** One thing that will go wrong in a history; it depends on the seed and its number only, so others can be left out. */
export interface Disturbance {
  /** `d17`. */
  readonly id: string;
  readonly fault: FaultName;
  /** Milliseconds since the start. */
  readonly from: number;
  readonly until: number;
  /** Index of the managed key that it is about. */
  readonly key: number;
  /** The action at which it strikes, `*` for any; undefined for its instant. */
  readonly on: string | undefined;
  readonly phase: 'before' | 'after';
  /** How many calls it strikes, or how many it lets pass first. */
  readonly count: number;
  /** Decides among the fault's varieties. */
  readonly variety: number;
  /** How likely a single call is struck. */
  readonly odds: number;
}

const AWS_ACTIONS = [
  'CreateAccessKey',
  'PutSecretValue',
  'UpdateAccessKey',
  'DeleteAccessKey',
  'UpdateSecretVersionStage',
  'TagResource',
  'UntagResource',
  'ListAccessKeys',
  'DescribeSecret',
  'GetSecretValue',
  'GetCallerIdentity',
  'GetAccessKeyLastUsed',
  'ListSecrets',
  'GetParametersByPath',
  'GetParameter',
  'GetCredentialReport',
  'ListSecretVersionIds',
];
/** The read that tells a deployed entry from a forged one, which there was not before. */
const WITH_PINS = [...AWS_ACTIONS, 'GetResourcePolicy'];
/** The rare ones come more often: they are where a history can turn. */
const CHANGES = AWS_ACTIONS.slice(0, 7);
const RECORD_ACTIONS = ['PutLogEvents', 'PutLogEvents', 'FilterLogEvents', 'CreateLogStream', '*'];
const HOST_ACTIONS = ['PUT variable', 'POST variables', 'GET variables', 'GET environments'];

interface DisturbancesProps {
  readonly days: number;
  readonly keys: number;
  readonly perYear: number;
  /** The faults to draw from. */
  readonly among: readonly FaultName[];
}

/** The disturbances of one seed. */
export function disturbancesOf(
  seed: number,
  { days, keys, perYear, among }: DisturbancesProps,
): readonly Disturbance[] {
  const count = Math.max(1, Math.round((perYear * days) / 365));
  const actions = among.length === 1 || among.includes('forged-entry') ? WITH_PINS : AWS_ACTIONS;
  return Array.from({ length: count }, (_, index) => {
    const random = seededRandom(`${seed}/disturbance/${index}`);
    // One fault alone takes no draw: so it was when regressions were found.
    const [alone] = among;
    const fault = among.length === 1 && alone !== undefined ? alone : pick(random, among);
    const from = Math.floor(random() * days * DAY);
    return {
      id: `d${index}`,
      fault,
      from,
      until: from + Math.floor(lengthOf(fault, random)),
      key: Math.floor(random() * keys),
      on: actionOf(fault, random, actions),
      phase: random() < 0.5 ? 'before' : 'after',
      count: Math.floor(random() * 5),
      variety: random(),
      odds: 0.2 + 0.8 * random(),
    };
  });
}

function actionOf(fault: FaultName, random: Random, actions: readonly string[]): string | undefined {
  const draw = random();
  const action = random();
  const among = (some: readonly string[]) => some[Math.floor(action * some.length)];
  switch (fault) {
    case 'crash':
      if (draw < 0.5) return among(CHANGES);
      return draw < 0.75 ? among(HOST_ACTIONS) : among([...actions, 'PutEvents']);
    case 'throttle':
    case 'refuse':
    case 'lost-answer':
      if (draw < 0.6) return among(CHANGES);
      return draw < 0.8 ? among(actions) : '*';
    case 'host-lost-answer':
      return among(HOST_ACTIONS.slice(0, 2));
    case 'record':
      return among(RECORD_ACTIONS);
    case 'people-keys':
    case 'people-secrets':
    case 'config':
    case 'environment':
    case 'forged-dates':
    case 'future-dates':
    case 'forged-labels':
    case 'host-edits':
    case 'drift':
    case 'recreated-user':
    case 'deleted-secret':
    case 'changed-user':
    case 'emptied-registry':
    case 'forged-entry':
    case 'host-words':
    case 'id-renamed':
    case 'recycled-slug':
    case 'observed':
    case 'asked':
    case 'rolled-back':
    case 'leaked':
    case 'replaced':
      return draw < 0.6 ? among([...CHANGES, ...HOST_ACTIONS, 'ListAccessKeys', 'DescribeSecret']) : undefined;
    default:
      return undefined;
  }
}

/** How long it lasts, or how long it waits for its action. */
function lengthOf(fault: FaultName, random: Random): number {
  const draw = random();
  switch (fault) {
    case 'throttle':
    case 'refuse':
    case 'lost-answer':
      return draw < 0.5 ? 100 * DAY : MINUTE + draw * 8 * HOUR;
    case 'record':
      return draw < 0.5 ? 100 * DAY : HOUR + draw * 3 * DAY;
    case 'host-down':
      return MINUTE + draw ** 3 * 5 * DAY;
    case 'host-throttle':
    case 'host-stale':
      return MINUTE + draw * 12 * HOUR;
    case 'host-lost-answer':
      return 100 * DAY;
    case 'events':
      return HOUR + draw * 20 * DAY;
    case 'schedule':
      return HOUR + draw ** 2 * 8 * DAY;
    case 'slow-iam':
    case 'clock-skew':
    case 'late-last-used':
      return DAY + draw * 40 * DAY;
    case 'environment':
    case 'token':
    case 'bad-entry':
      return HOUR + draw ** 2 * 10 * DAY;
    case 'leftover-copy':
      return DAY + draw * 40 * DAY;
    case 'recreated-user':
    case 'deleted-secret':
    case 'closed-bus':
      return HOUR + draw ** 2 * 4 * DAY;
    case 'emptied-registry':
    case 'forged-entry':
    case 'id-renamed':
      return HOUR + draw ** 2 * 6 * DAY;
    case 'observed':
      return HOUR + draw ** 2 * 60 * DAY;
    case 'replaced':
      return 10 * DAY + draw * 150 * DAY;
    case 'recycled-slug':
      return HOUR + draw ** 2 * 20 * DAY;
    case 'host-words':
      return HOUR + draw ** 2 * 3 * DAY;
    case 'slow-calls':
    case 'oauth':
      return HOUR + draw * 10 * DAY;
    case 'dead-host':
      return 100 * DAY + draw * 200 * DAY;
    case 'paging':
      return HOUR + draw * 60 * DAY;
    case 'slow-report':
      return DAY + draw * 30 * DAY;
    case 'rotation-cap':
      return 5 * DAY + draw * 40 * DAY;
    case 'crash':
    case 'people-keys':
    case 'people-secrets':
    case 'config':
    case 'requested':
    case 'forged-dates':
    case 'future-dates':
    case 'forged-labels':
    case 'host-edits':
    case 'half-refusal':
    case 'drift':
    case 'changed-user':
    case 'asked':
    case 'rolled-back':
    case 'leaked':
      return 100 * DAY;
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  const item = from[Math.floor(random() * from.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** How far a clock can be off. DESIGN names minutes. */
export const MOST_SKEW = 4 * MINUTE;
export const NEW_KEY_DELAY = 55 * SECOND;
