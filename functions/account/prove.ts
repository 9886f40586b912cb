import { MINUTE, SECOND } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { Credential } from '../core/key/credential';
import { isSameUser } from '../core/key/key-user';
import type { CallerIdentity, Sts, Time } from './ports';

const FIRST_WAIT = SECOND;
const LONGEST_WAIT = 5 * SECOND;

/** A new key is asked about so far apart, over a minute in all. */
const BETWEEN_ROUNDS = 20 * SECOND;
/** From a question to the next one's answer: in more an endpoint can forget a key and know it again, and nobody saw it. */
const LONGEST_UNSEEN = 24 * SECOND;
/** After a refusal the next minute begins soon; and where answers come late, they are asked for sooner. */
const SOON = 5 * SECOND;
/** The longest that `proveEverywhere` takes, in milliseconds, but for answers that are late themselves. */
export const EVERYWHERE_TAKES = 3 * MINUTE;
/** An endpoint that has given no answer so often in a row is not asked any more. */
const MOST_SILENCE = 2;

/**
 * Proves that a credential authenticates as its own user (K2). IAM needs seconds to spread a new key, so a refusal is
 * asked again until the patience is used up.
 *
 * @param patience milliseconds
 * @throws KeyturnError `proof-failed`, `proof-wrong-identity`, `aws-*`
 */
export async function prove(sts: Sts, credential: Credential, time: Time, patience: number): Promise<CallerIdentity> {
  const end = time.now().getTime() + patience;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await identified(sts, credential);
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (!isWorthAsking(error) || time.now().getTime() + wait > end) throw error;
    }
    await time.sleep(wait);
  }
}

/** Where a key was known over a whole minute, and which endpoints gave no answer. */
export interface KnownEverywhere {
  readonly regions: readonly string[];
  readonly silent: readonly string[];
}

/**
 * Proves a new key at two endpoints, several times over a minute (K2): IAM does not spread a key everywhere at once, nor
 * once and for all (hashicorp/vault 3115). A refusal anywhere, no answer of the region's own endpoint, or one so late that
 * it leaves a gap, begins the minute again. No answer of the other endpoint, as where nothing leads out of a VPC, proves
 * nothing and keeps nothing back.
 *
 * @throws KeyturnError `proof-failed` when three minutes have no such minute, `proof-wrong-identity`, `aws-*`
 */
export async function proveEverywhere(sts: Sts, credential: Credential, time: Time): Promise<KnownEverywhere> {
  const { now, sleep } = passing(time);
  const end = now() + EVERYWHERE_TAKES;
  const silence = new Map<string, number>();
  let known: Known | undefined;
  for (;;) {
    const askedAt = now();
    const problem = await problemAnywhere(sts, credential, silence);
    if (problem !== undefined && !isWorthAsking(problem)) throw problem;
    known = knownAfter(known, { askedAt, answeredAt: now(), isKnown: problem === undefined });
    const { since, between } = known;
    if (since !== undefined && askedAt - since >= MINUTE) break;
    const next = now() + (problem === undefined ? between : SOON);
    if (Math.max(next, (since ?? next) + MINUTE) > end) throw unsteady(credential, problem);
    await sleep(next - now());
  }
  const isSilent = (region: string) => (silence.get(region) ?? 0) > 0;
  const [own = '', ...others] = sts.regions;
  return { regions: [own, ...others.filter((region) => !isSilent(region))], silent: others.filter(isSilent) };
}

/** Time as it passes here, in ms: no less than what was slept, whatever is done to the machine's clock meanwhile. */
function passing(time: Time) {
  let ahead = 0;
  const now = () => time.now().getTime() + ahead;
  const sleep = async (milliseconds: number) => {
    const until = now() + milliseconds;
    await time.sleep(milliseconds);
    ahead += Math.max(0, until - now());
  };
  return { now, sleep };
}

/** What the answers about a key came to so far. All in ms since the epoch. */
interface Known {
  readonly askedAt: number;
  /** When the first question was asked of those that have been answered well since, without a gap. */
  readonly since: number | undefined;
  /** Until the next question, in ms. */
  readonly between: number;
}

function knownAfter(
  before: Known | undefined,
  {
    askedAt,
    answeredAt,
    isKnown,
  }: { readonly askedAt: number; readonly answeredAt: number; readonly isKnown: boolean },
): Known {
  const isGap = before !== undefined && answeredAt - before.askedAt > LONGEST_UNSEEN;
  const goesOn = isGap ? undefined : before?.since;
  return {
    askedAt,
    since: isKnown ? (goesOn ?? askedAt) : undefined,
    between: isGap ? SOON : (before?.between ?? BETWEEN_ROUNDS),
  };
}

/** Asks all endpoints at once. @param silence how often in a row another region's gave no answer; kept up to date */
async function problemAnywhere(
  sts: Sts,
  credential: Credential,
  silence: Map<string, number>,
): Promise<KeyturnError | undefined> {
  const [own = '', ...others] = sts.regions;
  const askOther = async (region: string): Promise<KeyturnError | undefined> => {
    if ((silence.get(region) ?? 0) >= MOST_SILENCE) return undefined;
    const problem = await problemAt(region, sts, credential);
    const isAnswer = problem === undefined || problem.code === 'proof-failed';
    silence.set(region, isAnswer ? 0 : (silence.get(region) ?? 0) + 1);
    return isAnswer ? problem : undefined;
  };
  const problems = await Promise.all([problemAt(own, sts, credential), ...others.map(askOther)]);
  return problems.find((one) => one !== undefined);
}

function unsteady({ accessKeyId }: Credential, last: KeyturnError | undefined): KeyturnError {
  return new KeyturnError(
    'proof-failed',
    `${accessKeyId} is not known everywhere yet: in three minutes no whole minute went by without a refusal. ` +
      (last === undefined ? 'The last answers came too late to tell.' : `The last one: ${last.message}`),
  );
}

/** @throws KeyturnError `proof-wrong-identity` */
async function problemAt(region: string, sts: Sts, credential: Credential): Promise<KeyturnError | undefined> {
  try {
    await identified(sts, credential, region);
    return undefined;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code === 'proof-wrong-identity') throw error;
    return error;
  }
}

/** @throws KeyturnError `proof-failed`, `proof-wrong-identity`, `aws-*` */
async function identified(sts: Sts, credential: Credential, region?: string): Promise<CallerIdentity> {
  const identity = await sts.identify(credential, region);
  if (isUser(identity.arn, credential.userName)) return identity;
  throw new KeyturnError(
    'proof-wrong-identity',
    `${credential.accessKeyId} authenticates as ${identity.arn}, expected the user ${credential.userName}.`,
  );
}

function isWorthAsking({ code, retryable }: KeyturnError): boolean {
  return code === 'proof-failed' || retryable;
}

/** `arn:aws:iam::<account>:user/<path/><name>` */
function isUser(arn: string, user: string): boolean {
  return /^arn:[\w-]+:iam::\d{12}:user\//.test(arn) && isSameUser(arn.slice(arn.lastIndexOf('/') + 1), user);
}
