/** One line that a function has written. */
export interface LogLine {
  /** ms since the epoch. */
  readonly at: number;
  readonly functionName: string;
  readonly logGroupName: string;
  /** One for each execution environment. */
  readonly logStreamName: string;
  readonly line: string;
}
