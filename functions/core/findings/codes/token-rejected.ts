import type { ErrorCode } from '../../errors';
import type { NamedConnection } from '../../lifecycle/found';
import { allOf, deliver, replaceToken } from '../commands';
import type { Descriptor } from '../descriptor';
import { type Refusal, type RefusedDelivery, refusalBreaks, refusalMessage } from '../refused-delivery';

/** Errors whose cure is another token, and what is the matter with the one that is there. */
const TOKEN_TROUBLE = {
  'token-rejected': 'the host rejects the token',
  'scope-missing': 'a scope is missing in the token',
} as const;
type TokenTrouble = keyof typeof TOKEN_TROUBLE;

export function isTokenTrouble(error: ErrorCode): error is TokenTrouble {
  return error in TOKEN_TROUBLE;
}

type TokenRejected = RefusedDelivery<'token-rejected', Refusal & { readonly error: TokenTrouble }> & {
  readonly connection: NamedConnection;
};

export const tokenRejected: Descriptor<TokenRejected> = {
  theme: 'Delivery',
  severity: 'attention',
  alarm:
    'A CI host refuses the token of a connection. Nothing is broken: delivered keys go on working. But nothing is delivered through this connection until its secret holds a new token.',
  what: {
    usually: 'the host does not take the token',
    but: 'it is rejected, or a scope is missing',
    of: ({ connection, facts: { error } }) => `${TOKEN_TROUBLE[error]} of connection ${connection.name}`,
  },
  brokenNow: refusalBreaks,
  message: refusalMessage,
  keyturn: { shows: 'doctor', cures: 'connect' },
  commands: allOf(replaceToken, deliver),
};
