import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { KmsKey } from './kms-key';

/** Another name of a key. */
export interface KmsAlias {
  /** `alias/…` */
  readonly name: string;
  readonly createdAt: number;
  keyId: string;
  updatedAt: number;
}

const KEY_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

/** The keys of one region and their aliases. A key is named by its ID, its ARN, an alias or an alias's ARN. */
export class KmsStore {
  readonly #keys = new Map<string, KmsKey>();
  readonly #aliases = new Map<string, KmsAlias>();

  constructor(
    private readonly accountId: string,
    private readonly region: string,
    private readonly clock: Clock,
  ) {}

  arn(rest: string): string {
    return `arn:aws:kms:${this.region}:${this.accountId}:${rest}`;
  }

  add(key: KmsKey): void {
    this.#keys.set(key.id, key);
  }

  /** @throws AwsError NotFoundException, AccessDenied for what another account has */
  find(name: string): KmsKey {
    const local = this.#localName(name);
    if (!local.startsWith('alias/')) return this.#byId(local);
    const alias = this.#aliases.get(local);
    if (alias === undefined) throw notFound(`Alias ${this.arn(local)} is not found.`);
    return this.#byId(alias.keyId);
  }

  /** Where KMS takes no alias. @throws AwsError as `find`, NotFoundException for an alias */
  findById(keyIdOrArn: string): KmsKey {
    return this.#byId(this.#localName(keyIdOrArn));
  }

  /** The alias of a live key. @throws AwsError NotFoundException */
  alias(name: string): KmsAlias {
    this.find(name);
    const alias = this.#aliases.get(name);
    if (alias === undefined) throw notFound(`Alias ${this.arn(name)} is not found.`);
    return alias;
  }

  /** By name. */
  aliases(): readonly KmsAlias[] {
    for (const key of [...this.#keys.values()]) this.#forgetDeleted(key);
    return [...this.#aliases.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  putAlias(alias: KmsAlias): void {
    this.#aliases.set(alias.name, alias);
  }

  deleteAlias(name: string): void {
    this.#aliases.delete(name);
  }

  #byId(id: string): KmsKey {
    if (!KEY_ID.test(id)) throw notFound(`Invalid keyId '${id}'`);
    const key = this.#keys.get(id);
    if (key === undefined || this.#forgetDeleted(key)) throw notFound(`Key '${this.arn(`key/${id}`)}' does not exist`);
    return key;
  }

  /** A key whose day has come is gone, and its aliases are. */
  #forgetDeleted(key: KmsKey): boolean {
    if (key.deletionAt === undefined || key.deletionAt > this.clock.now()) return false;
    this.#keys.delete(key.id);
    for (const { name, keyId } of [...this.#aliases.values()]) if (keyId === key.id) this.#aliases.delete(name);
    return true;
  }

  /** A key ID or `alias/…`, without the ARN around it. */
  #localName(name: string): string {
    if (!name.startsWith('arn:')) return name;
    const [, , , region = '', accountId, ...rest] = name.split(':');
    if (region !== this.region) throw notFound(`Invalid arn ${region}`);
    if (accountId !== this.accountId) {
      const message =
        'The resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';
      throw new AwsError('AccessDenied', 403, message);
    }
    return rest.join(':').replace(/^key\//, '');
  }
}

function notFound(message: string): AwsError {
  return new AwsError('NotFoundException', 404, message);
}
