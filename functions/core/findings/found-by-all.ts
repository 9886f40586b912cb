/** Each function that looks at all keys finds these; rotate looks every day, and sync every hour. */
export const FOUND_BY_ALL: readonly string[] = ['rotate', 'sync'];
