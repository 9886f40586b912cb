import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Credential, Redacted } from '../../../functions/core/key/credential';

const CANARY = 'canary/wJalrXUtnFEMI+K7MDENG/bPxRfiCY';
const redacted = new Redacted(CANARY);
const credential = new Credential({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: redacted,
  userName: 'bitbucket-web-shop',
  createdAt: new Date('2026-11-20T03:00:07Z'),
});

describe('K6: a secret string', () => {
  it('is given by reveal() only', () => {
    expect(redacted.reveal()).toBe(CANARY);
    expect(credential.secretAccessKey.reveal()).toBe(CANARY);
  });

  it.each<[string, (value: object) => string]>([
    ['a template', (value) => `${value}`],
    ['String()', (value) => String(value)],
    ['concatenation', (value) => `x${[value].join()}`],
    ['toString()', (value) => value.toString()],
    ['JSON', (value) => JSON.stringify({ value, nested: [value] })],
    ['inspect', (value) => inspect(value)],
    ['inspect of everything', (value) => inspect({ value }, { showHidden: true, depth: 9, getters: true })],
    ['inspect past the custom printer', (value) => inspect(value, { customInspect: false, showHidden: true })],
    ['keys', (value) => Reflect.ownKeys(value).join()],
    ['entries', (value) => JSON.stringify(Object.entries(value))],
    ['a spread', (value) => JSON.stringify({ ...value })],
    ['structuredClone', (value) => inspect(structuredClone(value), { showHidden: true })],
    ['v8.serialize', (value) => serialize(value).toString('latin1')],
    ['the message of an error', (value) => String(new Error(`failed for ${value}`))],
    ['an error that carries it', (value) => inspect(Object.assign(new Error('failed'), { value }))],
  ])('is not shown by %s', (_how, show) => {
    expect(show(redacted)).not.toContain('canary');
    expect(show(credential)).not.toContain('canary');
  });

  it.each<[string, () => string]>([
    ['a template', () => `${redacted}`],
    ['JSON', () => JSON.parse(JSON.stringify(redacted)) as string],
    ['inspect', () => inspect(redacted)],
  ])('says [redacted] in %s', (_how, show) => {
    expect(show()).toBe('[redacted]');
  });

  it('leaves the rest of a credential readable', () => {
    expect(JSON.parse(JSON.stringify(credential))).toEqual({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: '[redacted]',
      userName: 'bitbucket-web-shop',
      createdAt: '2026-11-20T03:00:07.000Z',
    });
  });
});
