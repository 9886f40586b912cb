/** The roles that a managed key's pipelines take in its place. Once they do, the key goes for good. */
export interface ReplacingRoles {
  /** ARNs of the roles, in the account of the key. They are part of its entry, so they have to be known at synthesis. */
  readonly roles: string[];
  /** Days for which nobody has used the key, while each role was used, before the key goes for good. @default 30 */
  readonly idleFor?: number;
}
