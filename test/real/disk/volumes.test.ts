import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DiskError } from "../../../src/disk/disk.ts";
import { fileDisk } from "../../../src/disk/file.ts";
import { type Volume, volumesOf } from "../../../src/disk/volumes.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const MIB = 1024 * 1024;

function blank(name: string, size: number): string {
  const path = join(tree({}), name);
  const file = openSync(path, "w");
  ftruncateSync(file, size);
  closeSync(file);
  return path;
}

/** The volumes of disks; a volume's size stands for its bytes. */
function volumes(...paths: string[]): Volume[] {
  const found = volumesOf(paths.map(fileDisk), () => false);
  expect(found.problems).toEqual([]);
  return [...found.volumes];
}

/** Marks the start of each place with its number, as text. */
function mark(path: string, places: readonly number[]): void {
  const file = openSync(path, "r+");
  for (const [index, place] of places.entries()) writeSync(file, `mark ${index} `, place);
  closeSync(file);
}

function markOf({ disk }: Volume): string {
  if (disk instanceof DiskError) throw disk;
  return disk.read(0, 7).toString("latin1");
}

interface Row {
  node: string;
  start: number;
  size: number;
  uuid?: string;
  name?: string;
  type: string;
}

function run(program: string, args: string[], input = ""): string {
  return execFileSync(program, args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
}

/** With a loop device over a file, which is given back whatever happens. */
function withLoop<T>(path: string, options: string[], action: (device: string) => T): T {
  const device = run("losetup", [...options, "-f", "--show", path]).trim();
  try {
    return action(device);
  } finally {
    run("losetup", ["-d", device]);
  }
}

describeReal("the partitions that sfdisk makes", { ...asRoot, ...programs("sfdisk", "losetup") }, () => {
  test.each<[string, number, string]>([
    ["an MBR", 512, "label: dos\n,4M,83\n,4M,82\n,4M,8e\n"],
    ["an MBR with logical partitions", 512, "label: dos\n,4M,83\n,,5\n,4M,83\n,6M,83\n,4M,82\n"],
    ["an MBR with logical partitions before a primary one", 512, "label: dos\n20M,40M,f\n2M,10M,83\n,4M,83\n,4M,83\n"],
    ["a GPT", 512, 'label: gpt\nsize=4M,type=U\nsize=8M,type=L,name="a root ü"\nsize=8M,type=S\n'],
    ["a GPT with holes in its numbers", 512, "label: gpt\n1:size=4M,type=L\n14:size=4M,type=L\n128:size=4M,type=U\n"],
    ["a GPT of sectors of 4096 bytes", 4096, "label: gpt\nsize=4M,type=U\nsize=8M,type=L\n"],
  ])("%s", (_, sector, script) => {
    const path = blank("disk", 64 * MIB);
    const table = withLoop(path, ["-b", String(sector)], (device) => {
      try {
        run("sfdisk", ["-q", device], script);
      } catch {
        // The kernel is not told of the partitions, which does not matter.
      }
      return JSON.parse(run("sfdisk", ["-J", device])).partitiontable as { id: string; partitions: Row[] };
    });
    const rows = table.partitions.filter(({ type }) => !["5", "f"].includes(type));
    mark(
      path,
      rows.map(({ start }) => start * sector),
    );
    const found = volumes(path);
    const number = ({ node }: Row) => Number(/p(\d+)$/.exec(node)?.[1]);
    const sorted = rows.map((row, index) => ({ row, index })).toSorted((a, b) => number(a.row) - number(b.row));
    expect(found.map((volume) => [volume.name, markOf(volume), (volume.disk as { size: number }).size])).toEqual(
      sorted.map(({ row, index }) => [`partition ${number(row)}`, `mark ${index} `, row.size * sector]),
    );
    expect(found.map(({ partUuid, partLabel }) => [partUuid, partLabel])).toEqual(
      sorted.map(({ row }) => [
        row.uuid?.toLowerCase() ?? `${table.id.slice(2)}-${number(row).toString(16).padStart(2, "0")}`,
        row.name,
      ]),
    );
  });

  test.each([
    ["the header", 512],
    ["the entries", 1024],
  ])("where %s of a GPT are damaged, its backup is read", (_, at) => {
    const path = blank("disk", 64 * MIB);
    run("sfdisk", ["-q", path], "label: gpt\nsize=4M,type=U\nsize=8M,type=L\n");
    const before = volumes(path);
    const file = openSync(path, "r+");
    writeSync(file, "damage", at);
    closeSync(file);
    const { volumes: after, problems } = volumesOf([fileDisk(path)], () => false);
    expect(after.map(({ partUuid }) => partUuid)).toEqual(before.map(({ partUuid }) => partUuid));
    expect(problems.map(({ reason }) => reason)).toEqual([expect.stringContaining("the backup at its end is used")]);
  });
});

const lvm = programs("pvcreate", "vgcreate", "lvcreate", "lvs", "losetup");

describeReal("the logical volumes that LVM makes", { ...asRoot, ...lvm }, () => {
  /** LVM without a device mapper and without the machine's own configuration. */
  const config = (devices: readonly string[]) => [
    "--driverloaded",
    "n",
    "--config",
    `devices { filter=[${devices.map((one) => `"a|${one}|"`).join(",")},"r|.*|"] use_devicesfile=0 } activation { udev_sync=0 }`,
  ];

  test("linear, in several pieces, striped, over two disks", () => {
    const [one, two] = [blank("one", 48 * MIB), blank("two", 48 * MIB)];
    const places = withLoop(one, [], (first) =>
      withLoop(two, [], (second) => {
        const options = config([first, second]);
        const make = (...args: string[]) => run("lvcreate", [...options, "-q", "-an", "-Zn", "-Wn", ...args]);
        run("pvcreate", [...options, "-q", first, second]);
        run("vgcreate", [...options, "-q", "-s", "1M", "my-vg", first, second]);
        make("-L", "20M", "-n", "ro-ot", "my-vg");
        make("-L", "8M", "-n", "hole", "my-vg");
        make("-i", "2", "-I", "64k", "-L", "12M", "-n", "striped", "my-vg");
        make("-L", "10M", "-n", "gone", "my-vg");
        run("lvremove", [...options, "-q", "-y", "my-vg/hole"]);
        run("lvextend", [...options, "-q", "-L", "40M", "my-vg/ro-ot"]);
        const rows = JSON.parse(
          run("pvs", [
            ...options,
            "--reportformat",
            "json",
            "--segments",
            "-o",
            "pv_name,lv_name,seg_start,seg_size,pvseg_start,pvseg_size,pe_start,segtype,stripes",
            "--units",
            "b",
            "--nosuffix",
          ]),
        ).report[0].pvseg as Record<string, string>[];
        return rows
          .filter(({ lv_name }) => lv_name !== "")
          .map((row) => ({ ...row, path: row.pv_name === first ? one : two }) as Record<string, string>);
      }),
    );
    // Fills what belongs to a volume with the volume's name and place.
    for (const row of places) {
      const file = openSync(row.path!, "r+");
      for (let at = 0; at < Number(row.pvseg_size); at++)
        writeSync(
          file,
          `${row.lv_name} ${row.seg_start} ${at} `,
          Number(row.pe_start) + (Number(row.pvseg_start) + at) * MIB,
        );
      closeSync(file);
    }
    const found = volumes(one, two);
    expect(found.map(({ name, devices }) => [name, ...devices])).toEqual([
      ["volume my-vg/ro-ot", "/dev/mapper/my--vg-ro--ot", "/dev/my-vg/ro-ot"],
      ["volume my-vg/striped", "/dev/mapper/my--vg-striped", "/dev/my-vg/striped"],
      ["volume my-vg/gone", "/dev/mapper/my--vg-gone", "/dev/my-vg/gone"],
    ]);
    const [root, striped] = found;
    const textAt = ({ disk }: Volume, at: number) =>
      (disk as { read(a: number, b: number): Buffer }).read(at, 24).toString("latin1");
    const pieces = places.filter(({ lv_name }) => lv_name === "ro-ot");
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces)
      for (let at = 0; at < Number(piece.pvseg_size); at++)
        expect(textAt(root!, Number(piece.seg_start) + at * MIB)).toMatch(
          new RegExp(`^ro-ot ${piece.seg_start} ${at} `),
        );
    // The first stripe of each mebibyte of a disk is at twice its place, the second disk's 64 KiB behind.
    const stripes = places.filter(({ lv_name }) => lv_name === "striped");
    expect(stripes.map(({ path }) => path)).toEqual([one, two]);
    for (const [index] of stripes.entries())
      for (let at = 0; at < 6; at++)
        expect(textAt(striped!, at * 2 * MIB + index * 64 * 1024)).toMatch(new RegExp(`^striped 0 ${at} `));
    const alone = volumes(one);
    expect(alone.find(({ name }) => name === "volume my-vg/striped")?.disk).toMatchObject({
      message: expect.stringContaining('pass all disks, joined by "+"'),
    });
    rmSync(one);
  });
});
