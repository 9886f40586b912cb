/** A statement of a function's resource policy: who may call it, and for which of its resources. */
export interface Permission {
  /** Such as `events.amazonaws.com`. */
  readonly principal: string;
  /** With `*` and `?`. @default any */
  readonly sourceArn?: string;
}

export function permits(permission: Permission, principal: string, sourceArn: string): boolean {
  if (permission.principal !== principal) return false;
  return permission.sourceArn === undefined || arnPattern(permission.sourceArn).test(sourceArn);
}

/** ArnLike: `*` and `?` stand for characters within one part of the ARN, or over the rest of its last part. */
function arnPattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|/]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
