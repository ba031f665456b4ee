import { describe, expect, it } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import { ServiceHistory, ServiceReader } from "../../../src/lint/evidence/serviceHistory.ts";
import { UnreadableService } from "../../../src/services/includes.ts";
import type { Service } from "../../../src/services/service.ts";
import { whole } from "../../samples.ts";

const distro = detectDistro(memoryImage({}));

/** One setting to a line of /etc/x, `KEY VALUE`, and how often it is read. */
function lines(): { service: Service; reads: () => number } {
  let reads = 0;
  const service: Service = {
    name: "lines",
    read(image) {
      reads++;
      const text = image.read("/etc/x")?.toString() ?? "";
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line, index) => {
          const [key = "", value = ""] = line.split(" ");
          return { key, value, path: "/etc/x", line: index + 1 };
        });
    },
  };
  return { service, reads: () => reads };
}

const blame = (line: number) => ({ module: "write_files", cause: { path: "/etc/cloud/cloud.cfg", line, column: 1 } });

/** An image whose boot writes /etc/x once for each text, for reasons of their own: the lines from 1. */
function booted(texts: readonly string[]) {
  const before = memoryImage({ "/etc/x": texts[0]! });
  const after = new Overlay(before);
  for (const [index, text] of texts.slice(1).entries()) after.write("/etc/x", text, blame(index + 1));
  const { service, reads } = lines();
  const reader = new ServiceReader(distro);
  const history = new ServiceHistory(service, before, after, reader);
  const now = (key: string) => reader.byKey(service, after).get(key);
  return { responsible: (key: string) => history.responsible(key, now(key)), reads };
}

describe("who is to blame for a setting", () => {
  const grown = (count: number) => {
    const all = Array.from({ length: count }, (_, n) => `k${n} v\n`);
    return booted(["", ...all.map((_, n) => all.slice(0, n + 1).join(""))]);
  };

  it("is who wrote it, of a few and of many", () => {
    for (const count of [40, 1200]) {
      const { responsible } = grown(count);
      for (const n of [0, 7, count - 1]) expect(responsible(`k${n}`)).toEqual({ blame: blame(n + 1), gone: false });
    }
  });

  it.runIf(whole)("is found with few reads, of however many parts", () => {
    const { responsible, reads } = grown(1200);
    for (let n = 0; n < 1200; n += 12) responsible(`k${n}`);
    expect(reads()).toBeLessThan(1100);
    const other = grown(1200);
    other.responsible("k600");
    expect(other.reads()).toBeLessThan(30);
  });

  it("is who removed it, where somebody wrote it anew", () => {
    const filler = Array.from({ length: 80_000 }, (_, n) => `f${n} v\n`).join("");
    for (const more of ["", filler]) {
      const texts = [`a 1\n${more}`, `b 1\n${more}`, `b 2\n${more}`, `a 2\n${more}`];
      expect(booted(texts).responsible("a")).toEqual({ blame: blame(1), gone: true });
    }
  });
});

it("a service that cannot be read after the boot has no settings before it, and says why", () => {
  const before = memoryImage({ "/etc/x": "a 1\n" });
  const after = new Overlay(before);
  after.write("/etc/x", "b 1\n", blame(1));
  const { service } = lines();
  const picky: Service = {
    ...service,
    read(image, of) {
      if (image === after) throw new UnreadableService("/etc/x", "it is too much");
      return service.read(image, of);
    },
  };
  const settings = new ServiceReader(distro).both(picky, before, after);
  expect(settings).toEqual({ before: [], after: [], readable: false });
  expect(before.problems).toEqual([{ path: "/etc/x", reason: "it is too much" }]);
});
