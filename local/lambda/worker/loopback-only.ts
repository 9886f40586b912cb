import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|(::ffff:)?127(\.\d{1,3}){3})$/i;

function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** The error that a resolver gives for a name that does not exist. */
function unknownHost(host: string): Error {
  const error = new Error(`getaddrinfo ENOTFOUND ${host}`);
  return Object.assign(error, { errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host });
}

/**
 * Cuts this thread off from the network: whatever opens a connection (http, https, fetch, tls, a raw socket), only
 * loopback addresses can be reached, and no name is looked up anywhere.
 */
export function allowOnlyLoopback(): void {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]) {
    const host = hostOf(args);
    if (isLoopback(host)) return Reflect.apply(connect, this, args);
    process.nextTick(() => this.destroy(unknownHost(host)));
    return this;
  };
  const refuse = (host: unknown, ...rest: unknown[]) => {
    const callback = rest.at(-1);
    if (typeof callback === 'function') process.nextTick(callback, unknownHost(String(host)));
  };
  const lookup = dns.lookup;
  const guardedLookup = (host: string, ...rest: unknown[]) =>
    isLoopback(host) ? Reflect.apply(lookup, dns, [host, ...rest]) : refuse(host, ...rest);
  Object.assign(dns, { lookup: guardedLookup, resolve: refuse, resolve4: refuse, resolve6: refuse });
  Object.assign(dns.promises, {
    lookup: (host: string) => Promise.reject(unknownHost(host)),
    resolve: (host: string) => Promise.reject(unknownHost(host)),
  });
  Object.assign(dgram.Socket.prototype, {
    connect: () => {
      throw unknownHost('datagram');
    },
    send: () => {
      throw unknownHost('datagram');
    },
  });
  syncBuiltinESMExports();
}

/** The host of a call of `socket.connect`: an options object, a port and a host, or the path of a local socket. */
function hostOf(args: readonly unknown[]): string {
  const [first, second]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && typeof first.path === 'string') return first.path;
    return 'host' in first && typeof first.host === 'string' ? first.host : 'localhost';
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return first;
  return typeof second === 'string' ? second : 'localhost';
}
