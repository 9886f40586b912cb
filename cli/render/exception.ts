import { yellow } from 'yoctocolors';
import type { ExceptionDocument } from '../documents/exception';
import { day } from './words';
import { wrapped } from './wrapped';

/** What somebody has accepted of a key: it holds the verdict, and says nothing of how the key is. */
export function exceptionLines(exception: ExceptionDocument | undefined, indent: string): readonly string[] {
  if (exception === undefined) return [];
  const { until, by, saidApprover, why } = exception;
  const said = saidApprover === undefined ? '' : `, said to be approved by "${saidApprover}"`;
  const text = `by ${by}${said}: "${why}". Auditors see it as accepted until then, and not as fine; it holds the verdict, not the rotation.`;
  return [`${indent}${yellow(`accepted exception until ${day(until)}`)}`, wrapped(text, `${indent}  `)];
}
