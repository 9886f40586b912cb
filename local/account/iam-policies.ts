import { AwsError } from './aws-error';

/** The inline and attached policies of one user or role: plain state, for whoever evaluates permissions. */
export class IdentityPolicies {
  /** Policy name to JSON document. */
  readonly inline = new Map<string, string>();
  /** ARNs of managed policies. */
  readonly attached = new Set<string>();

  /** @param owner the words AWS uses for the owner in its errors, such as `role my-role`. */
  constructor(private readonly owner: string) {}

  /** @throws AwsError MalformedPolicyDocument */
  put(name: string, document: string): void {
    this.inline.set(name, parsedPolicy(document));
  }

  /** @throws AwsError NoSuchEntity */
  get(name: string): string {
    const document = this.inline.get(name);
    if (document === undefined) throw this.missing(name);
    return document;
  }

  /** @throws AwsError NoSuchEntity */
  delete(name: string): void {
    if (!this.inline.delete(name)) throw this.missing(name);
  }

  attach(arn: string): void {
    this.attached.add(arn);
  }

  /** @throws AwsError NoSuchEntity */
  detach(arn: string): void {
    if (!this.attached.delete(arn)) throw new AwsError('NoSuchEntity', 404, `Policy ${arn} was not found.`);
  }

  /** @throws AwsError DeleteConflict while any policy is left. */
  assertNone(): void {
    if (this.attached.size > 0) {
      throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must detach all policies first.');
    }
    if (this.inline.size > 0) {
      throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must delete policies first.');
    }
  }

  private missing(name: string): AwsError {
    return new AwsError('NoSuchEntity', 404, `The ${this.owner} policy with name ${name} cannot be found.`);
  }
}

/** @throws AwsError MalformedPolicyDocument when the text is no JSON object. */
export function parsedPolicy(document: string): string {
  try {
    const parsed: unknown = JSON.parse(document);
    if (typeof parsed === 'object' && parsed !== null) return document;
  } catch {
    // Falls through to the refusal below: AWS does not say where the JSON broke either.
  }
  throw new AwsError('MalformedPolicyDocument', 400, 'This policy contains invalid Json');
}
