/** Whether Keyturn acts on keys. */
export enum Mode {
  /** Rotate, deliver, deactivate and delete, as the policy says. */
  ROTATE = 'rotate',
  /** Tell what would be done, and change no key, no secret and no target. The secret is made all the same, and stays empty. */
  OBSERVE = 'observe',
}
