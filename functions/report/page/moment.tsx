/** An instant, to the second: its text is a valid date and time of HTML, so that it needs no attribute. */
export function Moment({ at }: { at: string }) {
  return <time>{`${at.slice(0, 10)} ${at.slice(11, 19)}Z`}</time>;
}

/** The day of an instant, where the second would only be in the way; its event has it. */
export function Day({ at }: { at: string }) {
  return <time>{at.slice(0, 10)}</time>;
}
