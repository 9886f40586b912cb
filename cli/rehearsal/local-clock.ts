import * as z from 'zod';
import type { Time } from '../../functions/account/ports';
import { KeyturnError } from '../../functions/core/errors';
import { INSTANT_FORM, writtenInstant } from '../../functions/core/written-instant';

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
    if (url !== undefined && token !== undefined) return new LocalClock(`${url}/clock`, token);
    const found = named === undefined ? 'is not set' : 'must be http://127.0.0.1:<port>#<token>';
    throw new KeyturnError(
      'invalid-request',
      `${LOCAL_VARIABLE} ${found}. Only a local world has a clock that can be moved: start one with ` +
        '"npm start -- --serve", and copy the "export" lines that it prints.',
    );
  }

  /** @throws KeyturnError when nobody answers */
  async now(): Promise<Date> {
    return new Date(nowSchema.parse(await this.#ask({ method: 'GET' })).now);
  }

  /** Moves it on. @throws KeyturnError when the instant has passed, and when nobody answers */
  async moveTo(instant: Date): Promise<Lived> {
    return livedSchema.parse(await this.#ask({ method: 'POST', body: JSON.stringify({ to: instant.toISOString() }) }));
  }

  async #ask(request: { readonly method: string; readonly body?: string }): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await fetch(this.url, { ...request, headers }).catch(() => undefined);
    if (response === undefined) {
      const message = `Nothing answers at ${this.url}: the local world of ${LOCAL_VARIABLE} has ended. Start one with "npm start -- --serve", and copy what it prints.`;
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

/**
 * Where commands take the time from: from the local world that the environment names, as long as it is the AWS account
 * as well, and else from this machine.
 */
export async function timeOf(env: Readonly<Partial<Record<string, string>>>, system: Time): Promise<Time> {
  if (env[LOCAL_VARIABLE] === undefined || !LOOPBACK.test(env.AWS_ENDPOINT_URL ?? '')) return system;
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
