import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closedEgress,
  createEgressPolicy,
  type EgressOptions,
} from '../../src/transport/egress/egress-policy.ts';
import { classifyAddress } from '../../src/transport/egress/internet-address.ts';
import { failureOf } from '../support/failure-of.ts';

const allows = (options: EgressOptions, address: string, host = address) =>
  createEgressPolicy(options).refusalOf(address, host) === undefined;

describe('addresses are classified in every form', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['10.0.0.5', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['169.254.1.1', 'linkLocal'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['fec0::1', 'reserved'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['::ffff:0:10.0.0.1', 'private'],
    ['::10.0.0.1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b:1::127.0.0.1', 'loopback'],
    ['2002:7f00:1::', 'loopback'],
    ['2001:0:4136:e378:8000:63bf:5601:5601', 'metadata'],
    ['[::1]', 'loopback'],
    ['0x7f.1', 'loopback'],
    ['2130706433', 'loopback'],
  ])('%s is %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });

  test.each(['example.com', '', '1.2.3.4.5', 'fe80', '::g'])('"%s" is no address', text => {
    expect(classifyAddress(text)).toBeUndefined();
  });

  test('an IPv4 address is judged the same when IPv6 carries it', () => {
    fc.assert(
      fc.property(fc.ipV4(), address => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        expect(classifyAddress(`::ffff:${address}`)).toBe(classifyAddress(address));
        expect(classifyAddress(`64:ff9b::${hex}`)).toBe(classifyAddress(address));
        expect(classifyAddress(`2002:${hex}::`)).toBe(classifyAddress(address));
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('the default policy', () => {
  test.each(['8.8.8.8', '10.0.0.5', '127.0.0.1', '::1', 'fd12::1', '192.0.2.1'])('reaches %s', address => {
    expect(allows({}, address)).toBe(true);
  });

  test.each(['169.254.169.254', '169.254.0.1', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254'])(
    'refuses %s',
    address => {
      expect(allows({}, address)).toBe(false);
    },
  );

  test.each([
    'metadata.google.internal',
    'METADATA.google.internal.',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '１６９.254.169.254',
    '169.254.169.254.',
  ])('refuses the host %s before it is resolved', async host => {
    const error = await failureOf(() => createEgressPolicy().assertHost(host));
    expect(error.code).toBe('EGRESS_REFUSED');
    expect(error.hint).toContain('egress policy');
  });

  test('judges a metadata name by its name, wherever it resolves to', () => {
    expect(allows({}, '8.8.8.8', 'metadata.google.internal')).toBe(false);
  });
});

describe('the closed policy', () => {
  test.each([
    '10.0.0.5',
    '127.0.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fd12::1',
    '224.0.0.1',
    '255.255.255.255',
    'fec0::1',
    '::ffff:127.0.0.1',
  ])('refuses %s', address => {
    expect(allows(closedEgress, address)).toBe(false);
  });

  test('reaches the public Internet', () => {
    expect(allows(closedEgress, '93.184.215.14', 'example.com')).toBe(true);
    createEgressPolicy(closedEgress).assertHost('example.com');
  });
});

describe('host rules', () => {
  test('allowHosts exempts names, names below, addresses and blocks', () => {
    const options = {
      ...closedEgress,
      allowHosts: ['db.internal', '*.corp.example', '10.1.0.0/16', 'fd00::5'],
    };
    expect(allows(options, '10.9.9.9', 'db.internal')).toBe(true);
    expect(allows(options, '10.9.9.9', 'DB.internal.')).toBe(true);
    expect(allows(options, '10.9.9.9', 'a.b.corp.example')).toBe(true);
    expect(allows(options, '10.9.9.9', 'corp.example')).toBe(false);
    expect(allows(options, '10.1.2.3', 'other.example')).toBe(true);
    expect(allows(options, '::ffff:10.1.2.3', 'other.example')).toBe(true);
    expect(allows(options, 'fd00::5', 'other.example')).toBe(true);
    expect(allows(options, '10.2.0.1', 'other.example')).toBe(false);
  });

  test('onlyHosts refuses everything else', () => {
    const options = { onlyHosts: ['api.example.com'] };
    expect(allows(options, '93.184.215.14', 'api.example.com')).toBe(true);
    expect(allows(options, '93.184.215.14', 'example.com')).toBe(false);
    expect(allows(options, '169.254.169.254', 'api.example.com')).toBe(false);
  });

  test('denyHosts wins over everything', async () => {
    const policy = createEgressPolicy({
      allowHosts: ['bad.example'],
      denyHosts: ['*.example', '203.0.113.0/24'],
    });
    expect(policy.refusalOf('8.8.8.8', 'bad.example')).toContain('denies');
    expect(policy.refusalOf('203.0.113.7', 'good.test')).toContain('denies');
    expect((await failureOf(() => policy.assertHost('bad.example'))).code).toBe('EGRESS_REFUSED');
  });

  test.each(['', 'a b', 'http://x', 'user@x', '*', 'x:80'])('the pattern "%s" is refused', async pattern => {
    const error = await failureOf(() => createEgressPolicy({ denyHosts: [pattern] }));
    expect(error.code).toBe('OPTIONS_INVALID');
  });

  test('equal policies have equal keys, different ones different keys', () => {
    expect(createEgressPolicy({ allowPrivate: true }).key).toBe(createEgressPolicy().key);
    const keys = [{}, closedEgress, { denyHosts: ['a'] }, { onlyHosts: [] }].map(
      each => createEgressPolicy(each).key,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});
