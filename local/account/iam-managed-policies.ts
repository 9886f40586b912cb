import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { parsedPolicy } from './iam-policies';
import { assertPath } from './iam-users';
import type { Identifiers } from './identifiers';

/** A managed policy that the account has written itself, in its one version. */
export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly policyId: string;
  readonly arn: string;
  readonly createdAt: number;
  /** JSON text. */
  readonly document: string;
}

/** The account's own managed policies. AWS's own are not here. */
export class ManagedPolicies {
  readonly #policies = new Map<string, ManagedPolicy>();

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** @throws AwsError EntityAlreadyExists, MalformedPolicyDocument, ValidationError */
  create(name: string, document: string, path = '/'): ManagedPolicy {
    assertPath(path);
    const arn = `arn:aws:iam::${this.accountId}:policy${path}${name}`;
    if ([...this.#policies.values()].some((policy) => policy.name.toLowerCase() === name.toLowerCase())) {
      throw new AwsError(
        'EntityAlreadyExists',
        409,
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
      );
    }
    const policyId = this.identifiers.uniqueId('ANPA');
    const policy = { name, path, policyId, arn, createdAt: this.clock.now(), document: parsedPolicy(document) };
    this.#policies.set(arn, policy);
    return policy;
  }

  find(arn: string): ManagedPolicy | undefined {
    return this.#policies.get(arn);
  }
}
