import * as z from 'zod';
import type { Time } from '../../functions/account/ports';
import { KeyturnError } from '../../functions/core/errors';
import { INSTANT_FORM, writtenInstant } from '../../functions/core/written-instant';
import { TYPED } from '../invocation';

/** Names the control of a local world, as `npm start -- --serve` prints it: `http://127.0.0.1:<port>#<token>`. */
export const LOCAL_VARIABLE = 'KEYTURN_LOCAL';
const LOCAL_FORM = /^(http:\/\/127\.0\.0\.1:\d{1,5})#([\w-]{20,})$/;
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/?$/;

const momentSchema = z.object({
  day: z.number(),
  at: z.string(),
  event: z.string(),
  key: z.string().optional(),
  accessKeyId: z.string().optional(),
  target: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

/** What happened in a local world while its clock was moved on. */
export const livedSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** Runs of the functions, and what they did, as the record has it. */
  runs: z.number(),
  rotations: z.number(),
  deliveries: z.number(),
  deactivations: z.number(),
  deletions: z.number(),
  findings: z.number(),
  timeline: z.array(momentSchema),
});
export type Lived = z.infer<typeof livedSchema>;

/** Nothing of a local world is anywhere else than on this machine. */
const hostsSchema = z.record(z.string(), z.string().regex(LOOPBACK));
const nowSchema = z.object({ now: z.iso.datetime() });
const refusedSchema = z.object({ error: z.string() });

/** The clock of a local world in another process. */
export class LocalClock {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @throws KeyturnError when the variable is not there, or is not what `npm start -- --serve` prints */
  static of({ [LOCAL_VARIABLE]: named }: Readonly<Partial<Record<string, string>>>): LocalClock {
    const [, url, token] = LOCAL_FORM.exec(named ?? '') ?? [];
    if (url !== undefined && token !== undefined) return new LocalClock(url, token);
    const found = named === undefined ? 'is not set' : 'must be http://127.0.0.1:<port>#<token>';
    throw new KeyturnError(
      'invalid-request',
      `${LOCAL_VARIABLE} ${found}. Only a local world has a clock that can be moved: start one with ` +
        `"${TYPED.simulate} --serve", and read the file that it names (. FILE).`,
    );
  }

  /** Where the CI hosts of this world are: name to origin. @throws KeyturnError when nobody answers */
  async hosts(): Promise<Readonly<Record<string, string>>> {
    return hostsSchema.parse(await this.#ask('/hosts', { method: 'GET' }));
  }

  /** @throws KeyturnError when nobody answers */
  async now(): Promise<Date> {
    return new Date(nowSchema.parse(await this.#ask('/clock', { method: 'GET' })).now);
  }

  /** Moves it on. @throws KeyturnError when the instant has passed, and when nobody answers */
  async moveTo(instant: Date): Promise<Lived> {
    const body = JSON.stringify({ to: instant.toISOString() });
    return livedSchema.parse(await this.#ask('/clock', { method: 'POST', body }));
  }

  async #ask(path: string, request: { readonly method: string; readonly body?: string }): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await fetch(`${this.url}${path}`, { ...request, headers }).catch(() => undefined);
    if (response === undefined) {
      const message = `Nothing answers at ${this.url}${path}: the local world of ${LOCAL_VARIABLE} has ended. Start one with "${TYPED.simulate} --serve", and read the file that it names.`;
      throw new KeyturnError('aws-uncertain', message);
    }
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new KeyturnError('invalid-request', refusedSchema.parse(answer).error);
  }
}

/** A time that a person moves a clock to, from where it stands: `+10d`, `+36h`, `+90m`, or an instant. */
export function instantFrom(text: string, now: Date): Date {
  const [, amount, unit] = /^\+(\d{1,6})([dhm])$/.exec(text) ?? [];
  const milliseconds = { d: 86_400_000, h: 3_600_000, m: 60_000 }[unit ?? ''];
  if (milliseconds !== undefined) return new Date(now.getTime() + Number(amount) * milliseconds);
  const written = writtenInstant(text.trim());
  if (written !== undefined) return written.at;
  throw new KeyturnError(
    'invalid-request',
    `${text} is no time to move on to: expected +10d, +36h or +90m, or ${INSTANT_FORM}.`,
  );
}

/** Pauses that are shorter (ms) keep to quotas of AWS, which a local account does not have. */
const SHORTEST = 1_000;

/** The variables of this process, or of a test. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/**
 * Whether commands look at a local world that is served: its control is named, and the account that is used is the one
 * on this machine that is named with it.
 *
 * @param endpointUrl what a command line says. @default - what the environment says
 * @throws KeyturnError `invalid-request` where a service is somewhere else
 */
export function isLocal(env: Environment, endpointUrl = env.AWS_ENDPOINT_URL): boolean {
  if (env[LOCAL_VARIABLE] === undefined || endpointUrl === undefined || !LOOPBACK.test(endpointUrl)) return false;
  const { AWS_ENDPOINT_URL: withIt = endpointUrl } = env;
  if (!isSame(withIt, endpointUrl)) return false;
  for (const [name, url = ''] of Object.entries(env)) {
    if (!name.startsWith('AWS_ENDPOINT_URL_') || url === '' || isSame(url, endpointUrl)) continue;
    throw new KeyturnError(
      'invalid-request',
      `${name} is not at ${endpointUrl}, where the local world of ${LOCAL_VARIABLE} is. Unset one of the two.`,
    );
  }
  return true;
}

function isSame(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '');
}

/**
 * Where commands take the time from: from the local world that the environment names, as long as it is the AWS account
 * as well, and else from this machine.
 */
export async function timeOf(env: Environment, system: Time, endpointUrl?: string): Promise<Time> {
  if (!isLocal(env, endpointUrl)) return system;
  const clock = LocalClock.of(env);
  let ahead = 0;
  const look = async () => {
    // A world that has ended is told by the first call to its account.
    ahead = await clock.now().then(
      (now) => now.getTime() - system.now().getTime(),
      () => ahead,
    );
  };
  await look();
  return {
    now: () => new Date(system.now().getTime() + ahead),
    sleep: async (milliseconds) => {
      if (milliseconds >= SHORTEST) await system.sleep(milliseconds);
      await look();
    },
  };
}
