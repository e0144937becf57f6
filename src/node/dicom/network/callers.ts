// Who may call this node: by AE title, and by address where one is given.
import { isIPv4, isIPv6 } from 'node:net';
import type { AllowedCaller } from '../../../core/domain/dicomNode.ts';

/** An IP address in one form: IPv4 out of IPv6's mapping, IPv6 shortened, without its zone. */
export function plainAddress(address: string): string {
  const bare = address.trim().toLowerCase().replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const short = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const bytes = [mapped[1], mapped[2]].flatMap((word) => {
    const value = parseInt(word as string, 16);
    return [value >> 8, value & 0xff];
  });
  const plain = bytes.join('.');
  return isIPv4(plain) ? plain : short;
}

/**
 * @param callers empty: nobody may
 * @returns what is wrong with a caller; null: it may
 */
export function callerRefusal(
  callers: readonly AllowedCaller[],
  aeTitle: string,
  address: string,
): 'caller' | 'address' | null {
  const named = callers.filter((caller) => caller.aeTitle.trim() === aeTitle);
  if (named.length === 0) return 'caller';
  const from = plainAddress(address);
  return named.some((caller) => caller.address === null || plainAddress(caller.address) === from) ? null : 'address';
}
