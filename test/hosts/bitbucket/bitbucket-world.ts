import { onTestFinished } from 'vitest';
import type { ConnectionSecrets, EarlierCredentials, Receipt, Time } from '../../../functions/account/ports';
import { KeyturnError } from '../../../functions/core/errors';
import type { StoredCredential } from '../../../functions/core/hosts/host';
import { type Connection, type TargetConfig, targetSchema } from '../../../functions/core/hosts/target';
import { Credential, Redacted } from '../../../functions/core/key/credential';
import { openTargets } from '../../../functions/hosts/register';
import { Clock } from '../../../local/clock';
import { Bitbucket, type BitbucketOptions } from '../../../local/hosts/bitbucket/bitbucket';
import {
  type BitbucketFault,
  type BitbucketRequest,
  type BitbucketServerOptions,
  startBitbucketServer,
} from '../../../local/hosts/bitbucket/server';

export const START = Date.parse('2026-11-20T03:00:00Z');
export const TOKEN = 'ATCTT3-canary-token-f00dfeed';
export const SECRET = 'canary/secret+access/key0123456789abcdef';
export const CONNECTION_SECRET = 'keyturn/connections/acme';

/** Where the credential is that is delivered: Bitbucket is told the credential itself. */
export const STORED: StoredCredential = {
  managedKey: 'web-shop',
  secretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:keyturn/web-shop-AbCdEf',
  versionId: 'access-key-AKIA0000000000000001-20261120T030000Z',
};

export function credentialOf(number = 1): Credential {
  return new Credential({
    accessKeyId: `AKIA${String(number).padStart(16, '0')}`,
    secretAccessKey: new Redacted(`${SECRET}-${number}`),
    userName: 'bitbucket-web-shop',
    createdAt: new Date(START),
  });
}

/** A secret that has the credential of this number from before. */
export function earlierOf(number: number): EarlierCredentials {
  const earlier = credentialOf(number);
  const isEarlier = (id: string | undefined) => id === undefined || id === earlier.accessKeyId;
  return {
    canPutBack: isEarlier,
    beforeWriting: async () => undefined,
    read: async (id) => (isEarlier(id) ? earlier : undefined),
  };
}

/** A target as the registry holds it, defaults filled in. */
export function targetOf(target: object): TargetConfig {
  return targetSchema.parse({ connection: 'acme', ...target });
}
export const production = targetOf({
  type: 'bitbucket-deployment',
  repository: 'acme/web-shop',
  environment: 'Production',
});
export const repositoryTarget = targetOf({ type: 'bitbucket-repository', repository: 'acme/web-shop' });
export const workspaceTarget = targetOf({ type: 'bitbucket-workspace', workspace: 'acme' });

/** The host's clock as the client's time: sleeping moves it, so no test waits. */
export function timeOf(clock: Clock): Time & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(clock.now()),
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
      clock.advanceBy(milliseconds);
    },
  };
}

/** One connection's secret that a test can change. */
export function secretsOf(value: object | string): ConnectionSecrets & { value: object | string; reads: number } {
  return {
    value,
    reads: 0,
    async read() {
      this.reads += 1;
      return new Redacted(typeof this.value === 'string' ? this.value : JSON.stringify(this.value));
    },
  };
}

export function connectionTo(url: string): Connection {
  return { host: 'bitbucket', url, secret: CONNECTION_SECRET };
}

interface WorldOptions extends Partial<BitbucketOptions> {
  readonly server?: Pick<BitbucketServerOptions, 'latency' | 'realLatency'>;
  readonly timeout?: number;
}

/** A Bitbucket with acme/web-shop and its environment Production, and the real client on the same clock. */
export async function startWorld({ server: serverOptions, timeout, ...options }: WorldOptions = {}) {
  const clock = options.clock ?? new Clock(START);
  const bitbucket = new Bitbucket({ ...options, clock });
  bitbucket.addWorkspace('acme');
  const repository = bitbucket.addRepository('acme', 'web-shop');
  const environment = bitbucket.addEnvironment('acme', 'web-shop', 'Production');
  bitbucket.addAccessToken({ token: TOKEN, workspace: 'acme', scopes: ['pipeline:variable'] });
  const requests: (BitbucketRequest & { readonly status: number })[] = [];
  const faults: ((request: BitbucketRequest) => BitbucketFault | undefined)[] = [];
  const server = await startBitbucketServer({
    bitbucket,
    ...serverOptions,
    fault: (request) => {
      for (const fault of faults) {
        const found = fault(request);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    onRequest: (request, status) => requests.push({ ...request, status }),
  });
  onTestFinished(() => server.close());
  const time = timeOf(clock);
  const connectionSecrets = secretsOf({ accessToken: TOKEN });
  const connection = connectionTo(server.url);
  const openAgain = () => openTargets({ connectionSecrets, time, random: () => 0.5, timeout });
  const targets = openAgain();
  return {
    clock,
    bitbucket,
    repository,
    environment,
    server,
    time,
    connection,
    connectionSecrets,
    targets,
    /** As another run does, which remembers nothing. */
    openAgain,
    requests,
    /** Every request that fits gets the fault, or only the first `times`; until it is ended. */
    fail(fits: (request: BitbucketRequest) => boolean, fault: BitbucketFault, times = Number.POSITIVE_INFINITY) {
      let left = times;
      faults.push((request) => {
        if (left === 0 || !fits(request)) return undefined;
        left -= 1;
        return fault;
      });
      return {
        end: () => {
          left = 0;
        },
      };
    },
    async deliver(
      target: TargetConfig,
      credential = credentialOf(),
      earlier: EarlierCredentials = earlierOf(1),
    ): Promise<Receipt> {
      return (await targets.open(target, connection)).deliver(credential, STORED, earlier);
    },
    pipeline: (environmentName?: string) => bitbucket.pipelineVariables('acme', 'web-shop', environmentName),
  };
}

/** What a promise was rejected with, which must be a KeyturnError. */
export async function failureOf(promise: Promise<unknown>): Promise<KeyturnError> {
  const thrown: unknown = await promise.then(
    () => new Error('expected a failure, but it succeeded'),
    (error: unknown) => error,
  );
  if (thrown instanceof KeyturnError) return thrown;
  throw thrown;
}

export const isWrite = ({ method }: BitbucketRequest) => method === 'PUT' || method === 'POST';

/** Fits the writes of one half. */
export function halfWrites(key: string) {
  return (request: BitbucketRequest): boolean => isWrite(request) && request.key === key;
}
