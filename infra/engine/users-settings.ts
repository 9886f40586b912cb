/** How the functions know the managed users. */
export interface UsersSettings {
  /**
   * Path that every managed user is under, and nobody else, such as `/pipelines/`: the functions may act on all users
   * there. For more users than policies have room for by their names, which is about 500.
   */
  readonly path: string;
}
