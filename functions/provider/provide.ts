import type { Log, RoleSession, SessionRequest, Time, TokenUse, UsedTokens } from '../account/ports';
import type { ProviderRule } from '../core/config/provider-config';
import type { RoleSource } from '../core/config/provider-role';
import { toKeyturnError } from '../core/errors';
import { Redacted } from '../core/key/credential';
import { idOfSecret } from '../core/names';
import type { DecisionRecord } from './decision-record';
import { isForPeople, Refusal } from './refusal';
import { rulesFor } from './rules/match';
import { sessionRequest } from './rules/role-session';
import { type CurrentSecret, namesOf, secretsOf, variablesFrom } from './rules/variables';
import { type SettledKeyPorts, settledKey } from './settled-key';
import type { Together } from './together';
import { tokenIn } from './token/read-token';
import { type ProvedStep, type TokenTerms, verifyToken } from './token/verify-token';

/** Milliseconds for a decision, its record included: a step waits. */
export const PATIENCE = 8_000;
/** Milliseconds that an invocation keeps for its answer. */
const KEPT = 2_000;

/** For how long a function waits for the next work, so that all of them together end before it does: it always answers. */
export function patienceWithin(remaining: number): number {
  return Math.max(0, Math.min(PATIENCE, remaining - KEPT));
}

/** One request, as API Gateway names it in the access log too. */
export interface Asked {
  readonly request: string;
  /** Where it came from. */
  readonly address: string;
}

export interface ProviderProps extends SettledKeyPorts {
  readonly terms: TokenTerms;
  readonly rules: readonly ProviderRule[];
  /** Takes a role. @throws KeyturnError `aws-*` */
  readonly takeRole: (request: SessionRequest) => Promise<RoleSession>;
  readonly used: UsedTokens;
  /** Reads each secret for all steps that ask at once. @default - each step's own reading */
  readonly together?: Together<CurrentSecret>;
  readonly record: Pick<DecisionRecord, 'write'>;
  /** Is told that a token was shown once more, too late or from elsewhere. @default - the log alone says it */
  readonly reused?: () => void;
  /** Is told that a proved step was refused, for a reason that is for people. @default - the log and the record alone say it */
  readonly refused?: () => void;
  /** Waits for a decision, and not for long: a step waits too. @throws KeyturnError `aws-uncertain` */
  readonly inTime: <Result>(deciding: Promise<Result>) => Promise<Result>;
  readonly time: Pick<Time, 'now'>;
  readonly log: Log;
  /** Not there where nothing can be told apart by it: on loopback. */
  readonly asked?: Asked;
}

/** What whoever asks is told: the variables as one JSON object, or that there are none, and not why. */
export type ProviderAnswer =
  | { readonly status: 200; readonly variables: Redacted }
  /** 401: nobody is known to have asked. 403: a step that gets nothing. 503: nobody could decide, or record it. */
  | { readonly status: 401 | 403 | 503 };

/**
 * Decides what a step gets. What was decided of a proved step is in the record before it is answered; who proves nothing, or
 * asks with one token again and again, is only logged, because anybody can ask.
 *
 * @param headers the Authorization headers of the request, all of them
 */
export async function provide(headers: readonly string[], props: ProviderProps): Promise<ProviderAnswer> {
  const { terms, inTime, time, log } = props;
  let step: ProvedStep;
  try {
    step = await verifyToken(tokenIn(headers), terms, time.now());
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { reason } = thrown;
    // Whoever asks may well be a step: that it is none is nobody's to say.
    if (reason === 'keys-unavailable') {
      log.error('not decided', { reason });
      return { status: 503 };
    }
    log.warn('refused', { reason });
    return { status: 401 };
  }
  const uses: TokenUse[] = [];
  const over = new AbortController();
  try {
    return await inTime(admitted(step, uses, { ...props, over: over.signal }));
  } catch (thrown) {
    over.abort();
    const { code, message } = toKeyturnError(thrown);
    log.error('not decided', { code, reason: message, ...factsOf(step, props) });
    // Where that is not possible either, it stays used.
    await inTime(Promise.all(uses.map((use) => use.undecided()))).catch(() => undefined);
    return { status: 503 };
  }
}

/**
 * What one decision has. It goes on unheard when its step was told that nobody could decide, in a function that was frozen
 * minutes later: then it does nothing more that anybody would take for a giving.
 */
interface Deciding extends ProviderProps {
  readonly over: AbortSignal;
}

/** @param uses gets the use of the token, as soon as it is known */
async function admitted(step: ProvedStep, uses: TokenUse[], props: Deciding): Promise<ProviderAnswer> {
  const { used, over, time, log } = props;
  const use = await used.use(step.digest, step.endsAt, time.now().getTime(), props.asked?.address);
  if (over.aborted) await use.undecided();
  over.throwIfAborted();
  if (use.verdict === 'full') {
    log.error('not decided', { reason: 'too many tokens' });
    return { status: 503 };
  }
  if (use.verdict !== 'fresh' || use.isFromElsewhere) props.reused?.();
  if (use.verdict === 'too-often') {
    log.warn('refused', { reason: use.verdict, ...factsOf(step, props) });
    return { status: 403 };
  }
  uses.push(use);
  return decide(step, use.verdict === 'used', props);
}

async function decide(step: ProvedStep, isUsed: boolean, props: Deciding): Promise<ProviderAnswer> {
  const { record, over, time, log } = props;
  const rules = rulesFor(props.rules, step);
  const sources = isUsed
    ? refusedFor(new Refusal('used'))
    : rules.length === 0
      ? refusedFor(new Refusal('no-rule'))
      : await sourcesFor(rules, step, props);
  const { refusal, versions, sessions } = sources;
  const roles = sessions.map(factsOfSession);
  const meant = { ...factsOf(step, props), rules: rules.map(({ name }) => name) };
  if (refusal !== undefined) {
    const { reason, key } = refusal;
    const facts = {
      ...meant,
      sources: key === undefined ? undefined : [{ secret: key.secret, version: key.version }],
      denied: sources.denied,
      // What was taken before one was denied lives on until its end, although nobody has it.
      roles: roles.length === 0 ? undefined : roles,
    };
    await record.write({ event: 'secrets-refused', outcome: 'blocked', reason, facts }, over);
    if (isForPeople(refusal, time.now())) props.refused?.();
    log.warn('refused', { reason, ...facts });
    return { status: 403 };
  }
  const variables = variablesFrom(rules, new Map(versions), new Map(sessions.map(({ of, session }) => [of, session])));
  const facts = {
    ...meant,
    variables: namesOf(rules),
    sources: versions.map(([secret, { versionId: version }]) => ({ secret, version })),
    roles,
  };
  await record.write({ event: 'secrets-given', outcome: 'ok', facts }, over);
  log.info('given', facts);
  const plain = Object.fromEntries([...variables].map(([name, value]) => [name, value.reveal()]));
  return { status: 200, variables: new Redacted(JSON.stringify(plain)) };
}

/** What rules give is made of. */
interface Sources {
  /** Why none of it is given. */
  readonly refusal?: Refusal;
  readonly versions: readonly (readonly [string, CurrentSecret])[];
  readonly sessions: readonly TakenRole[];
  /** Roles that AWS did not let the provider take. */
  readonly denied?: readonly string[];
}

interface TakenRole {
  readonly of: RoleSource;
  readonly sessionName: string;
  readonly session: RoleSession;
}

function refusedFor(refusal: Refusal): Sources {
  return { refusal, versions: [], sessions: [] };
}

function factsOfSession({ of: { role }, sessionName, session: { accessKeyId, expiresAt } }: TakenRole) {
  return { role, sessionName, accessKeyId, expiresAt: expiresAt.toISOString() };
}

/** Roles are taken last, so that nothing is that is not given. */
async function sourcesFor(rules: readonly ProviderRule[], step: ProvedStep, props: Deciding): Promise<Sources> {
  try {
    const versions = await versionsFor(rules, props);
    props.over.throwIfAborted();
    const { denied, sessions } = await sessionsFor(rules, step, props);
    if (denied.length === 0) return { versions, sessions };
    return { refusal: new Refusal('role-denied'), versions: [], sessions, denied };
  } catch (thrown) {
    if (thrown instanceof Refusal) return refusedFor(thrown);
    throw thrown;
  }
}

/** Of each secret that rules need the version that is given. @throws Refusal `leaked-key`, `dead-key` */
function versionsFor(rules: readonly ProviderRule[], props: ProviderProps) {
  const versionOf = (name: string): Promise<CurrentSecret> =>
    idOfSecret(name) === undefined ? props.read(name) : settledKey(name, props, props.time.now());
  const reading = (name: string) => props.together?.get(name, () => versionOf(name)) ?? versionOf(name);
  return Promise.all(secretsOf(rules).map(async (name) => [name, await reading(name)] as const));
}

/**
 * A session of each role that rules need. What AWS denies is a decision about this step, which has its tags, and no
 * repetition changes it.
 */
async function sessionsFor(rules: readonly ProviderRule[], step: ProvedStep, { takeRole, log }: ProviderProps) {
  const denied: string[] = [];
  const taken = await Promise.all(
    rules
      .flatMap(({ roles }) => roles)
      .map(async (of) => {
        const request = sessionRequest(of, step);
        try {
          return { of, sessionName: request.sessionName, session: await takeRole(request) };
        } catch (thrown) {
          const { code, message } = toKeyturnError(thrown);
          if (code !== 'aws-denied') throw thrown;
          log.error('role denied', { role: of.role, reason: message });
          denied.push(of.role);
          return [];
        }
      }),
  );
  return { denied, sessions: taken.flat() };
}

function factsOf(
  { workspace, repository, environment, branch, step, pipeline }: ProvedStep,
  { asked }: Pick<ProviderProps, 'asked'>,
) {
  return { workspace, repository, environment, branch, step, pipeline, ...asked };
}
