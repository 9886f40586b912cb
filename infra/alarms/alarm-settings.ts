/** When people are told that something needs them. Each alarm can be turned off by its name. */
export interface AlarmSettings {
  /** Days that a current key may be older than its own `rotateAfter`. @default 3 */
  readonly overdueDays?: number;
  /** Hours for which a version may wait for its delivery. @default 2 */
  readonly undeliveredHours?: number;
  /** Hours without a run after which a daily function counts as silent. @default 26 */
  readonly silentDailyHours?: number;
  /** Hours without a run after which the sync function counts as silent. @default 3 */
  readonly silentReconcileHours?: number;
  /** Runs that may fail as a whole within an hour; Lambda repeats a failed one twice. @default 1 */
  readonly failedRuns?: number;
  /** Events that were given up and may lie in the two dead-letter queues. @default 0 */
  readonly deadLetters?: number;
  /** Days before the known end of a connection's token. @default 14 */
  readonly tokenExpiresInDays?: number;
  /** Where the runbooks are, as a URL or path that ends with a slash. @default docs/operate/runbooks/ */
  readonly runbooks?: string;
  /** Names of alarms that are not wanted. @default - all are */
  readonly off?: string[];
}
