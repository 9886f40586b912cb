import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createFunctionInvoker } from '../../../functions/aws/function-invoker';
import type { DeliveryAnswer, DeliveryRequest } from '../../../functions/core/hosts/function';
import { targetSchema } from '../../../functions/core/hosts/target';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { openTargets } from '../../../functions/hosts/register';
import { Account } from '../../../local/account/account';
import { type AwsFault, startAccountServer } from '../../../local/account/wire/server';
import { Clock } from '../../../local/clock';
import { credentialOf, START, STORED, secretsOf, timeOf } from '../bitbucket/bitbucket-world';
import type { HostFixture, Pair, Place } from './fixture';

const SCHEMA = 'keyturn.delivery/v1';
/** Milliseconds that an answer is waited for. */
export const TIMEOUT = 500;
const ODD = { 'Größe 100 %': 'a&b="c" + \\ \u2028 \u{1f511}' };

type Behaviour = (request: DeliveryRequest, write: () => void) => unknown | Promise<unknown>;

const receipt: Behaviour = (_request, write) => {
  write();
  return { schema: SCHEMA, receipt: { wrote: ['updated it'], readBack: true } } satisfies DeliveryAnswer;
};
const error =
  (code: string, more: object = {}): Behaviour =>
  () => ({
    schema: SCHEMA,
    // What a careless function says: it has read the credential.
    error: { code, message: `refused ${credentialOf(2).secretAccessKey.reveal()}`, ...more },
  });

/** A function in the local account, reached over HTTP through the AWS SDK; it fetches what it is told of. */
export class FunctionPlace implements Place {
  readonly #clock = new Clock(START);
  readonly #time = timeOf(this.#clock);
  readonly account = new Account({ clock: this.#clock });
  readonly sleeps = this.#time.sleeps;
  behaves: Behaviour = receipt;
  fault: (() => AwsFault | undefined) | undefined;
  /** Milliseconds that an answer is waited for. */
  patience = TIMEOUT;
  /** Milliseconds that the function takes before it writes. It keeps to `notAfter`. */
  slow = 0;
  readonly #running: Promise<unknown>[] = [];
  #held: Partial<Pair> = {};
  url = '';

  static async open(): Promise<FunctionPlace> {
    const place = new FunctionPlace();
    const server = await startAccountServer({
      account: place.account,
      allowedSkew: Number.POSITIVE_INFINITY,
      fault: () => place.fault?.(),
    });
    place.url = server.url;
    onTestFinished(() => server.close());
    return place;
  }

  held(): Partial<Pair> {
    return this.#held;
  }

  /** When all that was begun has come to its end, whoever still waits for it. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async deliver(number: number) {
    const credential = credentialOf(number);
    const { account } = this;
    const run = async (payload: string) => {
      const request: DeliveryRequest = JSON.parse(payload);
      if (this.slow > 0) await setTimeout(this.slow);
      this.#clock.advanceBy(this.slow);
      const write = () => {
        if (this.#clock.now() > Date.parse(request.notAfter)) throw new Error('too late');
        if (request.versionId !== versionIdOf(credential)) throw new Error('another version');
        if (JSON.stringify(request.target) !== JSON.stringify(ODD)) throw new Error('another target');
        const { accessKeyId, secretAccessKey } = credential;
        this.#held = { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
      };
      const answered = await Promise.resolve()
        .then(() => this.behaves(request, write))
        .catch((thrown: unknown) => thrown);
      if (answered instanceof Error)
        return { payload: `{"errorMessage":"${answered.message}"}`, functionError: 'Unhandled' as const };
      return { payload: typeof answered === 'string' ? answered : JSON.stringify(answered) };
    };
    account.lambda.standIn('deliver', (payload) => {
      const running = run(payload);
      this.#running.push(running);
      return running;
    });
    const targets = openTargets({
      connectionSecrets: secretsOf('unused'),
      functions: createFunctionInvoker({
        endpoint: this.url,
        credentials: account.rootSession(),
        timeout: this.patience,
      }),
      time: this.#time,
      random: () => 0.5,
    });
    const config = targetSchema.parse({ type: 'function', function: account.lambda.arn('deliver'), target: ODD });
    const target = await targets.open(config, undefined);
    return target.deliver(credential, { ...STORED, versionId: versionIdOf(credential) });
  }
}

async function held(): Promise<FunctionPlace> {
  const place = await FunctionPlace.open();
  await place.deliver(1);
  return place;
}

/** The function holds the first credential and behaves otherwise from now on, or so many times. */
const behaving =
  (behaviour: Behaviour, times = Number.POSITIVE_INFINITY) =>
  async () => {
    const place = await held();
    let left = times;
    place.behaves = (request, write) => (left-- > 0 ? behaviour(request, write) : receipt(request, write));
    return place;
  };

export const functionFixture: HostFixture = {
  host: 'function',
  cases: {
    create: () => FunctionPlace.open(),
    update: held,
    repeat: held,
    'lost answer': async () => {
      const place = await held();
      let left = 1;
      place.fault = () => (left-- > 0 ? { kind: 'drop-after' } : undefined);
      return place;
    },
    'rate limit with a time to come back': behaving(error('rate-limited', { retryAfter: 5 }), 1),
    'odd encodings': held,
    'refused half': {
      why: 'One call is the whole delivery. What halves the place behind a function has, the function alone knows.',
    },
    'credentials refused': behaving(error('token-rejected')),
    'right missing': behaving(error('scope-missing')),
    'place missing': behaving(error('environment-not-found')),
    'rate limit without a time to come back': async () => {
      const place = await held();
      place.fault = () => ({ kind: 'error', status: 429, code: 'TooManyRequestsException' });
      return place;
    },
    'rate limit for longer than anybody waits': behaving(error('rate-limited', { retryAfter: 3_600 })),
    "host's error": behaving(() => new Error(credentialOf(2).secretAccessKey.reveal())),
    timeout: async () => {
      const place = await held();
      place.slow = 2 * TIMEOUT;
      return place;
    },
    'late answer': behaving(async (request, write) => {
      const answer = receipt(request, write);
      await setTimeout(2 * TIMEOUT);
      return answer;
    }, 4),
    redirect: {
      why: 'Lambda is reached through the AWS SDK at the endpoint of the ARN’s region, and its API redirects nobody.',
    },
    'wrong content type': behaving(() => '<html>not JSON</html>'),
    'huge answer': async () => {
      const place = await behaving(() => ({ schema: SCHEMA, receipt: { wrote: ['x'.repeat(5_000_000)] } }))();
      // Megabytes take their time on a machine that is busy, and it is not the time that this is about.
      place.patience = 20 * TIMEOUT;
      return place;
    },
  },
};
