/** What is done for a managed key that AWS says has leaked. */
export enum OnExposed {
  /** Make and deliver its successor, then make it Inactive. */
  ROTATE = 'rotate',
  /** Make it Inactive first: pipelines fail until they have its successor. */
  DISABLE_FIRST = 'disable-first',
  /** Tell people only. */
  NOTIFY = 'notify',
}
