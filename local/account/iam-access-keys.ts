import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { invalidToken, type KnownCredential } from './credentials';
import type { IamUser } from './iam-users';
import type { Identifiers } from './identifiers';

/** One use of a key, as IAM reports it. */
export interface KeyUse {
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

/** A user's access key. */
export interface AccessKey {
  readonly id: string;
  readonly secretAccessKey: string;
  readonly user: IamUser;
  /** Which of the user's two places it takes: the credential report's column, not an order of age. */
  readonly slot: 1 | 2;
  readonly createdAt: number;
  status: 'Active' | 'Inactive';
  /** Uses that the reports may not show yet, oldest first. */
  uses: KeyUse[];
}

export interface AccessKeyDelays {
  /** ms until a new key authenticates. */
  readonly newKey: number;
  /** ms until a new key shows in ListAccessKeys. */
  readonly listed: number;
  /** ms until a use shows in GetAccessKeyLastUsed and in the credential report. */
  readonly lastUsed: number;
}

/** The access keys of all users: two a user, no more (a quota that AWS does not raise). */
export class AccessKeys {
  readonly #byId = new Map<string, AccessKey>();
  readonly #byUser = new Map<IamUser, AccessKey[]>();

  constructor(
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
    private readonly delays: AccessKeyDelays,
  ) {}

  /** A user's keys in the order of creation. */
  of(user: IamUser): readonly AccessKey[] {
    return this.#byUser.get(user) ?? [];
  }

  /** The same as ListAccessKeys answers: without those that it does not show yet. */
  listed(user: IamUser): readonly AccessKey[] {
    return this.of(user).filter(({ createdAt }) => this.clock.now() >= createdAt + this.delays.listed);
  }

  /** @throws AwsError LimitExceeded for the third key. */
  create(user: IamUser): AccessKey {
    const keys = this.#byUser.get(user) ?? [];
    if (keys.length >= 2) throw new AwsError('LimitExceeded', 409, 'Cannot exceed quota for AccessKeysPerUser: 2');
    const key: AccessKey = {
      id: this.identifiers.accessKeyId('AKIA'),
      secretAccessKey: this.identifiers.secretAccessKey(),
      user,
      slot: keys[0]?.slot === 1 ? 2 : 1,
      createdAt: this.clock.now(),
      status: 'Active',
      uses: [],
    };
    this.#byUser.set(user, [...keys, key]);
    this.#byId.set(key.id, key);
    return key;
  }

  /** @throws AwsError NoSuchEntity when the user has no such key. */
  get(user: IamUser, id: string): AccessKey {
    const key = this.#byId.get(id);
    if (key === undefined || key.user !== user) throw noSuchKey(id);
    return key;
  }

  /** @throws AwsError NoSuchEntity when nobody has such a key. */
  find(id: string): AccessKey {
    const key = this.#byId.get(id);
    if (key === undefined) throw noSuchKey(id);
    return key;
  }

  delete(user: IamUser, id: string): AccessKey {
    const key = this.get(user, id);
    this.#byId.delete(id);
    this.#byUser.set(
      user,
      this.of(user).filter((other) => other !== key),
    );
    return key;
  }

  /** @throws AwsError InvalidClientTokenId when the key is unknown, inactive, or too new to have spread. */
  credential(id: string): KnownCredential {
    const key = this.#byId.get(id);
    const usable = key?.status === 'Active' && this.clock.now() >= key.createdAt + this.delays.newKey;
    if (key === undefined || !usable) throw invalidToken();
    const { arn, userId, name } = key.user;
    return {
      secretAccessKey: key.secretAccessKey,
      principal: { kind: 'user', arn, userId, userName: name, accessKeyId: id },
    };
  }

  /** Notes that the key signed a request. Keys of sessions are not noted: IAM reports none for them. */
  recordUse(id: string, service: string, region: string): void {
    const key = this.#byId.get(id);
    if (key === undefined) return;
    this.lastUse(key);
    key.uses.push({ at: this.clock.now(), service, region });
  }

  /** The latest use that has become visible; undefined reads as "never used". */
  lastUse(key: AccessKey): KeyUse | undefined {
    const visible = key.uses.findLastIndex((use) => use.at + this.delays.lastUsed <= this.clock.now());
    if (visible > 0) key.uses = key.uses.slice(visible);
    return visible === -1 ? undefined : key.uses[0];
  }
}

function noSuchKey(id: string): AwsError {
  return new AwsError('NoSuchEntity', 404, `The Access Key with id ${id} cannot be found.`);
}
