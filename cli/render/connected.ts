import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { TokenSeen } from '../../functions/core/hosts/host';
import type { Before, Decision } from '../connect/decide';
import type { PlaceState, TriedPlace } from '../connect/try-token';
import { hanging } from './hanging';

/** What `keyturn connect` found and did. Holds names only. */
export interface Connected {
  readonly schema: 'keyturn.connect/v1';
  readonly account: string;
  readonly region: string;
  readonly connection: string;
  readonly host: string;
  readonly url: string;
  /** Name or ARN. */
  readonly secret: string;
  /** Undefined where the host did not let it ask. */
  readonly token: TokenSeen | undefined;
  /** When it ends, as far as anybody has said it. */
  readonly expires: string | undefined;
  readonly places: readonly TriedPlace[];
  /** Every place has shown that the token may write there, and it lacks no scope. */
  readonly proved: boolean;
  readonly before: Before;
  readonly stored: 'created' | 'replaced' | 'no';
  readonly because: Decision['because'];
  readonly notes: readonly string[];
}

const STATE: Readonly<Record<PlaceState, string>> = {
  writable: green('ok       '),
  unproved: yellow('unproved '),
  refused: red('refused  '),
  unreachable: yellow('no answer'),
};

const BECAUSE: Readonly<Record<Decision['because'], string>> = {
  works: 'it works at every place.',
  unproved: 'no place refuses it, but not every one has shown that it may write there.',
  'works-no-less': 'it works no less than the one before it, but see what it lacks.',
  forced: 'because of --force: it lacks what is told above.',
  'dry-run': 'because of --dry-run.',
  same: 'it is the one that is there.',
  unreachable: 'the host did not answer everywhere. Try again later, or store it with --force.',
  'works-less': 'it works less than the one before it, which stays. Store it all the same with --force.',
  foreign: 'what the secret holds is no token. Name another secret, or replace it with --force.',
  lacks: 'it lacks what is told above. Cure that, or store it all the same with --force.',
};

export function renderConnected(connected: Connected): string {
  const { account, region, connection, secret, url, places, stored, because, notes } = connected;
  const saved =
    stored === 'no'
      ? 'Not stored'
      : `Stored in ${stored === 'created' ? 'the new secret ' : ''}${secret} of ${account} in ${region}`;
  return [
    `${bold(connection)} ${dim(`at ${url}`)}`,
    ...tokenLines(connected),
    '',
    ...(places.length === 0
      ? [yellow('No key is delivered through it, so that nothing shows whether the token works.')]
      : places.flatMap(placeLines)),
    '',
    ...hanging(`${saved}: ${BECAUSE[because]}${stored === 'replaced' ? ' The one before is its AWSPREVIOUS.' : ''}`),
    ...notes.flatMap((note) => hanging(note)),
  ].join('\n');
}

function tokenLines({ token, expires }: Connected): readonly string[] {
  if (token === undefined) return [yellow('The host did not let the token ask about itself.')];
  const { kind, who, scopes, lacks, spare } = token;
  return [
    `Token    ${kind}${who === undefined ? ', whose it is it may not tell' : ` of ${who}`}`,
    ...hanging(`Scopes   ${scopes?.join(', ') ?? 'the host does not tell'}`, '         '),
    ...lacks.map((scope) => red(`         lacks ${scope}: make a token that has it`)),
    ...hanging(spare.length === 0 ? '' : `         more than is needed: ${spare.join(', ')}`, '         ').filter(
      Boolean,
    ),
    `Ends     ${expires ?? 'the host does not tell; say it with --expires'}`,
  ];
}

function placeLines({ target, state, message }: TriedPlace): readonly string[] {
  const line = `${STATE[state]}  ${target}`;
  return message === undefined ? [line] : [line, ...hanging(`           ${message}`, '           ')];
}
