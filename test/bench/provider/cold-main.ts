import { createRequire } from 'node:module';

/** The account, and all tokens, live in another time. */
const offset = Number(process.env.BENCH_OFFSET);
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given: readonly number[]) {
    super(...((given.length === 0 ? [Real.now() + offset] : given) as [number]));
  }
  static override now(): number {
    return Real.now() + offset;
  }
} as DateConstructor;

interface Bundle {
  readonly handler: (event: unknown, context: object) => Promise<{ readonly statusCode: number }>;
}

const { handler } = createRequire(__filename)(process.env.BENCH_BUNDLE ?? '') as Bundle;

process.once('message', (event) => {
  const context = {
    awsRequestId: '00000000-0000-4000-8000-000000000001',
    invokedFunctionArn: process.env.BENCH_FUNCTION ?? '',
    getRemainingTimeInMillis: () => 25_000,
  };
  handler(event, context).then(
    ({ statusCode }) => process.send?.(statusCode),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.send?.('ready');
