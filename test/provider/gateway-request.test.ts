import { describe, expect, it } from 'vitest';
import { gatewayRequest } from '../../functions/provider/gateway-request';

const EVENT = {
  version: '2.0',
  routeKey: 'GET /',
  rawPath: '/',
  rawQueryString: '',
  headers: { authorization: 'Bearer a.b.c', host: 'x' },
  requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method: 'GET', path: '/', sourceIp: '203.0.113.7' } },
  isBase64Encoded: false,
};

describe('an event of an HTTP API', () => {
  it('is a request by its method, its path with its query, its Authorization headers, and whence it came', () => {
    expect(gatewayRequest(EVENT)).toEqual({
      method: 'GET',
      target: '/',
      authorization: ['Bearer a.b.c'],
      asked: { request: 'JKJaXmPLvHcESHA=', address: '203.0.113.7' },
    });
    expect(gatewayRequest({ ...EVENT, rawQueryString: 'authorization=a.b.c' })?.target).toBe('/?authorization=a.b.c');
    expect(gatewayRequest({ ...EVENT, rawPath: '/x' })?.target).toBe('/x');
  });

  it.each<[string, object | undefined, readonly string[]]>([
    ['none', { host: 'x' }, []],
    ['none, of a request without headers', undefined, []],
    ['two, which API Gateway joins', { authorization: 'Bearer a.b.c,Bearer d.e.f' }, ['Bearer a.b.c', 'Bearer d.e.f']],
    ['two, of which one is empty', { authorization: ',a.b.c' }, ['', 'a.b.c']],
    ['none under another spelling, which API Gateway never writes', { Authorization: 'Bearer a.b.c' }, []],
  ])('has %s', (_name, headers, authorization) => {
    expect(gatewayRequest({ ...EVENT, headers })?.authorization).toEqual(authorization);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an event of another service', { source: 'aws.health' }],
    ['the other payload format', { ...EVENT, version: '1.0' }],
    ['a header that is no text', { ...EVENT, headers: { authorization: ['a.b.c'] } }],
    ['no method', { ...EVENT, requestContext: { ...EVENT.requestContext, http: { sourceIp: '203.0.113.7' } } }],
    ['no ID', { ...EVENT, requestContext: { ...EVENT.requestContext, requestId: undefined } }],
    ['an endless ID', { ...EVENT, requestContext: { ...EVENT.requestContext, requestId: 'x'.repeat(129) } }],
    ['no address', { ...EVENT, requestContext: { ...EVENT.requestContext, http: { method: 'GET' } } }],
    ['no query at all', { ...EVENT, rawQueryString: undefined }],
  ])('is not %s', (_name, event) => {
    expect(gatewayRequest(event)).toBeUndefined();
  });
});
