import type { TokenExpires } from '../../lifecycle/token-expiry';
import { TAG } from '../../names';
import { INSTANT_FORM } from '../../written-instant';
import { replaceToken } from '../commands';
import type { Descriptor } from '../descriptor';

const PIPELINES_GO_ON =
  'Nothing is broken: pipelines keep their keys; when the token has ended, no fresh key reaches them.';

export const tokenExpires: Descriptor<TokenExpires> = {
  theme: 'Delivery',
  severity: 'attention',
  alarm: ({ tokenExpiresInDays }) =>
    `The token of a connection ends within ${tokenExpiresInDays} days. Nothing is broken yet. After that day nothing is delivered through this connection until its secret holds a new one.`,
  what: {
    usually: 'the token ends soon',
    but: 'or has ended, or nobody can tell when',
    of: ({ facts }) => {
      if (facts.is === 'unreadable') return 'nobody can tell when the token ends';
      return `the token ${facts.is === 'ended' ? 'ended' : 'ends'} on ${facts.end.toISOString().slice(0, 10)}`;
    },
  },
  brokenNow: {
    usually: PIPELINES_GO_ON,
    but: 'where the tag is no date nobody will be told',
    of: ({ facts }) =>
      facts.is === 'unreadable' ? 'Nothing is broken, but nobody will be told before the token ends.' : PIPELINES_GO_ON,
  },
  message,
  keyturn: { shows: 'doctor', cures: 'connect' },
  commands: replaceToken,
};

function message({ connection: { name, secret }, facts }: TokenExpires): string {
  switch (facts.is) {
    case 'ending': {
      const days = facts.days === 1 ? '1 day' : `${facts.days} days`;
      return (
        `The token of connection "${name}" ends at ${facts.end.toISOString()}, in ${days}, says the tag ${TAG.expires} ` +
        `of ${secret}. After that no fresh key reaches its targets. Store a new token and correct the tag.`
      );
    }
    case 'ended':
      return (
        `The token of connection "${name}" ended at ${facts.end.toISOString()}, says the tag ${TAG.expires} of ` +
        `${secret}. No fresh key reaches its targets. Store a new token and correct the tag; if a new one is there ` +
        'already, correct the tag.'
      );
    case 'unreadable':
      return (
        `The tag ${TAG.expires} of ${secret}, which holds the token of connection "${name}", is not ${INSTANT_FORM}. Correct or ` +
        'remove it.'
      );
  }
}
