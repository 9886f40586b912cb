/** What is done about a target that no longer holds what was delivered to it. */
export enum Drift {
  /** Tell people, and deliver again. */
  REPAIR = 'repair',
  /** Tell people only; the superseded key is kept until somebody has put it right. */
  REPORT = 'report',
}
