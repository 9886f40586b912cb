import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';
import { resourceNotFound, Secret } from './secret';
import type { TagSet } from './tags';

/** A hyphen and six characters. */
const SUFFIX_LENGTH = 7;

/** Where a secret stands in a list: by its creation, then by its ARN. */
export function listPosition({ createdAt, arn }: Secret): string {
  return `${String(createdAt).padStart(15, '0')} ${arn}`;
}

/** The secrets of one region, found by name, by ARN, or by ARN without the random suffix. */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #reserved = new Map<string, string>();
  /** In the order of `listPosition`, until a secret comes or goes: a long list is read page by page. */
  #inOrder: readonly Secret[] | undefined;

  constructor(
    private readonly arnPrefix: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** All secrets in the order in which they are listed. */
  all(): readonly Secret[] {
    this.#inOrder ??= [...this.#secrets.values()].sort((a, b) => (listPosition(a) < listPosition(b) ? -1 : 1));
    return this.#inOrder;
  }

  /** The next secret of the ARN's name gets this very ARN. @throws Error for an ARN of another account or region */
  reserve(arn: string): void {
    if (!arn.startsWith(this.arnPrefix)) throw new Error(`${arn} does not belong here; expected ${this.arnPrefix}…`);
    this.#reserved.set(arn.slice(this.arnPrefix.length, -SUFFIX_LENGTH), arn);
  }

  add(name: string, tags: TagSet): Secret {
    const arn = this.#reserved.get(name) ?? `${this.arnPrefix}${name}-${this.identifiers.secretSuffix()}`;
    const secret = new Secret(name, arn, this.clock.now(), tags);
    this.#secrets.set(name, secret);
    this.#inOrder = undefined;
    return secret;
  }

  remove(secret: Secret): void {
    this.#secrets.delete(secret.name);
    this.#inOrder = undefined;
  }

  /** The secret, also while it waits for its deletion; it is gone once that day has come. */
  find(secretId: string): Secret | undefined {
    const secret = secretId.startsWith(this.arnPrefix) ? this.findByArn(secretId) : this.#secrets.get(secretId);
    if (secret?.deletion === undefined || secret.deletion.at > this.clock.now()) return secret;
    this.remove(secret);
    return undefined;
  }

  /** @throws AwsError ResourceNotFoundException */
  get(secretId: string): Secret {
    const secret = this.find(secretId);
    if (secret === undefined) throw resourceNotFound("Secrets Manager can't find the specified secret.");
    return secret;
  }

  /** @throws AwsError ResourceNotFoundException, InvalidRequestException when it waits for its deletion. */
  live(secretId: string): Secret {
    const secret = this.get(secretId);
    if (secret.deletion === undefined) return secret;
    const message = "You can't perform this operation on the secret because it was marked for deletion.";
    throw new AwsError('InvalidRequestException', 400, message);
  }

  /** A full ARN must have the right suffix; what looks like a suffix may also be the end of the name. */
  private findByArn(arn: string): Secret | undefined {
    const rest = arn.slice(this.arnPrefix.length);
    const whole = this.#secrets.get(rest.replace(/-[A-Za-z0-9]{6}$/, ''));
    return whole?.arn === arn ? whole : this.#secrets.get(rest);
  }
}
