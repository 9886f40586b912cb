import type { Inspection, Receipt, Target, Time } from '../../account/ports';
import { toKeyturnError } from '../../core/errors';
import {
  DELIVERY_SCHEMA,
  type FunctionInvoker,
  type FunctionTarget,
  functionHost,
  INSPECTION_SCHEMA,
} from '../../core/hosts/function';
import type { DeliveredKey, StoredCredential } from '../../core/hosts/host';
import type { Credential } from '../../core/key/credential';
import type { KnownSecrets } from '../../core/key/known-secrets';
import { HostError } from '../http/host-error';
import { type Retry, USUAL_RETRIES } from '../http/retry';
import { inspectionOf, NOTHING_SHOWN, receiptOf } from './answer';

interface DeliveryFunctionProps {
  readonly config: FunctionTarget;
  readonly functions: FunctionInvoker;
  readonly time: Time;
  readonly retry: Retry;
  readonly secrets: KnownSecrets;
}

/** A function of a team's own, which is told where the credential is and never what it is. */
export class DeliveryFunction implements Target {
  readonly name: string;
  readonly #props: DeliveryFunctionProps;

  constructor(props: DeliveryFunctionProps) {
    this.name = functionHost.nameOf(props.config);
    this.#props = props;
  }

  async deliver(credential: Credential, stored: StoredCredential): Promise<Receipt> {
    const { config, functions, time, retry, secrets } = this.#props;
    const { managedKey, secretArn, versionId } = stored;
    const { accessKeyId } = credential;
    const { target } = config;
    const asked = { schema: DELIVERY_SCHEMA, managedKey, secretArn, versionId, accessKeyId, target } as const;
    const start = time.now().getTime();
    // Repeating it is safe by the contract: the same version is the same credential.
    return retry(USUAL_RETRIES, async () => {
      const notAfter = new Date(time.now().getTime() + functions.patience).toISOString();
      const { failed, answer } = await this.#invoke({ ...asked, notAfter });
      if (failed) throw this.#failed();
      const receipt = receiptOf({ answer, about: this.name, secrets, now: time.now() });
      // What happened in between only the function knows, so no tear can have been longer than all the calls.
      return { ...receipt, tornFor: time.now().getTime() - start };
    });
  }

  async inspect(wanted: DeliveredKey | undefined): Promise<Inspection> {
    const { config, time, retry } = this.#props;
    if (config.inspects !== true || wanted === undefined) return NOTHING_SHOWN;
    const { managedKey, versionId, accessKeyId } = wanted;
    const { target } = config;
    const asked = { schema: INSPECTION_SCHEMA, managedKey, versionId, accessKeyId, target } as const;
    return retry(USUAL_RETRIES, async () => {
      const { failed, answer } = await this.#invoke(asked);
      if (failed) throw this.#failed();
      return inspectionOf({ answer, about: this.name, now: time.now() }, accessKeyId);
    });
  }

  /** A delivery is all that a function is asked for. */
  tryToWrite(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** An ARN may be made again, by who deploys: that is the account's own. */
  identify(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async #invoke(request: Parameters<FunctionInvoker['invoke']>[1]) {
    const { config, functions, time } = this.#props;
    try {
      return await functions.invoke(config.function, request);
    } catch (thrown) {
      const { code, message, retryable, retryAt } = toKeyturnError(thrown);
      const leastWait = retryAt === undefined ? 0 : Math.max(0, retryAt.getTime() - time.now().getTime());
      // No answer stands for every place of the function, so it is not told as this one's.
      const about = code === 'host-down' ? functionHost.nameOf({ ...config, target: {} }) : this.name;
      throw new HostError(code, `${about}: could not call the function: ${message}`, {
        retryable,
        retryAt,
        leastWait,
      });
    }
  }

  /** Lambda's text about it may quote the credential that the function has read, so none of it goes on. */
  #failed(): HostError {
    return new HostError(
      'host-down',
      `${this.name}: the function failed without an answer: it threw, ran out of time or of memory. ` +
        "Look at the function's own log. The next run tries again.",
      { retryable: true, mayHaveHappened: true, concerns: 'place' },
    );
  }
}
