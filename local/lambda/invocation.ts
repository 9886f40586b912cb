/** An error in Lambda's form. */
export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What an invocation gives back. `functionError` is set when the function threw, timed out or died. */
export interface InvocationResult {
  readonly requestId: string;
  readonly functionError?: 'Unhandled';
  /** JSON text: the handler's result, or the error in Lambda's form. */
  readonly payload: string;
  /** Simulated ms. */
  readonly duration: number;
  /** Whether a fresh execution environment was started for it. */
  readonly coldStart: boolean;
}

/** Lambda's words for an invocation that ran into the function's timeout. */
export function timedOut(requestId: string, seconds: number): LambdaError {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage };
}

/** Lambda's words for an execution environment that ended under its function. */
export function runtimeExited(requestId: string, how: string): LambdaError {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
  };
}
