import type { Account } from '../../../local/account/account';
import type { Principal, ServiceName } from '../../../local/account/principal';

/** Reads whose answer is decided by what was written to their service, and by nothing else. */
const STEADY: Readonly<Record<string, ServiceName>> = {
  ListSecrets: 'secretsmanager',
  DescribeSecret: 'secretsmanager',
  ListSecretVersionIds: 'secretsmanager',
  GetResourcePolicy: 'secretsmanager',
  GetParametersByPath: 'ssm',
  GetParameter: 'ssm',
  ListAccessKeys: 'iam',
};

interface Answered {
  readonly writes: number;
  readonly output: unknown;
}

/**
 * The account's answers to reads, which are worked out again only when something was written: a year has far more looks
 * than changes. Parts of an answer that stayed the same stay the same objects, so what is made of them can be kept too.
 */
export class Reads {
  readonly #account: Account;
  readonly #principal: Principal;
  readonly #writes = new Map<string, number>();
  readonly #known = new Map<string, Answered>();
  /** The parts of lists of secrets by their names. */
  readonly #parts = new Map<string, Answered>();

  constructor(account: Account, principal: Principal) {
    this.#account = account;
    this.#principal = principal;
  }

  /** Something was written to a service, by whomever: to one secret, parameter or user of it. */
  wrote(service: ServiceName, input: object): void {
    for (const what of [service, `${service} ${subjectOf(input) ?? ''}`]) {
      this.#writes.set(what, (this.#writes.get(what) ?? 0) + 1);
    }
  }

  /** How often something was written to a secret, parameter or user. @param subject @default anything of the service */
  writesTo(service: ServiceName, subject?: string): number {
    return this.#writes.get(subject === undefined ? service : `${service} ${subject}`) ?? 0;
  }

  /** Undefined for a read that has to be asked each time. @throws AwsError */
  answer(service: ServiceName, action: string, input: object): { readonly output: unknown } | undefined {
    if (STEADY[action] !== service) return undefined;
    const writes = this.writesTo(service, subjectOf(input));
    const question = `${action} ${JSON.stringify(input)}`;
    const known = this.#known.get(question);
    if (known?.writes === writes) return known;
    const at = this.#account.clock.now();
    const output = this.#account.perform({ service, action, principal: this.#principal, input: { ...input }, at });
    // A deleted secret is gone one day, without anybody writing.
    const isPassing = isObject(output) && output.DeletedDate !== undefined;
    const answered = { writes, output: this.#withKnownParts(output) };
    if (isPassing) this.#known.delete(question);
    else this.#known.set(question, answered);
    return answered;
  }

  #withKnownParts(output: unknown): unknown {
    if (!isObject(output) || !Array.isArray(output.SecretList)) return output;
    const SecretList = output.SecretList.map((part: { readonly Name: string }) => {
      const writes = this.writesTo('secretsmanager', part.Name);
      const known = this.#parts.get(part.Name);
      if (known?.writes === writes) return known.output;
      this.#parts.set(part.Name, { writes, output: part });
      return part;
    });
    return { ...output, SecretList };
  }
}

function subjectOf(input: object): string | undefined {
  const { SecretId, Name, UserName }: Readonly<Record<string, unknown>> = { ...input };
  return [SecretId, Name, UserName].find((subject) => typeof subject === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
