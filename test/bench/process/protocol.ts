/** From the bench: run the handler once. */
export interface InvokeMessage {
  readonly requestId: string;
  readonly event: unknown;
  /** ms that the function has. */
  readonly timeout: number;
}

/** What an invocation has cost its process so far. */
export interface Cost {
  /** ms of processor time, from the process's start. */
  readonly cpu: number;
  /** Bytes: the most that was resident at any time, as the kernel counts it. */
  readonly peakRss: number;
  /** Bytes: the most heap that was in use, looked at every 20 ms. */
  readonly peakHeap: number;
}

/** From the process: how an invocation ended. */
export type ProcessMessage =
  | { readonly type: 'succeeded'; readonly result: unknown; readonly cost: Cost }
  | { readonly type: 'failed'; readonly error: string; readonly cost: Cost };
