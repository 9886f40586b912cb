import type { FunctionStarter, Registry, Secrets } from '../account/ports';
import { throughRetained } from '../account/retained';
import { survey } from '../account/survey';
import type { AuditEvent, AuditEventName } from '../core/audit';
import { after, DAY, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Compromised } from '../core/key/compromised';
import { EXEMPTION_EVENTS, EXEMPTS, exemptionOf, exemptionsOf, LONGEST_EXEMPTION } from '../core/key/exemption';
import { currentVersion } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { LEVELS, type Level, secretName } from '../core/names';
import { ANSWER_SCHEMA, type OperateAnswer, type Refusal } from '../core/request/answer';
import type { Caller } from '../core/request/caller';
import { type PlanInput, type Refused, type RequestPlan, tagOf } from '../core/request/plan';
import { planRequest } from '../core/request/plan-request';
import { type OperatorRequest, reasonsOf, requestSchema } from '../core/request/request';
import {
  earlierOf,
  foundWritten,
  haveOperatorsHadTheirs,
  isAlone,
  MOST_ROTATIONS_OF_OPERATORS,
  onceOf,
  type RequestsBefore,
} from '../core/request/requests-before';
import { VERBS, verbOf } from '../core/verbs';
import { isAsDeployed } from '../runtime/as-deployed';
import { withItsEnd } from '../runtime/by-the-record';
import type { Run } from '../runtime/run';
import { sayLeaked } from '../runtime/say-leaked';

export interface OperatePorts {
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly starter: FunctionStarter;
}

/** Who asks, and where. */
export interface Asking {
  readonly caller: Caller;
  readonly level: Level;
}

/** A request that has the form. */
interface Asked extends Asking {
  readonly request: OperatorRequest;
}

/** For so long a request that is sent again is known as such. */
const KNOWN_FOR = DAY;
const DONE_EVENTS: readonly AuditEventName[] = [...new Set(Object.values(VERBS).map(({ done }) => done))];

/**
 * Answers one person: shows what would be done, or does it if it is still what was shown. Who asked, for what and why is
 * in the record before anything is done.
 *
 * @param document what was sent
 * @throws KeyturnError `aws-*` where the record or the account cannot be reached
 */
export async function operate(
  ports: OperatePorts,
  run: Run,
  asking: Asking,
  document: unknown,
): Promise<OperateAnswer> {
  const parsed = requestSchema.safeParse(document);
  if (!parsed.success) {
    return refuse(run, asking, { refused: 'invalid-request', message: reasonsOf(parsed.error) });
  }
  const asked = { ...asking, request: parsed.data };
  const managed = await keyOf(ports, run, asked);
  if ('refused' in managed) return refuse(run, asked, managed);
  run.looksAt([managed]);
  const plan = planRequest({ ...asked, ...managed, ...(await exemptionFor(run, asked)), now: run.now() });
  if (asked.request.plan === undefined) {
    const earlier = await doneOnce(run, asked);
    if (earlier !== undefined) return earlier;
    return 'refused' in plan
      ? refuse(run, asked, plan)
      : answered(run, asked, { outcome: 'planned', plan: shown(plan) });
  }
  const before = await requestsBefore(run);
  switch (earlierOf(before, named(asked), run.now())) {
    case 'done':
      return answered(run, asked, { outcome: 'done', repeated: true });
    case 'id-taken':
      return refuse(run, asked, ID_TAKEN);
    case 'in-progress':
      return refuse(run, asked, IN_PROGRESS);
    case 'died':
      if ('refused' in plan && plan.refused === 'nothing-to-do') {
        return foundDone(ports, run, asked, managed, { before, otherwise: plan });
      }
      return execute(ports, run, asked, managed, plan);
    case 'none':
      if (isOneTooMany(asked, before)) return refuse(run, asked, ONE_TOO_MANY);
      return execute(ports, run, asked, managed, plan);
  }
}

const IN_PROGRESS: Refused = {
  refused: 'in-progress',
  message: 'Somebody else is asking for this key right now. Nothing was done; ask again in a moment.',
};

const ID_TAKEN: Refused = { refused: 'id-taken', message: 'Another request had this ID. Take a new one.' };

/** The answer to a request of which somebody has chosen the ID, so that a command that is repeated acts once. */
async function doneOnce(run: Run, asked: Asked): Promise<OperateAnswer | undefined> {
  const { request, caller } = asked;
  if (request.once !== true) return undefined;
  const { id, why, do: verb } = request;
  switch (onceOf(await requestsBefore(run), { id, by: caller.arn, do: verb, key: request.keys[0] ?? '', why })) {
    case 'done':
      return answered(run, asked, { outcome: 'done', repeated: true });
    case 'id-taken':
      return refuse(run, asked, ID_TAKEN);
    case 'none':
      return undefined;
  }
}

const ONE_TOO_MANY: Refused = {
  refused: 'beyond-level',
  message: `Operators have asked for ${MOST_ROTATIONS_OF_OPERATORS} rotations within a day. An administrator has to ask for more.`,
};

function isOneTooMany({ request, level }: Asked, before: RequestsBefore): boolean {
  return request.do === 'rotate' && level === 'operator' && haveOperatorsHadTheirs(before);
}

/** The managed key that is asked for, with its secret as it is now. */
async function keyOf(ports: OperatePorts, run: Run, { request }: Asked): Promise<Managed | Refused> {
  const [id = ''] = request.keys;
  const unknown: Refused = { refused: 'unknown-key', message: `There is no managed key "${id}".` };
  const registered = await ports.registry.get(id);
  if (registered === undefined) return unknown;
  const secret = await described(ports.secrets, id);
  if (secret === undefined) return unknown;
  const own: Managed = { ...registered, secret };
  // What holds no key of its own may go on where a retained secret left off, which only a look at all of them shows.
  const managed = currentVersion(secret) === undefined ? await withItsPast(ports, run, own) : own;
  if (await isAsDeployed(ports.secrets, run, own)) return withItsEnd(managed, run);
  const message = `The entry of key "${id}", or its secret, is not as it was deployed: nothing is done for it. See the finding not-deployed.`;
  return { refused: 'not-as-deployed', message };
}

async function described(secrets: Secrets, id: string) {
  try {
    return await secrets.describe(secretName(id));
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'secret-missing') return undefined;
    throw thrown;
  }
}

async function withItsPast(ports: OperatePorts, { deployedBy }: Run, own: Managed): Promise<Managed> {
  const { managed } = await survey(ports, deployedBy);
  return managed.find(({ entry }) => entry.id === own.entry.id) ?? own;
}

/** Does what was planned, if it is what was shown. */
async function execute(
  ports: OperatePorts,
  run: Run,
  asked: Asked,
  managed: Managed,
  plan: RequestPlan | Refused,
): Promise<OperateAnswer> {
  const { entry, secret } = managed;
  const { id: key } = entry;
  if ('refused' in plan) return refuse(run, asked, plan);
  if (plan.digest !== asked.request.plan) return refuse(run, asked, PLAN_CHANGED);
  run.tellRequest(key, { reason: asked.request.do, facts: factsOf(asked, plan) });
  await run.beforeTaking();
  if (!isAlone(await requestsBefore(run), key, run.id, run.now())) return refuse(run, asked, IN_PROGRESS);
  const fresh = await throughRetained(ports.secrets, managed).describe(secret.name);
  const exemption = await exemptionFor(run, asked);
  const present = await withItsEnd({ ...managed, secret: fresh }, run);
  const again = planRequest({ ...asked, ...present, ...exemption, now: run.now() });
  if ('refused' in again || again.digest !== plan.digest) return refuse(run, asked, PLAN_CHANGED);
  const { tag: name, done, only } = verbOf(asked.request.do);
  if (only !== undefined) return startOnly(ports, run, asked, managed, plan);
  const { word, value, leak } = tagOf(plan.change, run.now());
  const secrets = throughRetained(ports.secrets, managed);
  try {
    if (name === undefined) return await doneByRecord(run, asked, entry, plan);
    if (value === undefined) await ports.secrets.untag(secret.name, [name]);
    else if (leak === undefined) await ports.secrets.tag(secret.name, { [name]: value });
    else await sayLeaked(secrets, secret.name, leak);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    run.fail(entry, error, asked.request.do);
    const message = `${error.message} Ask again with the same command: it is shown anew what stands there now.`;
    return refuse(run, asked, { refused: 'failed', message });
  }
  run.audit(done, entry, { reason: 'requested', facts: { ...factsOf(asked, plan), tag: word } });
  // What is started may have to find it there.
  await run.beforeGiving();
  const started = await startAll(ports, run, asked);
  if (leak !== undefined) await keepSaid(secrets, run, entry, leak);
  return answered(run, asked, { outcome: 'done', plan: shown(plan), started });
}

/** A person waits. */
const LOOK_AGAIN_AFTER = 5 * SECOND;

/** Somebody who had read the tag before it was written may write it a moment later. */
async function keepSaid(secrets: Secrets, run: Run, entry: Managed['entry'], leak: Compromised): Promise<void> {
  try {
    await run.time.sleep(LOOK_AGAIN_AFTER);
    await sayLeaked(secrets, secretName(entry.id), leak);
  } catch (thrown) {
    run.fail(entry, toKeyturnError(thrown), `declaring ${leak.accessKeyId} leaked`);
  }
}

/** Has something done that no tag asks for: where nothing starts, nothing would come of it, and that is said (K14). */
async function startOnly(
  ports: OperatePorts,
  run: Run,
  asked: Asked,
  { entry }: Managed,
  plan: RequestPlan,
): Promise<OperateAnswer> {
  const started = (await startAll(ports, run, asked)) ?? [];
  if (!started.every(({ isStarted }) => isStarted)) {
    const names = started.map(({ function: name }) => name).join(' and ');
    const message = `The function ${names} could not be started, and nothing else would do it. Ask again.`;
    return refuse(run, asked, { refused: 'failed', message });
  }
  run.audit(verbOf(asked.request.do).done, entry, { reason: 'requested', facts: factsOf(asked, plan) });
  return answered(run, asked, { outcome: 'done', plan: shown(plan), started });
}

/** The record alone says it, so it is not done before the record has it (K7). @throws KeyturnError `aws-*` */
async function doneByRecord(run: Run, asked: Asked, entry: Managed['entry'], plan: RequestPlan) {
  run.audit(verbOf(asked.request.do).done, entry, { reason: 'requested', facts: factsOf(asked, plan) });
  await run.beforeTaking();
  return answered(run, asked, { outcome: 'done', plan: shown(plan) });
}

/** The exemption of the key that is asked about, as the sealed record has it; of other requests none is read. */
async function exemptionFor(run: Run, { request }: Asked): Promise<Pick<PlanInput, 'exemption'>> {
  if (request.do !== 'exempt' && request.do !== 'end-exemption') return {};
  const since = after(run.now(), -LONGEST_EXEMPTION);
  const events = await Promise.all(EXEMPTION_EVENTS.map((event) => run.recorded(since, event, undefined, EXEMPTS)));
  return { exemption: exemptionOf(exemptionsOf(events.flat()), request.keys[0] ?? '', run.now()) };
}

/** Has done at once what the tag says. It says so also when nothing starts: then the next run of the rules does it (K9). */
async function startAll(ports: OperatePorts, run: Run, { request, caller }: Asked): Promise<OperateAnswer['started']> {
  const { starts, only } = verbOf(request.do);
  if (starts.length === 0) return undefined;
  return Promise.all(
    starts.map(async (name) => {
      try {
        await ports.starter.start(name, { keys: request.keys, only, by: caller.arn, why: request.why });
        return { function: name, isStarted: true };
      } catch (thrown) {
        run.log.warn('a function was not started', { function: name, code: toKeyturnError(thrown).code });
        return { function: name, isStarted: false };
      }
    }),
  );
}

/**
 * An earlier copy died after it had done it, and before it could say so (K7). What somebody else has written since is not
 * found done: the record's word would have it obeyed.
 */
async function foundDone(
  ports: OperatePorts,
  run: Run,
  asked: Asked,
  { entry, secret }: Managed,
  { before, otherwise }: { readonly before: RequestsBefore; readonly otherwise: Refused },
): Promise<OperateAnswer> {
  const { tag, done } = verbOf(asked.request.do);
  const found = tag === undefined ? { word: undefined } : foundWritten(before, asked.request.id, secret.tags[tag]);
  if (found === undefined) return refuse(run, asked, otherwise);
  const facts = { ...factsOf(asked), tag: found.word };
  run.audit(done, entry, { reason: 'found-done', facts });
  return answered(run, asked, { outcome: 'done', repeated: true, started: await startAll(ports, run, asked) });
}

const PLAN_CHANGED: Refused = {
  refused: 'plan-changed',
  message: 'Something has changed since the plan was shown, so nothing was done. Ask again, and look at the new plan.',
};

/** What the fronts have recorded of the last day. */
async function requestsBefore(run: Run): Promise<RequestsBefore> {
  const since = after(run.now(), -KNOWN_FOR);
  const [requested = [], ...done] = await Promise.all(
    (['requested', ...DONE_EVENTS] as const).map((event) => run.recorded(since, event)),
  );
  return { requested: requested.filter(isOfFront), done: done.flat().filter(isOfFront) };
}

/** What another function is said to have been asked is not asked of a front. */
function isOfFront({ function: by }: AuditEvent): boolean {
  return (LEVELS as readonly string[]).includes(by);
}

function named({ request: { id, plan }, caller }: Asked) {
  return { id, by: caller.arn, plan };
}

/** Who, what and why, as the record keeps it. */
function factsOf({ request, caller, level }: Asked, plan?: RequestPlan): AuditEvent['facts'] {
  const { id, why } = request;
  return {
    request: id,
    by: caller.arn,
    byId: caller.userId,
    level,
    do: request.do,
    why,
    until: 'until' in request ? request.until.toISOString() : undefined,
    all: request.do === 'rotate' ? request.all : undefined,
    approver: request.do === 'exempt' ? request.approver : undefined,
    plan: request.plan,
    tag: plan?.change.tag,
    from: plan?.change.from,
  };
}

/** Nothing was done, and why: whoever asked hears it, and the record keeps it (K14). */
function refuse(run: Run, asked: Asking | Asked, { refused: reason, message }: Refused): OperateAnswer {
  const request = 'request' in asked ? asked.request : undefined;
  const facts =
    request && 'request' in asked
      ? factsOf(asked)
      : { by: asked.caller.arn, byId: asked.caller.userId, level: asked.level };
  run.count('blocked');
  run.tellRequest(request?.keys[0], { outcome: 'blocked', reason, message, facts });
  return answered(run, asked, { outcome: 'refused', refused: { reason: reason satisfies Refusal, message } });
}

function answered(
  run: Run,
  asked: Asking | Asked,
  answer: Pick<OperateAnswer, 'outcome' | 'plan' | 'refused' | 'repeated' | 'started'>,
): OperateAnswer {
  const { level, caller } = asked;
  const id = 'request' in asked ? asked.request.id : undefined;
  return { schema: ANSWER_SCHEMA, id, run: run.id, level, by: caller.arn, ...answer };
}

function shown({ digest, words, change }: RequestPlan): OperateAnswer['plan'] {
  const { key, do: does, tag, from } = change;
  return { digest, words: [...words], changes: [{ key, do: does, tag, from }] };
}
