import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { IdentityPolicies } from './iam-policies';
import type { Identifiers } from './identifiers';
import { type Tag, TagSet } from './tags';

/** An IAM user. */
export interface IamUser {
  name: string;
  path: string;
  readonly userId: string;
  arn: string;
  readonly createdAt: number;
  readonly tags: TagSet;
  readonly policies: IdentityPolicies;
  /** For the console. */
  password: Password | undefined;
}

/** When a user's password was set and used; what it is nobody needs to know. Times are ms since the epoch. */
export interface Password {
  readonly changedAt: number;
  /** Undefined: never, or not since IAM keeps track of it. */
  readonly lastUsedAt?: number;
}

export interface CreateUserInput {
  readonly UserName: string;
  /** Default `/`. */
  readonly Path?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface UpdateUserInput {
  readonly UserName: string;
  /** @default the name stays */
  readonly NewUserName?: string | undefined;
  /** @default the path stays */
  readonly NewPath?: string | undefined;
}

/** The account's users. Names are not distinguished by case: neither when one is taken, nor when one is looked up. */
export class IamUsers {
  /** By their names in lower case. */
  readonly #users = new Map<string, IamUser>();

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** All users by name. */
  all(): readonly IamUser[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError EntityAlreadyExists, ValidationError, LimitExceeded (tags). */
  create(input: CreateUserInput): IamUser {
    assertName('userName', input.UserName, 64);
    const path = input.Path ?? '/';
    assertPath(path);
    this.#assertFree(input.UserName);
    const user: IamUser = {
      name: input.UserName,
      path,
      userId: this.identifiers.uniqueId('AIDA'),
      arn: this.#arn(path, input.UserName),
      createdAt: this.clock.now(),
      tags: new TagSet(input.Tags, () => new AwsError('LimitExceeded', 409, 'Cannot exceed quota for TagsPerUser: 50')),
      policies: new IdentityPolicies('user'),
      password: undefined,
    };
    this.#users.set(user.name.toLowerCase(), user);
    return user;
  }

  /**
   * Gives a user another name or path; its ID and its keys stay.
   * @throws AwsError NoSuchEntity, EntityAlreadyExists (for the own name in another case too), ValidationError
   */
  update({ UserName, NewUserName, NewPath }: UpdateUserInput): void {
    const user = this.get(UserName);
    if (NewUserName !== undefined && NewUserName !== user.name) {
      assertName('newUserName', NewUserName, 64);
      this.#assertFree(NewUserName);
    }
    if (NewPath !== undefined) assertPath(NewPath);
    this.delete(user);
    user.name = NewUserName ?? user.name;
    user.path = NewPath ?? user.path;
    user.arn = this.#arn(user.path, user.name);
    this.#users.set(user.name.toLowerCase(), user);
  }

  /** @throws AwsError NoSuchEntity */
  get(name: string): IamUser {
    const user = this.#users.get(name.toLowerCase());
    if (user === undefined) throw new AwsError('NoSuchEntity', 404, `The user with name ${name} cannot be found.`);
    return user;
  }

  delete(user: IamUser): void {
    this.#users.delete(user.name.toLowerCase());
  }

  #assertFree(name: string): void {
    if (!this.#users.has(name.toLowerCase())) return;
    throw new AwsError('EntityAlreadyExists', 409, `User with name ${name} already exists.`);
  }

  #arn(path: string, name: string): string {
    return `arn:aws:iam::${this.accountId}:user${path}${name}`;
  }
}

/** @throws AwsError ValidationError for characters or a length that IAM does not take in a name. */
export function assertName(parameter: string, name: string, maximum: number): void {
  if (/^[\w+=,.@-]+$/.test(name) && name.length <= maximum) return;
  const message =
    name.length > maximum
      ? `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: Member must have length less than or equal to ${maximum}`
      : `The specified value for ${parameter} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`;
  throw new AwsError('ValidationError', 400, message);
}

/** @throws AwsError ValidationError for a path that does not begin and end with a slash. */
export function assertPath(path: string): void {
  if (/^\/([!-~]+\/)?$/.test(path) && path.length <= 512) return;
  const message =
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.';
  throw new AwsError('ValidationError', 400, message);
}
