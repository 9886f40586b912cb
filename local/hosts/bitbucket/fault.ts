import type { VariableLevel } from './place';
import type { Route } from './route';

/** What is known of a request when it arrives. Values of variables are not part of it. */
export interface BitbucketRequest {
  /** 1 for the first request of this server. */
  readonly number: number;
  readonly method: string;
  /** The path without the query; braces are encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What the path means. */
  readonly kind: Route['kind'];
  /** The level of the variables that it is about. */
  readonly level?: VariableLevel;
  /** The variable's name, where the body has one. */
  readonly key?: string;
  /** The instant on the clock at which it arrived. */
  readonly arrivedAt: number;
}

export type BitbucketFault =
  /** Nothing happens but this answer; the body is Bitbucket's error shape by default. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | object;
    }
  /** The connection is cut and nothing has happened. */
  | { readonly kind: 'drop-before' }
  /** The request takes effect, and the connection is cut in place of an answer. */
  | { readonly kind: 'drop-after' }
  /** The request takes this much longer on the clock; use `realLatency` to try a client's timeout. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** 200 with HTML, as proxies answer; nothing else happens. */
  | { readonly kind: 'garbage' }
  /** A read sees its variables as they were before their last change; a write is not touched. */
  | { readonly kind: 'stale-read' };
