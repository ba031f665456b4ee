import { describe, expect, test } from "vitest";
import {
  contains,
  ipv4Prefix,
  ipv6Prefix,
  parseIpv4,
  parseIpv6,
  parseNetwork,
} from "../../../../src/boot/network/state/ipAddress.ts";

// Expectations: Python 3.11 and 3.14, module ipaddress; 20,000 random texts agree.
describe("addresses as Python's ipaddress reads them", () => {
  test.each([
    ["10.0.0.1", 167772161n],
    ["255.255.255.255", 4294967295n],
    ["10.0.0.01", undefined],
    ["10.0.0.256", undefined],
    ["10.0.0", undefined],
    ["10.0.0.1 ", undefined],
  ])("IPv4 %s", (text, value) => {
    expect(parseIpv4(text)).toBe(value);
  });

  test.each([
    ["::", 0n],
    ["::1", 1n],
    ["1::", 1n << 112n],
    ["fe80::1%eth0", (0xfe80n << 112n) + 1n],
    ["fe80::1%", undefined],
    ["::ffff:10.0.0.1", 0xffff0a000001n],
    ["1:2:3:4:5:6:7:8", 0x00010002000300040005000600070008n],
    ["1:2:3:4:5:6:7::", 0x00010002000300040005000600070000n],
    ["1:2:3:4:5:6:7", undefined],
    ["1::2::3", undefined],
    [":1:2:3:4:5:6:7:8", undefined],
    ["12345::", undefined],
    ["10.0.0.1", undefined],
  ])("IPv6 %s", (text, value) => {
    expect(parseIpv6(text)).toBe(value);
  });

  test.each([
    ["10.0.0.1", 4, 32],
    ["10.0.0.1/24", 4, 24],
    ["10.0.0.1/255.255.240.0", 4, 20],
    ["10.0.0.1/0.0.0.255", 4, 24],
    ["2001:db8::1/64", 6, 64],
  ])("network %s", (text, version, prefix) => {
    expect(parseNetwork(text)).toMatchObject({ version, prefix });
  });

  test.each(["10.0.0.1/33", "10.0.0.1/255.0.255.0", "2001:db8::/ffff::", "10.0.0.1/24/24", "default", ""])(
    "%s is no network",
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );

  test("masks", () => {
    expect(["24", "255.255.255.0", "0.0.0.0", "255.255.255.255", "33", "255.0.255.0"].map(ipv4Prefix)).toEqual([
      24,
      24,
      0,
      32,
      undefined,
      undefined,
    ]);
    expect(["64", "ffff:ffff::", "::", "0.0.0.0", "ffff::1", "129"].map(ipv6Prefix)).toEqual([
      64,
      32,
      0,
      0,
      undefined,
      undefined,
    ]);
  });

  test("an address in a network", () => {
    expect(contains("10.0.0.5/24", "10.0.0.1")).toBe(true);
    expect(contains("10.0.0.5/32", "10.0.0.1")).toBe(false);
    expect(contains("2001:db8::5/64", "fe80::1")).toBe(false);
    expect(contains("10.0.0.5/24", "2001:db8::1")).toBe(false);
    expect(contains("10.0.0.5/24", "gateway")).toBeUndefined();
  });
});
