import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { listedImages } from "../../src/cli/imageList.ts";
import { inScratchDirectory } from "./scratch.ts";

inScratchDirectory(() => {});

const ID = "ami-0123456789abcdef0";
const OTHER = "ami-0fedcba9876543210";

/** The images of a list with this content. */
function imagesOf(content: string | Buffer): string[] {
  writeFileSync("list", content);
  return listedImages([], ["list"]);
}

test.each<[what: string, content: string | Buffer, images: string[]]>([
  [
    "names",
    "one.img\n\n# disks\ntwo words.img\t# of the team\n  three.img\n",
    ["one.img", "two words.img", "three.img"],
  ],
  [
    "what belongs to a name",
    "a#b.img\nhttps://x/y.img?a=b#c\none.img+two.img",
    ["a#b.img", "https://x/y.img?a=b#c", "one.img+two.img"],
  ],
  [
    "ids as text",
    `${ID}\t${OTHER}\r\nsnap-01234567 ${ID} # again\n`,
    [`ami:${ID}`, `ami:${OTHER}`, "ebs:snap-01234567"],
  ],
  ["sources and ids", `ami:${ID} ebs:snap-01234567\n`, [`ami:${ID}`, "ebs:snap-01234567"]],
  ["names that only look like ids", "ami-web\nami-0123\nAMI-01234567", ["ami-web", "ami-0123", "AMI-01234567"]],
  ["JSON", JSON.stringify([ID, "two words#.img", ID], null, 4), [`ami:${ID}`, "two words#.img"]],
  ["JSON of a query with a list", `[["${ID}"], ["${OTHER}"]]`, [`ami:${ID}`, `ami:${OTHER}`]],
  ["JSON of a single value", `"${ID}"\n`, [`ami:${ID}`]],
  ["a byte order mark", `\ufeff${ID}\r\n`, [`ami:${ID}`]],
  ["lines that end with a carriage return", `${ID}\rdisk.img\r`, [`ami:${ID}`, "disk.img"]],
  ["UTF-16, as PowerShell writes it", Buffer.from(`\ufeff${ID}\r\n`, "utf16le"), [`ami:${ID}`]],
])("a list of %s", (_what, content, images) => {
  expect(imagesOf(content)).toEqual(images);
});

test("images of the command line come first; each is linted once", () => {
  writeFileSync("list", "b/\n./a\nhttps://x//b\n");
  writeFileSync("other", "c\nd/../b\nhttps://x/b\nami:b\n");
  expect(listedImages(["a", "a", "-"], ["list", "other"])).toEqual([
    "a",
    "-",
    "b/",
    "https://x//b",
    "c",
    "https://x/b",
    "ami:b",
  ]);
});

test.each<[content: string | Buffer, status: number, message: string]>([
  ["", 3, "list: the list contains no images"],
  ["\n# none\n", 3, "list: the list contains no images"],
  ["[]", 3, "list: the list contains no images"],
  [
    `${ID}\ni-0123456789abcdef0\n`,
    2,
    'list:2: "i-0123456789abcdef0" is the id of an instance, not of an image; list its AMI or its snapshots; for a file of this name, write ./i-0123456789abcdef0',
  ],
  [
    '["vol-01234567"]',
    2,
    'list:1: "vol-01234567" is the id of a volume, not of an image; list its AMI or its snapshots; for a file of this name, write ./vol-01234567',
  ],
  [
    "-x https://us:er@x/y?sig=PLANTED&PLANTEDPLANTED#PLANTED\n",
    2,
    'list:1: "-x https://<<hidden:userinfo>>@x/y?sig=<<hidden:token>>&<<hidden:token>>" is no image name; for a file of this name, write ./-x https://<<hidden:userinfo>>@x/y?sig=<<hidden:token>>&<<hidden:token>>',
  ],
  [
    `${ID} https://x/y?PLANTEDPLANTED\n`,
    2,
    `list:1: "https://x/y?<<hidden:token>>" stands in one line with the id ${ID}; list only ids, as --query "Images[].ImageId" selects them`,
  ],
  [
    "a\n--region eu-west-1\n",
    2,
    'list:2: "--region eu-west-1" is no image name; for a file of this name, write ./--region eu-west-1',
  ],
  [
    "- ami-01234567\n",
    2,
    'list:1: "-" stands in one line with the id ami-01234567; list only ids, as --query "Images[].ImageId" selects them',
  ],
  ["a\n-\n", 2, "list:2: a list cannot name standard input; pass - on the command line"],
  [
    `${ID}\tweb 12\n`,
    2,
    `list:1: "web" stands in one line with the id ${ID}; list only ids, as --query "Images[].ImageId" selects them`,
  ],
  [
    "None\n",
    2,
    'list:1: "None" is no image name: the query of aws found nothing; for a file of this name, write ./None',
  ],
  ["a.img\tb.img\n", 2, "list:1: an image name contains a tab; put each name in a line of its own"],
  ["a\x1bb\n", 2, "list:1: an image name contains a control character"],
  [Buffer.from([0x61, 0xff, 0x0a]), 2, "list: not a list of images: not a text file in UTF-8"],
  ["QFI\0", 2, "list: not a list of images: not a text file in UTF-8"],
  [
    '{"Images": []}',
    2,
    'list: must be a JSON array of image names, as --query "Images[].ImageId" gives, not an object',
  ],
  [`[\n "a,[",\n ["b"],\n\n null]`, 2, "list:5: entry 3 must be the name of an image, a string, not null"],
  [`[["${ID}", "web"],\n 7]`, 2, "list:1: entry 1 must be the name of an image, a string, not an array of 2"],
  [`["a",\n\n""]`, 2, "list:3: an image name is empty"],
])("%j is refused", (content, status, message) => {
  expect(() => imagesOf(content)).toThrow(expect.objectContaining({ status, message }));
});

test("broken JSON and a file that does not exist are usage errors", () => {
  expect(() => imagesOf('["a",\n"b"]]')).toThrow(/^list: begins like JSON but is not: .* \(line 2, column 5\)$/);
  expect(() => listedImages([], ["missing"])).toThrow(/^missing cannot be read: /);
  expect(() => listedImages([], [""])).toThrow("--from: missing file name");
});
