/** A part of a document that is made from the code. */
export interface GeneratedRegion {
  readonly document: string;
  readonly markers: readonly [begin: string, end: string];
  /** What has to stand between the markers. */
  make(): string | Promise<string>;
}
