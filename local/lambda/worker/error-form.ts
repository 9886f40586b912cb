import type { LambdaError } from '../invocation';

/** An error as Lambda hands it back. */
export function lambdaError(error: unknown, errorType?: string): LambdaError {
  if (!(error instanceof Error)) {
    const errorMessage = typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
    return { errorType: errorType ?? typeof error, errorMessage, trace: [] };
  }
  return {
    errorType: errorType ?? error.name,
    errorMessage: error.message,
    trace: (error.stack ?? `${error.name}: ${error.message}`).split('\n'),
  };
}

/** An error of the runtime itself, such as `Runtime.ImportModuleError`. */
export class RuntimeError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
