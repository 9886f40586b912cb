import type { ClientRequest } from 'node:http';

/** Counts the requests that wait for an answer: while there are some, simulated time is the servers' to move. */
export class RequestsInFlight {
  #count = 0;
  #onSettled: () => void = () => {};

  get count(): number {
    return this.#count;
  }

  /** Calls back each time a request has ended. */
  onSettled(listener: () => void): void {
    this.#onSettled = listener;
  }

  track(request: ClientRequest): ClientRequest {
    this.#count += 1;
    request.once('close', () => {
      this.#count -= 1;
      this.#onSettled();
    });
    return request;
  }
}
