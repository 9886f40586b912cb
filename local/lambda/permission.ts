/** A statement of a function's resource policy: who may call it, and for which of its resources. */
export interface Permission {
  /** Such as `events.amazonaws.com`, an account or an ARN. */
  readonly principal: string;
  /** @default 'lambda:InvokeFunction' */
  readonly action?: 'lambda:InvokeFunction' | 'lambda:InvokeFunctionUrl';
  /** Only through a URL of this kind. @default any */
  readonly functionUrlAuthType?: string | undefined;
  /** Only through a URL, whatever else the statement says. @default false */
  readonly invokedViaFunctionUrl?: boolean;
  /** With `*` and `?`. @default any */
  readonly sourceArn?: string;
}

/** The conditions of the statement, as Lambda writes them into the policy. */
export function conditionOf({ sourceArn, functionUrlAuthType, invokedViaFunctionUrl }: Permission): unknown {
  const condition = {
    ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
    ...(functionUrlAuthType === undefined
      ? {}
      : { StringEquals: { 'lambda:FunctionUrlAuthType': functionUrlAuthType } }),
    ...(invokedViaFunctionUrl ? { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } : {}),
  };
  return Object.keys(condition).length === 0 ? undefined : condition;
}

export function permits(permission: Permission, principal: string, sourceArn: string): boolean {
  if (permission.principal !== principal || isForUrls(permission)) return false;
  return permission.sourceArn === undefined || arnPattern(permission.sourceArn).test(sourceArn);
}

/** A service calls no URL. */
function isForUrls({ action = 'lambda:InvokeFunction', invokedViaFunctionUrl }: Permission): boolean {
  return action !== 'lambda:InvokeFunction' || invokedViaFunctionUrl === true;
}

/** ArnLike: `*` and `?` stand for characters within one part of the ARN, or over the rest of its last part. */
function arnPattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|/]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
