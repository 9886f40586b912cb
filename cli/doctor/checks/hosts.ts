import type { TriedPlace, TriedToken } from '../../connect/try-token';
import { type Check, counted, fail, judged, named, ok, unknown, type Verdict, warn } from '../check';
import { connect } from '../cures';
import type { Facts, SeenConnection } from '../facts';

/** Bitbucket takes 1,000 requests an hour of one token, a fifth is kept, and a delivery makes eight (docs/start/bitbucket.md). */
const MOST_PLACES = 100;

const TAKES = "secretsmanager:GetSecretValue on the connections' secrets, which their own policies give to sync alone";

type Tried = SeenConnection & { readonly token: TriedToken };

/** Judges those connections whose token may be read; of the others it says how to know. */
function eachTried({ connections, untried }: Facts, judge: (tried: readonly Tried[]) => Verdict): Verdict {
  return judged(connections, (all) => {
    const tried = all.flatMap((one) => (one.tried.is === 'read' ? [{ ...one, token: one.tried.value }] : []));
    const others = all.filter(({ tried: { is } }) => is === 'unread').map(({ use }) => use.name);
    if (all.length === 0 && untried.length === 0) return ok('No host with a token is used.');
    const verdict = judge(tried);
    if (others.length === 0 || verdict.status === 'fail') return verdict;
    return {
      ...unknown(
        `The token of ${named(others)} cannot be read here, as it should be.`,
        ...others.map((name) => ({ to: 'Try one that you hold', run: `npx keyturn connect ${name} --dry-run` })),
      ),
      unreached: verdict.unreached,
    };
  });
}

function placesThat(state: TriedPlace['state'], tried: readonly Tried[]) {
  return tried.flatMap(({ use, token }) =>
    token.places.filter((one) => one.state === state).map((one) => ({ use, ...one })),
  );
}

const places: Check = {
  id: 'places',
  group: 'hosts',
  must: 'every place can be reached and written, as a write shows that changes nothing',
  takes: TAKES,
  judge: (facts) =>
    eachTried(facts, (tried) => {
      const refused = placesThat('refused', tried);
      if (refused.length > 0) {
        const names = [...new Set(refused.flatMap(({ use, code }) => (isOfToken(code) ? [use.name] : [])))];
        return fail(
          refused
            .slice(0, 3)
            .map(({ message }) => message)
            .join(' '),
          ...names.map(connect),
          ...(names.length < refused.length
            ? [{ to: 'Make what is not there at the host, or correct the target in keyturn.yaml and deploy' }]
            : []),
        );
      }
      const silent = placesThat('unreachable', tried);
      if (silent.length > 0) {
        return {
          ...unknown(
            silent
              .slice(0, 3)
              .map(({ message }) => message)
              .join(' '),
            { to: "Look at the host's status page, and ask again" },
          ),
          unreached: true,
        };
      }
      const unproved = placesThat('unproved', tried);
      if (unproved.length > 0) {
        return unknown(
          `${named(unproved.map(({ target }) => target))}: it can be read, and no write that changes nothing shows there ` +
            'whether the token may write. A delivery shows it.',
          { to: 'See what the last delivery came to', run: 'npx keyturn status' },
        );
      }
      if (facts.untried.length > 0) {
        return unknown(
          `The places of ${named(facts.untried)} were not tried: that a deployment wrote where they are is not known, and a token goes nowhere else.`,
          { to: 'See what registry-as-deployed says of them' },
        );
      }
      return ok(`${counted(placesThat('writable', tried).length, 'place')}.`);
    }),
};

function isOfToken(code: TriedPlace['code']): boolean {
  return code === 'token-rejected' || code === 'scope-missing';
}

const scopes: Check = {
  id: 'token-scopes',
  group: 'hosts',
  must: 'every token has the scopes that it needs, and no others',
  takes: TAKES,
  judge: (facts) =>
    eachTried(facts, (tried) => {
      const lacking = tried.filter(({ token }) => (token.token?.lacks.length ?? 0) > 0);
      if (lacking.length > 0) {
        const told = lacking.map(({ use, token }) => `that of ${use.name} lacks ${token.token?.lacks.join(', ')}`);
        return fail(`${named(told)}.`, ...lacking.map(({ use }) => connect(use.name)));
      }
      const spare = tried.filter(({ token }) => (token.token?.spare.length ?? 0) > 0);
      if (spare.length > 0) {
        const told = spare.map(({ use, token }) => `that of ${use.name} may also ${token.token?.spare.join(', ')}`);
        return warn(`${named(told)}.`, ...spare.map(({ use }) => connect(use.name)));
      }
      const untold = tried.filter(({ token }) => token.token?.scopes === undefined);
      return untold.length > 0
        ? unknown(`The host does not tell the scopes of ${named(untold.map(({ use }) => use.name))}.`)
        : ok('Each has.');
    }),
};

const quota: Check = {
  id: 'quotas',
  group: 'hosts',
  must: `no token serves more than ${MOST_PLACES} places: a host counts the requests of each`,
  takes: 'ssm:GetParametersByPath on /keyturn/keys/',
  judge: ({ connections }) =>
    judged(connections, (all) => {
      const over = all.filter(({ use }) => use.targets.length > MOST_PLACES);
      if (over.length === 0) return ok('None does.');
      return warn(
        `${named(over.map(({ use }) => `${use.name} has ${use.targets.length}`))}: deliveries of one hour may wait for the next.`,
        {
          to: 'Give some of the keys a connection with a token of its own, and deploy',
        },
      );
    }),
};

export const HOST_CHECKS: readonly Check[] = [places, scopes, quota];
