import { AwsError } from '../../../local/account/aws-error';
import type { Bitbucket } from '../../../local/hosts/bitbucket/bitbucket';
import type { FaultChoice, PortCall } from './port-call';
import type { SimProcess } from './sim-process';

/**
 * What stands in for the AWS SDK's clients under the real adapters: a command goes to the account's state machine
 * instead of to a socket. The bundle of the simulation resolves `@aws-sdk/client-*` to classes made here.
 */
export interface Cloud {
  readonly bitbucket: Bitbucket;
  /** Runs one action at this instant. @throws AwsError */
  perform(process: SimProcess, service: Service, action: string, input: object, stale: boolean): unknown;
  /** Authenticates with a user's key. @throws AwsError */
  identify(
    process: SimProcess,
    credentials: { accessKeyId: string; secretAccessKey: string },
    region?: string,
  ): unknown;
}

export type Service = Exclude<PortCall['service'], 'bitbucket' | 'kms'>;

interface Caller {
  readonly process: SimProcess;
  readonly cloud: Cloud;
}

let caller: Caller | undefined;

/** Makes adapters, or calls one that makes its client when it is called, in the name of a process. */
export function inTheNameOf<T>(process: SimProcess, cloud: Cloud, make: () => T): T {
  caller = { process, cloud };
  try {
    return make();
  } finally {
    caller = undefined;
  }
}

export function callerOf(): Caller {
  if (caller === undefined) throw new Error('a client was made outside of any process');
  return caller;
}

interface ClientConfig {
  readonly retryStrategy?: unknown;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

interface Command {
  readonly action: string;
  readonly input: object;
}

/** A client class of one service. */
export function clientOf(service: Service) {
  return class {
    readonly #config: ClientConfig;
    readonly #caller = callerOf();

    constructor(config: ClientConfig) {
      this.#config = config;
    }

    send({ action, input }: Command): Promise<unknown> {
      const { process, cloud } = this.#caller;
      const { credentials, retryStrategy } = this.#config;
      const about = credentials === undefined ? aboutOf(input) : credentials.accessKeyId;
      const call = {
        service,
        action,
        about,
        mutates: service !== 'logs' && service !== 'events' && MUTATES.test(action),
        repeatable: retryStrategy === undefined,
      };
      return process.call(call, (fault) => this.#effect(process, cloud, action, input, fault === 'stale'), failureOf);
    }

    destroy(): void {
      // Nothing is open.
    }

    #effect(process: SimProcess, cloud: Cloud, action: string, input: object, stale: boolean): unknown {
      const { credentials, region } = this.#config;
      try {
        if (credentials === undefined) return cloud.perform(process, service, action, input, stale);
        return cloud.identify(process, credentials, region);
      } catch (error) {
        throw error instanceof AwsError ? sdkError(error.code, error.status, error.message) : error;
      }
    }
  };
}

/** A command class of one action. */
export function commandOf(action: string) {
  return class {
    readonly action = action;
    constructor(readonly input: object) {}
  };
}

const MUTATES = /^(Create|Update|Delete|Put|Tag|Untag)/;

function aboutOf(input: object): string {
  const fields: Readonly<Record<string, unknown>> = { ...input };
  const about = [fields.UserName, fields.SecretId, fields.Name, fields.AccessKeyId, fields.Path].find(
    (field) => typeof field === 'string',
  );
  return typeof about === 'string' ? about : '';
}

function sdkError(name: string, status: number, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

function failureOf(fault: FaultChoice): Error {
  if (fault.kind === 'throttled') return sdkError('ThrottlingException', 400, 'Rate exceeded');
  if (fault.kind === 'refused') return sdkError('InternalFailure', 500, 'We encountered an internal error.');
  return Object.assign(new Error('The request timed out.'), { name: 'TimeoutError', $metadata: {} });
}
