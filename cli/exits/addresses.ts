import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import * as z from 'zod';
import { KeyturnError } from '../../functions/core/errors';

/** Whether an address is one of the pipelines'. */
export type IsPipelines = (address: string) => boolean;

const atlassianSchema = z.object({
  items: z.array(z.object({ cidr: z.string(), product: z.array(z.string()).default([]) })),
});

/**
 * Reads where pipelines run: Atlassian's ip-ranges.json, of which those for Pipelines count, or a file with one address or
 * range a line.
 *
 * @throws KeyturnError `invalid-request`
 */
export function readAddresses(file: string, folder: string): IsPipelines {
  let text: string;
  try {
    text = readFileSync(resolve(folder, file), 'utf8');
  } catch {
    throw new KeyturnError('invalid-request', `--pipelines: ${file} cannot be read.`);
  }
  const ranges = text.trimStart().startsWith('{') ? ofAtlassian(text, file) : linesOf(text);
  if (ranges.length === 0) throw new KeyturnError('invalid-request', `--pipelines: ${file} has no address in it.`);
  const list = new BlockList();
  for (const range of ranges) add(list, range, file);
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

function ofAtlassian(text: string, file: string): readonly string[] {
  try {
    const { items } = atlassianSchema.parse(JSON.parse(text));
    return items.flatMap(({ cidr, product }) => (product.includes('pipelines') ? [cidr] : []));
  } catch {
    throw new KeyturnError('invalid-request', `--pipelines: ${file} is not in the form of ip-ranges.atlassian.com.`);
  }
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => line !== '');
}

/** An address, and of a range its bits: one of all addresses would make everybody a pipeline. */
const RANGE = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/;

function add(list: BlockList, range: string, file: string): void {
  const [, address = '', bits] = RANGE.exec(range) ?? [];
  try {
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  } catch {
    const message = `--pipelines: ${file}: expected an address or a range such as 104.192.136.0/21, found "${range.slice(0, 50)}".`;
    throw new KeyturnError('invalid-request', message);
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
