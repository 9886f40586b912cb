import type { KeyUse } from './key-use';

/** What CloudTrail's event history of one region has of a key since an instant; the newest first. */
export type RegionUses =
  | {
      readonly is: 'seen';
      readonly region: string;
      readonly uses: readonly KeyUse[];
      /** There are no more than these. */
      readonly isWhole: boolean;
      /** Records beside these that could not be understood. */
      readonly unread: number;
    }
  | { readonly is: 'unknown'; readonly region: string };

/** What a key did since an instant, so far as CloudTrail shows it. */
export interface UsesSince {
  readonly since: Date;
  readonly calls: number;
  /** There were no more calls in these regions. */
  readonly isWhole: boolean;
  /** Calls beside these whose records could not be understood. */
  readonly unread: number;
  /** Those of the latest calls first, like the addresses. */
  readonly services: readonly string[];
  /** Source addresses, or names of AWS services. */
  readonly addresses: readonly string[];
  readonly last?: Date | undefined;
  readonly regions: readonly string[];
  /** Regions that could not be asked. */
  readonly unasked: readonly string[];
}

export function usesSince(since: Date, all: readonly RegionUses[]): UsesSince {
  const seen = all.filter((one) => one.is === 'seen');
  const uses = seen.flatMap((one) => one.uses).sort((a, b) => b.at.getTime() - a.at.getTime());
  return {
    since,
    calls: uses.length,
    isWhole: seen.every((one) => one.isWhole),
    unread: seen.reduce((sum, { unread }) => sum + unread, 0),
    services: [...new Set(uses.map(({ service }) => service))],
    addresses: [...new Set(uses.map(({ from }) => from))],
    last: uses[0]?.at,
    regions: seen.map(({ region }) => region),
    unasked: all.flatMap(({ is, region }) => (is === 'unknown' ? [region] : [])),
  };
}

/** Nothing of it is unknown, in the regions that were asked. */
export function isAllRead({ isWhole, unread }: UsesSince): boolean {
  return isWhole && unread === 0;
}
