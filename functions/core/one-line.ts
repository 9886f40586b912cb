const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

/** Nothing that comes from outside starts a line of its own, turns the direction of one, or stands there unseen. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ');
}

/** Whether nothing in a text starts a line, turns the direction of one, or stands there unseen. */
export function isOneLine(text: string): boolean {
  return text.search(UNSEEN) === -1;
}

/** Never leaves half a character at the end: it could not be sent. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, Math.max(0, most - 3)).replace(/[\ud800-\udbff]$/, '')}...`;
}
