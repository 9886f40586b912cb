import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { IdentityPolicies } from './iam-policies';
import type { Identifiers } from './identifiers';
import { type Tag, TagSet } from './tags';

/** An IAM user. */
export interface IamUser {
  readonly name: string;
  readonly path: string;
  readonly userId: string;
  readonly arn: string;
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

/** The account's users. Names are unique without regard to case, and are looked up exactly. */
export class IamUsers {
  readonly #users = new Map<string, IamUser>();
  /** The names in lower case: a look through all users for each new one would take minutes for twenty thousand. */
  readonly #taken = new Set<string>();

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
    if (this.#taken.has(input.UserName.toLowerCase())) {
      throw new AwsError('EntityAlreadyExists', 409, `User with name ${input.UserName} already exists.`);
    }
    const user: IamUser = {
      name: input.UserName,
      path,
      userId: this.identifiers.uniqueId('AIDA'),
      arn: `arn:aws:iam::${this.accountId}:user${path}${input.UserName}`,
      createdAt: this.clock.now(),
      tags: new TagSet(input.Tags, () => new AwsError('LimitExceeded', 409, 'Cannot exceed quota for TagsPerUser: 50')),
      policies: new IdentityPolicies('user'),
      password: undefined,
    };
    this.#users.set(user.name, user);
    this.#taken.add(user.name.toLowerCase());
    return user;
  }

  /** @throws AwsError NoSuchEntity */
  get(name: string): IamUser {
    const user = this.#users.get(name);
    if (user === undefined) throw new AwsError('NoSuchEntity', 404, `The user with name ${name} cannot be found.`);
    return user;
  }

  delete(user: IamUser): void {
    this.#users.delete(user.name);
    this.#taken.delete(user.name.toLowerCase());
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
