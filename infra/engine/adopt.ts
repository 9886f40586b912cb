/** What to do with a user that has two keys already, where there is no room for a fresh one. */
export enum Adopt {
  /** Keep both, change nothing and report `two-keys`. */
  KEEP = 'keep',
  /** Make room by retiring, in the ordinary way, a key that nobody has used for `deactivateAfter`. */
  REPLACE_IDLE = 'replace-idle',
}
